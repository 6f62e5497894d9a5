"""Text that programs keep beside their tensors: labels, file names. No op takes it, and no gradient flows through it."""

from whygrad import _whygrad
from whygrad._shape import TensorShape
from whygrad.dtypes import string


def _bytes(value):
    return value.encode() if isinstance(value, str) else bytes(value)


class StringTensor:
    """Texts in a shape, each as bytes."""

    dtype = string
    device = "/job:localhost/replica:0/task:0/device:CPU:0"

    def __init__(self, value, shape=None, rows=None):
        import numpy

        array = numpy.array(value.numpy() if isinstance(value, StringTensor) else value, dtype=object)
        self._array = numpy.empty(array.shape, dtype=object)
        self._array[...] = numpy.vectorize(_bytes, otypes=[object])(array) if array.size else array
        if shape is not None:
            whole = tuple(int(extent) for extent in TensorShape(shape))
            self._array = numpy.broadcast_to(self._array, whole) if self._array.size == 1 else self._array.reshape(whole)
        # Its tensor for tapes: the rows of bytes that it was made from, if any. Neither has a gradient.
        self._gradient_carrier = _whygrad.zeros(self._array.shape, dtype="int32") if rows is None else rows

    @classmethod
    def of_rows(cls, rows):
        """Texts as the engine's ops write them: uint8 [.., width], padded with zeros."""
        import numpy

        bytes_ = _whygrad.peek(rows)
        texts = numpy.empty(bytes_.shape[:-1], dtype=object)
        for place in numpy.ndindex(texts.shape):
            texts[place] = bytes(bytes_[place]).rstrip(b"\0")
        return cls(texts, rows=rows)

    def to_rows(self):
        """The same texts for an op that reads them."""
        import numpy

        if self._gradient_carrier.dtype.name == "uint8":
            return self._gradient_carrier
        width = max((len(text) for text in self._array.ravel()), default=0) + 1
        rows = numpy.zeros((*self._array.shape, width), numpy.uint8)
        for place in numpy.ndindex(self._array.shape):
            rows[place][: len(self._array[place])] = list(self._array[place])
        return _whygrad.constant(rows)

    @property
    def shape(self):
        return TensorShape(self._array.shape)

    def get_shape(self):
        return self.shape

    @property
    def ndim(self):
        return self._array.ndim

    def numpy(self):
        """Bytes, or an array of them."""
        return self._array.copy() if self._array.ndim else self._array[()]

    def __array__(self, dtype=None, copy=None):
        return self._array.copy()

    def __len__(self):
        return len(self._array)

    def __iter__(self):
        return (StringTensor(part) for part in self._array)

    def __getitem__(self, key):
        return StringTensor(self._array[key])

    def __eq__(self, other):
        return _whygrad.constant(self._array == StringTensor(other)._array)

    def __ne__(self, other):
        return _whygrad.constant(self._array != StringTensor(other)._array)

    __hash__ = None

    def __repr__(self):
        return f"<tf.Tensor: shape={self.shape}, dtype=string, numpy={self.numpy()!r}>"

    def __str__(self):
        return f"tf.Tensor({self.numpy()}, shape={self.shape}, dtype=string)"


def as_string(input, precision=-1, scientific=False, shortest=False, width=-1, fill="", name=None):  # noqa: A002
    """Numbers as text, filled up to a width; fill is a flag of printf. No gradient."""
    return StringTensor.of_rows(_whygrad.as_string(input, precision, scientific, shortest, width, fill))


def to_number(input, out_type="float32", name=None):  # noqa: A002
    """The numbers that texts tell. No gradient."""
    if isinstance(input, (_whygrad.Tensor, _whygrad.Variable)):
        return _whygrad.to_number(input, out_type)
    text = input if isinstance(input, StringTensor) else StringTensor(input)
    return _whygrad.to_number(text.to_rows(), out_type)
