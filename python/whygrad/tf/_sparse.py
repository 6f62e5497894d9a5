"""Tensors of which only some elements or slices are stored."""

import functools

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad._slices import IndexedSlices  # noqa: F401

_DENSE = (_whygrad.Tensor, _whygrad.Variable)


class SparseTensor(_whygrad.SparseTensor):
    """values[i] is the element at indices[i] of a tensor of this shape; all other elements are 0."""

    def __init__(self, indices, values, dense_shape):
        super().__init__(indices, values, dense_shape)

    @classmethod
    def from_value(cls, sparse_tensor_value):
        value = sparse_tensor_value
        if isinstance(value, cls):
            return value
        return cls(value.indices, value.values, value.shape if isinstance(value, _whygrad.SparseTensor) else value.dense_shape)

    def with_values(self, new_values):
        """The same positions with other values."""
        return SparseTensor(self.indices, new_values, self.shape)

    @property
    def dense_shape(self):
        return _whygrad.constant(self.shape.as_list(), dtype="int64")

    @property
    def _gradient_carrier(self):
        return self.values

    _with_gradient = with_values

    # A call of a traced function is one of its values: what their positions are decides which trace it has.
    def _opened(self):
        return ("SparseTensor", tuple(self.shape), _whygrad.peek(self.indices).tobytes()), [self.values]

    def _closed(self, tensors):
        # As a constant of the trace, so that what is worked out of the positions is known there.
        indices = _whygrad.constant(_whygrad.peek(self.indices)) if _whygrad.is_tracing() else self.indices
        return SparseTensor(indices, *tensors, self.shape)

    def _parts(self):
        return [self.indices, self.values]

    def _of_parts(self):
        return functools.partial(_of_parts, shape=self.shape)

    def get_shape(self):
        return self.shape

    def _beside(self, op, dense):
        from whygrad import _sparse_math

        return _sparse_math.beside(op, self, dense)

    def __mul__(self, y):
        """The product with a dense tensor, which is broadcast to the shape of this one."""
        return self._beside("multiply", y)

    def __rmul__(self, y):
        return self._beside("multiply", y) if isinstance(y, _DENSE) else NotImplemented

    def __truediv__(self, y):
        """The quotient by a dense tensor, which is broadcast to the shape of this one."""
        return self._beside("divide", y)

    def __repr__(self):
        return f"SparseTensor(indices={self.indices!r}, values={self.values!r}, dense_shape={self.dense_shape!r})"


def _of_parts(parts, shape):
    return SparseTensor(*parts, shape)


def checked(name, sp):
    """sp, which has to be sparse."""
    if not isinstance(sp, SparseTensor):
        raise TypeError(
            f"[sparse.{name}] Input must be a SparseTensor, and this is a {type(sp).__name__}\nhelp: tf.sparse.from_dense makes one of a tensor"
        )
    return sp


# The functions of the public modules that take a sparse tensor as well: those that leave a 0 a 0, and those that ask for its shape.
_OF_VALUES = frozenset("abs asin asinh atan atanh bessel_i0e bessel_i1e cast erf identity negative sign sin sqrt square tan tanh".split())


def dispatched(function, args, kwargs):
    """The function of a sparse tensor, if there is one."""
    sparse = args[0] if args else next((value for value in kwargs.values() if isinstance(value, SparseTensor)), None)
    name = function.__name__
    if not isinstance(sparse, SparseTensor):
        raise TypeError(f"[{name}] it does not take a SparseTensor\nhelp: tf.sparse has functions of its own; tf.sparse.to_dense makes it whole")
    if name in _OF_VALUES:
        plain = {key: sparse.values if value is sparse else value for key, value in kwargs.items()}
        return sparse.with_values(function(*([sparse.values] if args else []), *args[1:], **plain))
    if name == "rank":
        return _whygrad.constant(sparse.shape.rank)
    if name in ("shape", "size"):
        dtype = kwargs.get("out_type", args[1] if len(args) > 1 else "int32")
        shape = sparse.shape.as_list() if name == "shape" else sparse.shape.num_elements()
        return _ops["cast"](_whygrad.constant(shape, dtype="int64"), dtype)
    raise TypeError(
        f"[{name}] it does not take a SparseTensor\nhelp: tf.sparse.map_values(tf.{name}, sp) takes its values, tf.sparse.to_dense makes it whole"
    )
