"""whygrad under TensorFlow's names: `import whygrad.tf as tf` runs eager TensorFlow programs as they are."""

import importlib as _importlib
import sys as _sys

import whygrad as _whygrad_package  # noqa: F401  the engine is loaded and its folder known before anything is computed
from whygrad import _not_there, _traced
from whygrad._control_flow import TensorArray, case, cond, switch_case, while_loop  # noqa: F401
from whygrad._custom_gradient import custom_gradient, grad_pass_through, recompute_grad  # noqa: F401
from whygrad._folds import foldl, foldr, map_fn, scan, vectorized_map  # noqa: F401
from whygrad._host_functions import numpy_function, py_function  # noqa: F401
from whygrad._op_library import load_op_library  # noqa: F401
from whygrad._shape import TensorShape  # noqa: F401
from whygrad._spatial import batch_to_space, extract_volume_patches, space_to_batch  # noqa: F401
from whygrad._spatial import space_to_batch as space_to_batch_nd  # noqa: F401
from whygrad._tape import GradientTape, UnconnectedGradients  # noqa: F401
from whygrad._text import StringTensor  # noqa: F401
from whygrad._traced import function  # noqa: F401
from whygrad._whygrad import Tensor, Variable  # noqa: F401
from whygrad.dtypes import *  # noqa: F401,F403
from whygrad.tf import (  # noqa: F401
    _names,
    autodiff,
    bitwise,
    config,
    debugging,
    dtypes,
    errors,
    image,
    linalg,
    math,
    nest,
    nn,
    quantization,
    random,
    signal,
    sparse,
    strings,
)
from whygrad.tf._eager import *  # noqa: F401,F403
from whygrad.tf._module import Module, name_scope  # noqa: F401
from whygrad.tf._sparse import IndexedSlices, SparseTensor  # noqa: F401
from whygrad.tf.debugging import Assert, assert_equal, assert_greater, assert_less, assert_rank  # noqa: F401

newaxis = None
__version__ = "2.21.0+whygrad"

_missing = _names.fill("", globals())
# Loaded when they are first asked for.
_LATER = ("keras", "data", "test", "autograph", "ragged", "raw_ops")
# What TensorFlow names twice.
_OF_KERAS = ("initializers", "losses", "metrics", "optimizers")


def gradients(
    ys,
    xs,
    grad_ys=None,
    name="gradients",
    gate_gradients=False,
    aggregation_method=None,
    stop_gradients=None,
    unconnected_gradients=UnconnectedGradients.NONE,
):
    """The gradients of the sum of ys with respect to each of xs, inside of a traced function."""
    _not_there.only("gradients", gate_gradients=(gate_gradients, False), aggregation_method=(aggregation_method, None))
    return _traced.gradients(ys, xs, grad_ys, stop_gradients, unconnected_gradients)


def executing_eagerly():
    return not _whygrad_package._whygrad.is_tracing()


def inside_function():
    """Whether a function is being traced."""
    return _whygrad_package._whygrad.is_tracing()


def is_tensor(x):
    return isinstance(x, (Tensor, Variable, SparseTensor, IndexedSlices, StringTensor))


def get_static_value(tensor, partial=False):
    """The numbers of a tensor as an array."""
    return tensor.numpy() if isinstance(tensor, Tensor) else None


def print(*inputs, output_stream=None, summarize=3, sep=" ", end="\n", name=None):  # noqa: A001
    """Writes the values to standard error, or to the stream."""
    import numpy

    if _whygrad_package._whygrad.is_tracing():  # when the graph runs
        values = [x for x in inputs if isinstance(x, (Tensor, Variable))]

        def write(given):
            following = iter(given)
            print(
                *(next(following) if isinstance(x, (Tensor, Variable)) else x for x in inputs),
                output_stream=output_stream,
                summarize=summarize,
                sep=sep,
                end=end,
            )

        return _whygrad_package._whygrad.call_later(write, values)
    stream = _sys.stderr if output_stream is None else output_stream
    few = {} if summarize in (None, -1) else {"threshold": 0, "edgeitems": int(summarize)}
    with numpy.printoptions(**(few or {"threshold": _sys.maxsize})):
        stream.write(sep.join(str(x.numpy()) if hasattr(x, "numpy") else str(x) for x in inputs) + end)


def __getattr__(name):
    if name in _LATER:
        return _importlib.import_module("whygrad.tf." + name)
    if name == "RaggedTensor":
        from whygrad._ragged import RaggedTensor

        globals()[name] = RaggedTensor
        return RaggedTensor
    if name in _OF_KERAS:
        return _importlib.import_module("whygrad.tf.keras." + name)
    if name.endswith("_initializer") and hasattr(_importlib.import_module("whygrad.tf.keras.initializers"), name[:-12]):
        return getattr(_importlib.import_module("whygrad.tf.keras.initializers"), name[:-12])
    return _missing(name)


def __dir__():
    return [*globals(), "RaggedTensor"]
