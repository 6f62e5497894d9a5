"""The text of tensors and variables, and the types of results with several parts. Imported on demand."""

import collections
import functools

from whygrad import _whygrad


def tensor_of(array):
    """A pickled tensor consists of this function and an array."""
    return _whygrad.constant(array)


def tensor_repr(tensor):
    if _whygrad.is_abstract(tensor):
        return f"<tf.Tensor: shape={tensor.shape}, dtype={tensor.dtype.name}>"
    import numpy

    return f"<tf.Tensor: shape={tensor.shape}, dtype={tensor.dtype.name}, numpy={numpy.asarray(_whygrad.peek(tensor))!r}>"


def tensor_str(tensor):
    if _whygrad.is_abstract(tensor):
        return f"tf.Tensor(shape={tensor.shape}, dtype={tensor.dtype.name})"
    import numpy

    return f"tf.Tensor({numpy.asarray(_whygrad.peek(tensor))}, shape={tensor.shape}, dtype={tensor.dtype.name})"


def variable_repr(variable):
    import numpy

    numbers = numpy.asarray(_whygrad.peek(variable._peek()))
    return f"<tf.Variable '{variable.name}' shape={variable.shape} dtype={variable.dtype.name}, numpy={numbers!r}>"


@functools.lru_cache(None)
def result_type(op, names):
    """The named tuple of an op with several outputs, as TensorFlow has them: top_k(...).values."""
    return collections.namedtuple(op.title().replace("_", ""), names)
