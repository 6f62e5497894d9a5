"""Tensors of which only some elements or slices are stored."""

from whygrad import _whygrad
from whygrad._slices import IndexedSlices  # noqa: F401


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

    def get_shape(self):
        return self.shape

    def __repr__(self):
        return f"SparseTensor(indices={self.indices!r}, values={self.values!r}, dense_shape={self.dense_shape!r})"
