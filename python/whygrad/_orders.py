"""Sequences turned round, put in order and counted."""

import collections

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad.errors import InvalidArgumentError

UniqueWithCounts = collections.namedtuple("UniqueWithCounts", "y idx count")


def _axis(name, axis, rank):
    if not -rank <= int(axis) < rank:
        raise InvalidArgumentError(f"[{name}] axis {axis} is not in the range [{-rank}, {rank})\nhelp: count the axes from 0, or from -1")
    return int(axis) % rank


def reverse_sequence(input, seq_lengths, seq_axis=None, batch_axis=None, name=None):  # noqa: A002
    """The first seq_lengths[b] elements of sequence b in reverse order, the others in their places."""
    x, lengths = _whygrad.convert_to_tensor(input), _whygrad.convert_to_tensor(seq_lengths)
    rank = len(x.shape)
    along, batch = _axis("reverse_sequence", 0 if seq_axis is None else seq_axis, rank), _axis("reverse_sequence", batch_axis or 0, rank)
    if along == batch:
        raise InvalidArgumentError(f"[reverse_sequence] batch_dim == seq_dim: both are {along}\nhelp: sequences lie along another axis than examples")
    if lengths.shape.as_list() != [x.shape.as_list()[batch]]:
        raise InvalidArgumentError(
            f"[reverse_sequence] {lengths.shape} lengths for {x.shape.as_list()[batch]} sequences\nhelp: give one length for each"
        )
    count = x.shape.as_list()[along]
    if not _whygrad.is_tracing():
        held = _whygrad.peek(lengths)
        if held.size and not 0 <= held.min() <= held.max() <= count:
            raise InvalidArgumentError(
                f"[reverse_sequence] the lengths {held.tolist()} are not in [0, {count}]\nhelp: a sequence has {count} elements"
            )
    order = [batch, along, *(a for a in range(rank) if a not in (batch, along))]
    places, ends = _whygrad.range(count, dtype=lengths.dtype), _ops["expand_dims"](lengths, 1)
    source = _ops["where"](_ops["less"](places, ends), ends - 1 - places, places)
    turned = _ops["gather"](_ops["transpose"](x, order), source, axis=1, batch_dims=1)
    return _ops["transpose"](turned, [order.index(a) for a in range(rank)])


def unique_with_counts(x, out_idx="int32", name=None):
    """(the different values in the order in which they come, the place of each element among them, how often each comes)"""
    y, places = _ops["unique"](x, out_idx)
    return UniqueWithCounts(y, places, _ops["unsorted_segment_sum"](_ops["ones_like"](places), places, int(y.shape[0])))


def invert_permutation(x, name=None):
    """y with y[x[i]] = i."""
    x = _whygrad.convert_to_tensor(x)
    if len(x.shape) != 1:
        raise InvalidArgumentError(f"[invert_permutation] x is {x.shape}\nhelp: a permutation has one axis")
    count = int(x.shape[0])
    if not _whygrad.is_tracing() and sorted(_whygrad.peek(x).tolist()) != list(range(count)):
        raise InvalidArgumentError(f"[invert_permutation] {_whygrad.peek(x).tolist()} is no permutation\nhelp: each of 0 to {count - 1} comes once")
    return _ops["scatter_nd"](_ops["expand_dims"](x, 1), _whygrad.range(count, dtype=x.dtype), [count])


def nth_element(input, n, reverse=False, name=None):  # noqa: A002
    """The n-th smallest element of each row, or the n-th largest. Its gradient is shared by the elements that are equal to it."""
    x, n = _whygrad.convert_to_tensor(input), int(n)
    count = x.shape.as_list()[-1]
    if not 0 <= n < count:
        raise InvalidArgumentError(f"[nth_element] Input must have last dimension > n = {n}, and it is {count}\nhelp: the first element is n = 0")
    ordered = _ops["sort"](_ops["stop_gradient"](x), direction="DESCENDING" if reverse else "ASCENDING")
    chosen = ordered[..., n]
    if not x.dtype.is_floating:
        return chosen
    same = _ops["equal"](x, ordered[..., n : n + 1])
    count = _ops["reduce_sum"](_ops["cast"](same, x.dtype), -1, True)
    mean = _ops["reduce_sum"](_ops["where"](same, x / count, _ops["zeros_like"](x)), -1)  # of equal numbers: only its gradient is needed
    return _ops["where"](_ops["is_finite"](chosen), chosen + (mean - _ops["stop_gradient"](mean)), mean)


def cumulative_logsumexp(x, axis=0, exclusive=False, reverse=False, name=None):
    """log of the running sum of exp along an axis, in steps that double the number of elements."""
    x = _whygrad.convert_to_tensor(x)
    axis, shape = _axis("cumulative_logsumexp", axis, len(x.shape)), x.shape.as_list()
    count = shape[axis]
    nothing = {"float16": -65504.0, "bfloat16": -1.0e38, "float32": -1.0e38}.get(x.dtype.name, -1.0e300)  # stands for -Inf, whose differences are NaN
    found = _ops["maximum"](x, nothing)

    def moved(value, by):
        before = _whygrad.fill([*shape[:axis], min(by, count), *shape[axis + 1 :]], _whygrad.constant(nothing, dtype=x.dtype))
        parts = [slice(None)] * axis
        rest = value[(*parts, slice(by, None))] if reverse else value[(*parts, slice(None, max(count - by, 0)))]
        return _ops["concat"]([rest, before] if reverse else [before, rest], axis)

    if exclusive:
        found = moved(found, 1)
    by = 1
    while by < count:
        other = moved(found, by)
        larger = _ops["greater_equal"](found, other)
        found = _ops["where"](larger, found + _ops["softplus"](other - found), other + _ops["softplus"](found - other))
        by *= 2
    return _ops["where"](_ops["less_equal"](found, nothing), float("-inf"), found)


def isotonic_regression(inputs, decreasing=True, axis=-1):
    """(the nearest sequence that never rises, or never falls, along an axis; which elements share a value)"""
    import numpy

    x = _whygrad.convert_to_tensor(inputs)
    rank, axis = len(x.shape), _axis("isotonic_regression", axis, len(x.shape))
    order = [*(a for a in range(rank) if a != axis), axis]
    back = [order.index(a) for a in range(rank)]
    turned = _ops["transpose"](x, order)
    shape = turned.shape.as_list()
    held = _whygrad.peek(turned).reshape(-1, shape[-1]).astype(float)
    segments = numpy.stack([_blocks(row if decreasing else -row) for row in held]) if len(held) else held.astype(int)
    ids = segments + numpy.arange(len(segments))[:, None] * max(shape[-1], 1)
    flat = _whygrad.constant(ids.reshape(-1).astype(numpy.int64))
    means = _ops["unsorted_segment_mean"](_ops["reshape"](turned, [-1]), flat, max(ids.size, 1))
    values = _ops["reshape"](_ops["gather"](means, flat), shape)
    found = _whygrad.constant(segments.astype(numpy.int32).reshape(shape))
    return _ops["transpose"](values, back), _ops["transpose"](found, back)


def _blocks(row):
    """The number of the block of each element: neighbours that would rise are one block with their mean."""
    import numpy

    sums, counts = [], []
    for value in row:
        sums.append(value)
        counts.append(1)
        while len(sums) > 1 and sums[-1] / counts[-1] >= sums[-2] / counts[-2]:
            total, number = sums.pop(), counts.pop()
            sums[-1] += total
            counts[-1] += number
    return numpy.repeat(numpy.arange(len(counts)), counts)


def nextafter(x1, x2, name=None):
    """The next number after x1 in the direction of x2. dx1 = dy, dx2 = 0."""
    import numpy

    from whygrad._host_functions import numpy_function

    x1 = _whygrad.convert_to_tensor(x1)
    x2 = _whygrad.convert_to_tensor(x2, dtype=x1.dtype)
    found = numpy_function(numpy.nextafter, [_ops["stop_gradient"](x1), _ops["stop_gradient"](x2)], x1.dtype)
    step = found - _ops["stop_gradient"](x1)
    moved = x1 + step + _ops["multiply_no_nan"](x2, 0.0)
    return _ops["where"](_ops["is_finite"](step), moved, found)


def truncatediv(x, y, name=None):
    """The quotient of integers, rounded towards 0. No gradient."""
    x = _whygrad.convert_to_tensor(x)
    y = _whygrad.convert_to_tensor(y, dtype=x.dtype)
    down = _ops["floordiv"](x, y)
    zero = _ops["zeros_like"](down)
    above = _ops["logical_and"](_ops["less"](down, zero), _ops["not_equal"](down * y, x))
    return down + _ops["cast"](above, down.dtype)


def truncatemod(x, y, name=None):
    """What is left of x by the quotient that is rounded towards 0; it has the sign of x. No gradient."""
    x = _whygrad.convert_to_tensor(x)
    y = _whygrad.convert_to_tensor(y, dtype=x.dtype)
    left = _ops["floormod"](x, y)
    other = _ops["logical_and"](_ops["not_equal"](left, _ops["zeros_like"](left)), _ops["less"](x, _ops["zeros_like"](x)))
    other = _ops["not_equal"](
        _ops["cast"](other, "int32"),
        _ops["cast"](_ops["logical_and"](_ops["not_equal"](left, _ops["zeros_like"](left)), _ops["less"](y, _ops["zeros_like"](y))), "int32"),
    )
    return _ops["where"](other, left - y, left)


def population_count(x, name=None):
    """How many bits of each integer are set. No gradient."""
    x = _whygrad.convert_to_tensor(x)
    bits = {"int8": 8, "uint8": 8, "int16": 16, "uint16": 16, "int32": 32, "uint32": 32, "int64": 64, "uint64": 64}.get(x.dtype.name)
    if bits is None:
        raise InvalidArgumentError(f"[population_count] x is {x.dtype.name}\nhelp: integers have bits to count")
    one = _ops["ones_like"](x)
    total = _ops["zeros_like"](x)
    for bit in range(bits):
        total = total + _ops["bitwise_and"](_ops["right_shift"](x, one * bit), one)
    return _ops["cast"](total, "uint8")
