"""Rows of different lengths as arrays of integers: splits, lengths and positions."""

import numpy

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad._text import StringTensor
from whygrad.errors import ArgumentError, InvalidArgumentError

INTEGERS = ("int32", "int64")


def known(tensor, what="the row splits"):
    """The integers of a tensor as an array."""
    try:
        return _whygrad.peek(_whygrad.convert_to_tensor(tensor))
    except ArgumentError:
        raise ArgumentError(
            f"[RaggedTensor] {what} are not known while the function is traced, so the shape of the result is not either\n"
            "help: make the ragged tensor outside of the function, or of Python lists, and pass it as an argument: its rows decide which trace is used"
        ) from None


def partition_tensor(name, value, dtype=None):
    """Row splits, lengths and the like as a tensor of integers of rank 1."""
    if isinstance(value, (list, tuple)) and not len(value):
        value = numpy.zeros(0, numpy.int64)
    plain = not isinstance(value, (_whygrad.Tensor, _whygrad.Variable, numpy.ndarray))
    tensor = _whygrad.convert_to_tensor(value, dtype="int64") if plain else _whygrad.convert_to_tensor(value)
    if tensor.dtype.name not in INTEGERS:
        raise ValueError(f"[RaggedTensor] {name} are {tensor.dtype.name}\nhelp: they are int32 or int64: tf.cast({name}, tf.int64)")
    if len(tensor.shape) != 1:
        raise ValueError(f"[RaggedTensor] {name} have the shape {tensor.shape}, which must have rank 1\nhelp: reshape them to [-1]")
    return tensor if dtype is None or tensor.dtype.name == dtype else _ops["cast"](tensor, dtype)


def splits_of(lengths):
    return numpy.concatenate([[0], numpy.cumsum(lengths)]).astype(numpy.int64)


def ranges(starts, lengths):
    """start, start + 1, .. of each row, one behind the other."""
    lengths = numpy.asarray(lengths, numpy.int64)
    before = numpy.cumsum(lengths) - lengths
    return numpy.repeat(numpy.asarray(starts, numpy.int64) - before, lengths) + numpy.arange(int(lengths.sum()), dtype=numpy.int64)


def rows_of(splits):
    """The row of each value."""
    return numpy.repeat(numpy.arange(len(splits) - 1, dtype=numpy.int64), numpy.diff(splits))


def columns_of(splits):
    """The place of each value in its row."""
    return numpy.arange(int(splits[-1]) - int(splits[0]), dtype=numpy.int64) - numpy.repeat(splits[:-1], numpy.diff(splits))


def origin_of(like):
    """The tensor itself, or the one that the splits of a ragged tensor were worked out of."""
    return like if isinstance(like, _whygrad.Tensor) else getattr(like, "_origin", None)


def constant(array, like=None):
    """Integers that were worked out of the rows of this ragged tensor, or of this tensor."""
    numbers = _whygrad.constant(array if isinstance(array, numpy.ndarray) else numpy.asarray(array, numpy.int64))
    origin = origin_of(like)
    return numbers if origin is None or _whygrad.is_tracing() else _whygrad.positions(numbers, origin)


def taken(values, places, like=None):
    """These rows of a dense tensor."""
    if isinstance(values, StringTensor):
        return values[numpy.asarray(places, numpy.int64)]
    return _ops["gather"](values, constant(numpy.asarray(places, numpy.int64), like))


def check_splits(name, splits, count):
    """Raises unless they are splits of so many values."""
    help_ = "help: row splits begin with 0, never fall, and end with the number of values"
    if not len(splits):
        raise InvalidArgumentError(f"[RaggedTensor.{name}] row_splits is empty\n{help_}")
    if splits[0] != 0:
        raise InvalidArgumentError(f"[RaggedTensor.{name}] the row splits begin with {int(splits[0])}\n{help_}")
    fall = numpy.flatnonzero(numpy.diff(splits) < 0)
    if len(fall):
        at = int(fall[0])
        raise InvalidArgumentError(f"[RaggedTensor.{name}] the row splits fall from {int(splits[at])} to {int(splits[at + 1])}\n{help_}")
    if splits[-1] != count:
        raise InvalidArgumentError(f"[RaggedTensor.{name}] the row splits end with {int(splits[-1])}, and there are {count} values\n{help_}")
