"""Functions for graphs and devices, which have no effect in an eager program on one processor."""

import contextlib

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad._shape import TensorShape
from whygrad.dtypes import as_dtype
from whygrad.errors import UnsupportedError

__all__ = [
    "control_dependencies",
    "device",
    "init_scope",
    "no_op",
    "group",
    "tuple",
    "identity_n",
    "shape_n",
    "is_symbolic_tensor",
    "get_current_name_scope",
    "TensorSpec",
    "type_spec_from_value",
    "hessians",
    "no_gradient",
]


@contextlib.contextmanager
def control_dependencies(control_inputs):
    """Ops run in the order of the program."""
    yield


@contextlib.contextmanager
def device(device_name):
    """Everything runs on the CPU; another device raises."""
    if device_name and "GPU" in str(device_name).upper():
        raise UnsupportedError(f"[device] there is no {device_name}: GPUs are a later step of whygrad\nhelp: leave tf.device out, or name the CPU")
    yield


@contextlib.contextmanager
def init_scope():
    """What is computed in it is computed at once, outside of the function that is traced, and recorded by no tape."""
    outside = _whygrad.Outside()
    try:
        yield
    finally:
        outside.leave()


def no_op(name=None):
    """Nothing."""


def group(*inputs, **kwargs):
    """No effect: the inputs are computed already."""


def tuple(tensors, control_inputs=None, name=None):  # noqa: A001
    return tensors


def identity_n(input, name=None):  # noqa: A002
    """A new tensor with the same value for each of them."""
    return [_ops["identity"](t) for t in input]


def shape_n(input, out_type="int32", name=None):  # noqa: A002
    return [_whygrad.shape(t, out_type) for t in input]


def is_symbolic_tensor(tensor):
    return False


def get_current_name_scope():
    return _whygrad.current_name_scope()


class TensorSpec:
    """Shape and dtype of a tensor."""

    def __init__(self, shape, dtype="float32", name=None):
        self.shape, self.dtype, self.name = TensorShape(shape), as_dtype(dtype), name

    @classmethod
    def from_tensor(cls, tensor, name=None):
        return cls(tensor.shape, tensor.dtype, name)

    def is_compatible_with(self, spec_or_tensor):
        return self.dtype == spec_or_tensor.dtype and self.shape.is_compatible_with(spec_or_tensor.shape)

    def __eq__(self, other):
        return isinstance(other, TensorSpec) and (self.shape, self.dtype, self.name) == (other.shape, other.dtype, other.name)

    def __hash__(self):
        return hash((self.shape, self.dtype, self.name))

    def __repr__(self):
        return f"TensorSpec(shape={self.shape}, dtype={self.dtype!r}, name={self.name!r})"


def type_spec_from_value(value):
    return TensorSpec.from_tensor(_whygrad.convert_to_tensor(value))


def hessians(ys, xs, **others):
    """Needs the traced mode."""
    raise UnsupportedError(
        "[hessians] tf.hessians needs the traced mode, which is a later step of whygrad\n"
        "help: a hessian is outer.jacobian(inner.gradient(y, x), x) of two nested tapes"
    )


def no_gradient(op_type):
    raise UnsupportedError("[no_gradient] rules of graph ops belong to the traced mode, a later step of whygrad\nhelp: use tf.stop_gradient")
