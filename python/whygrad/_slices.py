"""IndexedSlices: some slices of a tensor, all others of which are 0."""

from whygrad import _whygrad
from whygrad._shape import TensorShape

__all__ = ["IndexedSlices"]


class IndexedSlices:
    """The slices values[i] at indices[i] along the first axis; several slices for one position are added up. Converts to the dense tensor. The gradient of
    what only gather, embedding_lookup and the like read of."""

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

    def _parts(self):
        """The tensors of which it is made; _of_parts makes one of others."""
        return [self.values, self.indices] + ([] if self.dense_shape is None else [self.dense_shape])

    @staticmethod
    def _of_parts():
        return _of_parts

    @property
    def dtype(self):
        return self.values.dtype

    @property
    def shape(self):
        return TensorShape(None if self.dense_shape is None else [int(d) for d in self.dense_shape])

    def __neg__(self):
        return self._with_gradient(-self.values)

    def __tf_tensor__(self, dtype=None, name=None):
        if self.dense_shape is None:
            raise ValueError(
                f"Tensor conversion requested for IndexedSlices without a dense shape: {self!r}\n"
                "help: say how large the whole tensor is, tf.IndexedSlices(values, indices, dense_shape)"
            )
        return _whygrad.dense_of_slices(self)

    def __repr__(self):
        return f"IndexedSlices(indices={self.indices!r}, values={self.values!r})"


def _of_parts(parts):
    return IndexedSlices(*parts)
