"""Parts of ragged tensors, as brackets name them."""

import numpy

from whygrad import _ragged_rows as rows
from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad._ragged import RaggedTensor


def take_rows(value, places, like=None):
    """These rows, in this order, which was worked out of the rows of another ragged tensor."""
    places = numpy.asarray(places, numpy.int64)
    if not isinstance(value, RaggedTensor):
        return rows.taken(value, places, like)
    splits = value._splits
    starts, lengths = splits[:-1][places], numpy.diff(splits)[places]
    inner = take_rows(value.values, rows.ranges(starts, lengths), value)
    return RaggedTensor._made(inner, rows.splits_of(lengths).astype(splits.dtype), value._uniform, value)


def expand_dims(value, axis):
    """One more axis of extent 1."""
    rank = len(value.shape) + 1
    if not -rank <= axis < rank:
        raise ValueError(f"[expand_dims] axis={axis} out of bounds: expected {-rank}<=axis<{rank}\nhelp: count the axes from 0, or from -1")
    axis %= rank
    count = value.nrows_known
    if axis == 0:
        return RaggedTensor._made(value, numpy.array([0, count], numpy.dtype(value._split_dtype)), count, value)
    if axis == 1:
        return RaggedTensor._made(value, numpy.arange(count + 1, dtype=value._split_dtype), 1, value)
    if isinstance(value.values, RaggedTensor):
        return value.with_values(expand_dims(value.values, axis - 1))
    return value.with_values(_ops["expand_dims"](value.values, axis - 1))


def _number(key):
    return int(_whygrad.peek(key)) if isinstance(key, _whygrad.Tensor) else int(key)


def _slice(key):
    return slice(*(None if part is None else _number(part) for part in (key.start, key.stop, key.step)))


def item(value, key):
    keys = list(key) if isinstance(key, tuple) else [key]
    if any(isinstance(k, (list, numpy.ndarray)) for k in keys):
        raise TypeError("[RaggedTensor] rows are named by integers and slices\nhelp: tf.gather takes a list of rows, tf.ragged.boolean_mask a mask")
    if sum(k is Ellipsis for k in keys) > 1:
        raise ValueError("[RaggedTensor] an index has ... more than once\nhelp: leave one of them out")
    if Ellipsis in [k for k in keys if k is Ellipsis]:
        at = next(i for i, k in enumerate(keys) if k is Ellipsis)
        named = sum(k is not None and k is not Ellipsis for k in keys)
        if named > len(value.shape):
            raise IndexError(f"[RaggedTensor] {named} indices for a tensor of rank {len(value.shape)}\nhelp: give at most one for each axis")
        keys[at : at + 1] = [slice(None)] * (len(value.shape) - named)
    return _outer(value, keys)


def _outer(value, keys):
    if not isinstance(value, RaggedTensor):
        return value[tuple(keys)] if keys else value
    if not keys:
        return value
    first, rest = keys[0], keys[1:]
    if first is None:
        return _inner(expand_dims(value, 0), rest)
    if isinstance(first, slice):
        return _inner(_rows(value, _slice(first)), rest)
    at, count = _number(first), value.nrows_known
    if not -count <= at < count:
        raise IndexError(f"[RaggedTensor] row {at} of {count} rows\nhelp: rows are counted from 0, or from -1 at the end")
    start, end = value._splits[at % count], value._splits[at % count + 1]
    row = value.values
    row = _rows(row, slice(int(start), int(end))) if isinstance(row, RaggedTensor) else row[int(start) : int(end)]
    return _outer(row, rest)


def _rows(value, part):
    if part == slice(None):
        return value
    return take_rows(value, numpy.arange(value.nrows_known)[part])


def _inner(value, keys):
    """The same of every row."""
    if not keys:
        return value
    first, rest = keys[0], keys[1:]
    if first is None:
        return _inner(expand_dims(value, 1), [slice(None), *rest])
    lengths = numpy.diff(value._splits)
    if isinstance(first, slice):
        part = _slice(first)
        if part != slice(None):
            picked = [numpy.arange(start, start + length)[part] for start, length in zip(value._splits[:-1], lengths)]
            sizes = numpy.array([len(p) for p in picked], numpy.int64)
            places = numpy.concatenate(picked) if picked else numpy.zeros(0, numpy.int64)
            uniform = None if value._uniform is None else len(range(value._uniform)[part])
            value = RaggedTensor._made(take_rows(value.values, places, value), rows.splits_of(sizes).astype(value._splits.dtype), uniform, value)
        if not rest:
            return value
        held = value.values
        return value.with_values(_inner(held, rest) if isinstance(held, RaggedTensor) else held[(slice(None), *rest)])
    if value._uniform is None:
        raise ValueError(
            "[RaggedTensor] Cannot index into an inner ragged dimension.\nhelp: a slice of length 1, rt[:, i:i + 1], or rt.to_tensor()[:, i]"
        )
    at = _number(first)
    if not -value._uniform <= at < value._uniform:
        raise IndexError(f"[RaggedTensor] {at} of rows of {value._uniform}\nhelp: count from 0, or from -1 at the end")
    picked = take_rows(value.values, value._splits[:-1] + at % value._uniform, value)
    return _inner(picked, rest) if isinstance(picked, RaggedTensor) else picked[(slice(None), *rest)] if rest else picked
