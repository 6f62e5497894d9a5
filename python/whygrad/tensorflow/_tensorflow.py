"""The parts of TensorFlow that have no public name, imported in one place."""

import contextlib
import inspect
import os
import sys

import numpy as np  # noqa: F401
import tensorflow as tf
from tensorflow.core.function.capture import capture_container
from tensorflow.python import pywrap_tfe  # noqa: F401
from tensorflow.python.distribute import mirrored_run  # noqa: F401
from tensorflow.python.eager import backprop, context, record  # noqa: F401
from tensorflow.python.eager.polymorphic_function import atomic_function
from tensorflow.python.framework import constant_op, func_graph, op_callbacks, op_def_registry, ops  # noqa: F401
from tensorflow.python.ops import array_ops, clip_ops, resource_variable_ops, script_ops  # noqa: F401
from tensorflow.python.util import tf_stack

from whygrad import _whygrad

FOLDER = os.path.dirname(os.path.abspath(tf.__file__)) + os.sep
_whygrad.own_folder(FOLDER)
FLOATS = {"float16", "bfloat16", "float32", "float64", "complex64", "complex128", "float8", "variant"}


# The method that runs a traced function. Up to TensorFlow 2.13 it is __call__ itself.
CALL = "call_flat" if hasattr(atomic_function.AtomicFunction, "call_flat") else "__call__"

_TAKES_ENDS = "inputs" in inspect.signature(atomic_function.from_func_graph).parameters


def run_graph(name, graph, arguments):
    """Runs a FuncGraph with inputs and outputs as a function of this name."""
    ends = (graph.inputs, graph.outputs) if _TAKES_ENDS else ()
    return getattr(atomic_function.from_func_graph(name, graph, *ends, {}), CALL)(*arguments)


@contextlib.contextmanager
def captures_as_in_graphs():
    """A context in which a function that is traced takes every tensor of its closure as an input, as it does inside of another function. Otherwise
    TensorFlow makes constants of small eager tensors, through which no gradient passes."""
    owners = [module for module in (capture_container, func_graph) if hasattr(module, "_EAGER_CONST_THRESHOLD")]
    before = [module._EAGER_CONST_THRESHOLD for module in owners]
    try:
        for module in owners:
            module._EAGER_CONST_THRESHOLD = -1
        yield
    finally:
        for module, threshold in zip(owners, before):
            module._EAGER_CONST_THRESHOLD = threshold


def is_eager(tensor):
    return isinstance(tensor, ops.EagerTensor)


def is_symbolic(tensor):
    return isinstance(tensor, tf.Tensor) and not isinstance(tensor, ops.EagerTensor)


def graph_now():
    """The graph of the function that is being traced; None if ops run eagerly."""
    if context.executing_eagerly():
        return None
    graph = ops.get_default_graph()
    return graph if isinstance(graph, func_graph.FuncGraph) else None


_ENGINES = (FOLDER, os.path.dirname(_whygrad.__file__) + os.sep)
_NOT_THE_USERS = (*_ENGINES, os.path.dirname(os.__file__) + os.sep, "<frozen")


def is_users(file):
    """Whether a file is the user's own: it belongs neither to TensorFlow, whygrad, an installed package or the standard library, nor to autograph's
    output."""
    return not (file.startswith(_NOT_THE_USERS) or "/site-packages/" in file or "/dist-packages/" in file or "__autograph_generated" in file)


def users_frame_is_next():
    """Whether a line of the program called TensorFlow directly."""
    frame = sys._getframe(1)
    while frame is not None and (frame.f_code.co_filename.startswith(_ENGINES) or "__autograph_generated" in frame.f_code.co_filename):
        frame = frame.f_back
    return frame is not None and is_users(frame.f_code.co_filename)


def place_in_stack(frames):
    """The innermost line of the user's code in a stack of TensorFlow's, which maps the lines that autograph rewrote."""
    for frame in reversed(list(frames)):
        if is_users(frame.filename):
            return _whygrad.place_of_line(frame.filename, frame.lineno, frame.name)
    return _whygrad.Where()


def here():
    """The place of the program's line that runs now."""
    if graph_now() is not None:
        return place_in_stack(tf_stack.extract_stack())
    return _whygrad.here()


def flat(structure):
    """The leaves of a nested structure of tensors, as a list."""
    if structure is None or isinstance(structure, tf.Tensor):
        return [structure]
    if isinstance(structure, (list, tuple)) and not any(isinstance(part, (list, tuple, dict)) for part in structure):
        return list(structure)
    return tf.nest.flatten(structure)


def shape_of(tensor):
    """The extents of a tensor, with None for an unknown one; None if the rank is unknown."""
    if isinstance(tensor, ops.EagerTensor):
        return tensor._shape_tuple()
    shape = tensor.shape
    return None if shape.rank is None else shape.as_list()


def elements_of(tensor):
    """The elements as an array with the buffer protocol; None if the tensor has no numbers."""
    if tensor is None:
        return None
    if isinstance(tensor, tf.IndexedSlices):
        tensor = tf.convert_to_tensor(tensor)
    if not isinstance(tensor, ops.EagerTensor) or tensor.dtype in (tf.variant, tf.resource, tf.string):
        return None
    array = np.asarray(tensor._numpy_internal())
    if array.dtype.kind not in "biufc" or array.dtype.kind == "u" and array.dtype.itemsize > 1:
        array = array.astype(np.float64 if array.dtype.kind == "u" else np.float32)
    return np.ascontiguousarray(array)
