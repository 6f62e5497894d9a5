"""Tensors of which only some elements or slices are stored."""

from whygrad import _whygrad
from whygrad._shape import TensorShape


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


class IndexedSlices:
    """The slices values[i] at indices[i] along the first axis; several slices for one position are added up. Converts to the dense tensor."""

    def __init__(self, values, indices, dense_shape=None):
        self.values = values
        self.indices = indices
        self.dense_shape = dense_shape

    @property
    def name(self):
        return "IndexedSlices"

    @property
    def device(self):
        return self.values.device

    @property
    def _gradient_carrier(self):
        return self.values

    def _with_gradient(self, gradient):
        return IndexedSlices(gradient, self.indices, self.dense_shape)

    @property
    def dtype(self):
        return self.values.dtype

    @property
    def shape(self):
        return TensorShape(None if self.dense_shape is None else [int(d) for d in self.dense_shape])

    def __tf_tensor__(self, dtype=None, name=None):
        if self.dense_shape is None:
            raise ValueError(f"Tensor conversion requested for IndexedSlices without a dense shape: {self!r}")
        return _whygrad.scatter_nd(_whygrad.reshape(self.indices, [-1, 1]), self.values, self.dense_shape)

    def __repr__(self):
        return f"IndexedSlices(indices={self.indices!r}, values={self.values!r})"
