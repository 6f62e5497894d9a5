"""What the public functions do with ragged tensors. The engine refuses such arguments, and the functions come here then; see _dispatch."""

import numpy

from whygrad import _ragged_rows as rows
from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad._ragged import RaggedTensor
from whygrad._ragged_convert import from_tensor, positions
from whygrad._ragged_index import expand_dims, take_rows
from whygrad._text import StringTensor
from whygrad.dtypes import as_dtype, int64
from whygrad.errors import InvalidArgumentError, UnsupportedError


def is_ragged(value):
    return isinstance(value, RaggedTensor)


# ---- Elementwise ----


def same_rows(a, b):
    """Whether both have the same rows in all ragged axes. Splits that a trace does not know count as the same."""
    first, second = a._levels, b._levels
    if len(first) != len(second):
        return False
    for one, other in zip(first, second):
        if one._row_splits is not None and one._row_splits is other._row_splits:
            continue
        if not numpy.array_equal(one._splits, other._splits):
            return False
    return True


def _beside(value, other):
    """What of `other` stands beside each flat value, which its shape is broadcast to."""
    rank, own = len(value.shape), len(other.shape)
    if own > rank:
        raise UnsupportedError(
            f"[RaggedTensor] a tensor {other.shape} beside a ragged one {value.shape}\nhelp: expand_dims the ragged one to the same rank"
        )
    found, deep = positions(value), value.ragged_rank + 1
    lengths = [numpy.array([value.nrows_known])] + [numpy.diff(level._splits) for level in value._levels]
    node, axis = None, rank - own
    held, columns = other, []
    while is_ragged(held) and axis < deep:
        if node is None:
            count = held.nrows_known
            _agree(count, lengths[axis], value, other)
            node = found[:, axis] if count != 1 else numpy.zeros(len(found), numpy.int64)
            axis += 1
            continue
        splits = held._splits
        sizes = numpy.diff(splits)
        wide = not (sizes == 1).all()
        if wide and (axis != value.ragged_rank + 1) and not _matches(sizes, node, axis, value):
            _refuse(value, other)
        node = splits[node] + (found[:, axis] if wide else 0)
        held, axis = held.values, axis + 1
    if is_ragged(held):
        _refuse(value, other)
    shape = held.shape.as_list()
    if node is not None:
        columns.append(node)
        rest = shape[1:]
    else:
        rest = shape
    for extent in rest[: deep - axis]:
        if extent != 1:
            _agree(extent, lengths[axis], value, other)
        columns.append(found[:, axis] if extent != 1 else numpy.zeros(len(found), numpy.int64))
        axis += 1
    return _ops["gather_nd"](held, rows.constant(numpy.stack(columns, 1), value)) if columns else held


def _matches(sizes, node, axis, value):
    """Whether each row that is reached is as long as the row of the values beside it."""
    level = value._levels[axis - 1]
    inner = numpy.diff(level._splits)
    row = _row_at(value, axis)
    return bool((sizes[node] == inner[row]).all()) if len(node) else True


def _row_at(value, axis):
    """The row of level `axis` to which each flat value belongs."""
    levels = value._levels
    row = None
    for level in reversed(levels[axis - 1 :]):
        ids = rows.rows_of(level._splits)
        row = ids if row is None else ids[row]
    return row


def _agree(extent, lengths, value, other):
    if extent != 1 and (lengths != extent).any():
        _refuse(value, other)


def _refuse(value, other):
    raise InvalidArgumentError(
        f"[RaggedTensor] Unable to broadcast: dimension size mismatch between {value.shape} and {other.shape}\n"
        "help: the rows of both have the same lengths, or one of them has extent 1"
    )


def _stretched(value, other):
    """value, with its single row repeated where the other has more."""
    if value.nrows_known == 1 and len(other.shape) == len(value.shape):
        count = other.nrows_known if is_ragged(other) else int(other.shape[0])
        if count != 1:
            return take_rows(value, numpy.zeros(count, numpy.int64))
    return value


def binary(name, x, y, function=None):
    function = function or _ops[name]
    if not is_ragged(x) and not is_ragged(y):
        return function(x, y)
    like = x if is_ragged(x) else y
    x, y = (v if is_ragged(v) else _as_operand(v, like) for v in (x, y))
    if is_ragged(x) and is_ragged(y) and same_rows(x, y):
        return x.with_flat_values(function(x.flat_values, y.flat_values))
    if not is_ragged(x) and not x.shape.rank:
        return y.with_flat_values(function(x, y.flat_values))
    if not is_ragged(y) and not y.shape.rank:
        return x.with_flat_values(function(x.flat_values, y))
    turned = not is_ragged(x) or (
        is_ragged(y) and (y.ragged_rank, len(y.shape), y.flat_values.shape[0]) > (x.ragged_rank, len(x.shape), x.flat_values.shape[0])
    )
    main, other = (y, x) if turned else (x, y)
    main = _stretched(main, other)
    beside = _beside(main, other)
    return main.with_flat_values(function(beside, main.flat_values) if turned else function(main.flat_values, beside))


def _as_operand(value, like):
    """A number beside a ragged tensor takes its dtype."""
    if isinstance(value, (bool, int, float, complex)):
        return _ops["add"](_whygrad.zeros([], like.dtype), value) if like.dtype.name != "bool" else _whygrad.constant(value)
    return _whygrad.convert_to_tensor(value)


def flat(function, args, kwargs):
    """The function of the flat values of all ragged arguments, which have the same rows."""
    ragged = [a for a in (*args, *kwargs.values()) if is_ragged(a)] + [a for b in args if isinstance(b, (list, tuple)) for a in b if is_ragged(a)]
    for other in ragged[1:]:
        if not same_rows(ragged[0], other):
            raise ValueError("[RaggedTensor] All ragged inputs must have the same partitions: the rows differ\nhelp: give rows of the same lengths")

    def plain(a):
        return a.flat_values if is_ragged(a) else [plain(b) for b in a] if isinstance(a, (list, tuple)) else a

    made = function(*(plain(a) for a in args), **{key: plain(a) for key, a in kwargs.items()})
    return ragged[0].with_flat_values(made)


# ---- Reductions ----

_SEGMENT = {
    "reduce_sum": "unsorted_segment_sum",
    "reduce_prod": "unsorted_segment_prod",
    "reduce_max": "unsorted_segment_max",
    "reduce_min": "unsorted_segment_min",
}


def _segments(op, values, ids, count, like):
    """The values of each segment put together; rows of different lengths column by column."""
    if not is_ragged(values):
        return _ops[op](values, ids if isinstance(ids, _whygrad.Tensor) else rows.constant(ids, like), count)
    ids = rows.known(ids) if isinstance(ids, _whygrad.Tensor) else ids
    splits = values._splits
    lengths = numpy.zeros(count, numpy.int64)
    numpy.maximum.at(lengths, ids, numpy.diff(splits))
    starts = rows.splits_of(lengths)
    inner = starts[:-1][ids][rows.rows_of(splits)] + rows.columns_of(splits)
    return RaggedTensor._made(_segments(op, values.values, inner, int(starts[-1]), values), starts.astype(splits.dtype), like=values)


def _once(op, value, axis):
    """Along one axis."""
    if axis == 0:
        if not is_ragged(value):
            return _ops[_PLAIN[op]](value, 0)
        splits = value._splits
        return _segments(op, value.values, rows.columns_of(splits), int(numpy.diff(splits).max(initial=0)), value)
    if axis == 1:
        return _segments(op, value.values, value.value_rowids(), value.nrows_known, value)
    held = value.values
    return value.with_values(_once(op, held, axis - 1) if is_ragged(held) else _ops[_PLAIN[op]](held, axis - 1))


_PLAIN = {segment: plain for plain, segment in _SEGMENT.items()}


def _axes(axis, rank):
    given = [int(a) for a in numpy.atleast_1d(numpy.asarray(_whygrad.peek(axis) if isinstance(axis, _whygrad.Tensor) else axis))]
    if any(not -rank <= a < rank for a in given):
        raise ValueError(f"[RaggedTensor] axis={given} of a tensor of rank {rank}\nhelp: count the axes from 0, or from -1")
    return sorted({a % rank for a in given}, reverse=True)


def _reduce(op, value, axis, keepdims):
    if axis is None:
        return _ops[_PLAIN[op]](value.flat_values, None, bool(keepdims))
    for a in _axes(axis, len(value.shape)):
        value = _once(op, value, a) if is_ragged(value) else _ops[_PLAIN[op]](value, a)
        if keepdims:
            value = expand_dims(value, a) if is_ragged(value) else _ops["expand_dims"](value, a)
    return value


def reduce(function, input_tensor, axis=None, keepdims=False, name=None):
    """A reduction by its name, of the flat values along no axis that is named."""
    name, value = function.__name__, input_tensor
    if axis is None and not keepdims:
        return function(value.flat_values)
    if name in ("reduce_any", "reduce_all"):
        number = value.with_flat_values(_ops["cast"](value.flat_values, "int32"))
        found = _reduce("unsorted_segment_max" if name == "reduce_any" else "unsorted_segment_min", number, axis, keepdims)
        return binary("greater", found, 0)
    if name in _SEGMENT:
        return _reduce(_SEGMENT[name], value, axis, keepdims)
    if name == "reduce_mean":
        return _mean(value, axis, keepdims)
    if name in ("reduce_variance", "reduce_std"):
        square = binary("multiply", value, value)
        mean, of_squares = _mean(value, axis, keepdims), _mean(square, axis, keepdims)
        variance = binary("maximum", binary("subtract", of_squares, binary("multiply", mean, mean)), 0)
        return variance if name == "reduce_variance" else _unary("sqrt", variance)
    raise _unsupported(name)


def _unary(name, value):
    return value.with_flat_values(_ops[name](value.flat_values)) if is_ragged(value) else _ops[name](value)


def _mean(value, axis, keepdims):
    ones = value.with_flat_values(_ops["ones_like"](value.flat_values))
    return binary("divide", _reduce("unsorted_segment_sum", value, axis, keepdims), _reduce("unsorted_segment_sum", ones, axis, keepdims))


def softmax(function, logits, axis=None, name=None):
    """Softmax along the last axis."""
    rank = len(logits.shape)
    axis = (-1 if axis is None else int(axis)) % rank
    if axis > logits.ragged_rank:
        return logits.with_flat_values(function(logits.flat_values, axis - logits.ragged_rank))
    if axis != rank - 1:
        raise _unsupported(function.__name__)
    inner = logits._levels[-1]
    ids, count, held = inner.value_rowids(), inner.nrows_known, inner.values
    shifted = held - _ops["gather"](_ops["unsorted_segment_max"](_ops["stop_gradient"](held), ids, count), ids)
    sums = _ops["gather"](_ops["unsorted_segment_sum"](_ops["exp"](shifted), ids, count), ids)
    return logits.with_flat_values(shifted - _ops["log"](sums) if function.__name__ == "log_softmax" else _ops["exp"](shifted) / sums)


def _unsupported(name):
    return UnsupportedError(
        f"[{name}] it does not take a ragged tensor here\nhelp: rt.to_tensor() fills the rows up; rt.flat_values are the values alone"
    )


# ---- Layout ----


def _raised(value, rank):
    """With this many ragged axes, as far as the shape has them."""
    if not is_ragged(value):
        return from_tensor(value, None, None, rank, int64) if rank else value
    if value.ragged_rank >= rank:
        return value
    return value.with_values(_raised(value.values, rank - 1))


def concat(_function, values, axis, name=None):
    values = [v if is_ragged(v) else _whygrad.convert_to_tensor(v) for v in values]
    rank = len(values[0].shape)
    if any(len(v.shape) != rank for v in values):
        raise ValueError(f"[concat] the ranks differ: {[str(v.shape) for v in values]}\nhelp: give every tensor the same number of axes")
    axis = int(axis)
    if not -rank <= axis < rank:
        raise ValueError(f"[concat] axis={axis} of tensors of rank {rank}\nhelp: count the axes from 0, or from -1")
    axis %= rank
    deep = max([v.ragged_rank for v in values if is_ragged(v)] + [min(axis, rank - 1) if axis == 1 else 0])
    return _joined([_raised(v, deep) for v in values], axis)


def _known_origin(values):
    return next((v for v in values if v._origin is not None), None)


def _joined(values, axis):
    if not any(map(is_ragged, values)):
        return _ops["concat"](values, axis)
    splits = [v._splits for v in values]
    if axis == 0:
        ends = numpy.concatenate([numpy.diff(s) for s in splits])
        return RaggedTensor._made(_joined([v.values for v in values], 0), rows.splits_of(ends).astype(splits[0].dtype), like=_known_origin(values))
    counts = {len(s) for s in splits}
    if len(counts) != 1:
        raise InvalidArgumentError(
            f"[concat] Input tensors have incompatible shapes: {[n - 1 for n in sorted(counts)]} rows\nhelp: give all the same number"
        )
    if axis == 1:
        one_by_one = _joined(values, 0)
        count = len(splits[0]) - 1
        order = numpy.arange(count * len(values)).reshape(len(values), count).T.reshape(-1)
        lengths = sum(numpy.diff(s) for s in splits)
        return RaggedTensor._made(take_rows(one_by_one, order).values, rows.splits_of(lengths).astype(splits[0].dtype), like=one_by_one)
    if any(not numpy.array_equal(s, splits[0]) for s in splits):
        raise InvalidArgumentError("[concat] Inputs must have identical ragged splits\nhelp: rows of the same lengths")
    return values[0].with_values(_joined([v.values for v in values], axis - 1))


def _expanded(value, axis):
    if is_ragged(value):
        return expand_dims(value, axis)
    return _ops["expand_dims"](value, axis)


def stack(function, values, axis=0, name=None):
    values = [v if is_ragged(v) else _whygrad.convert_to_tensor(v) for v in values]
    rank = len(values[0].shape) + 1
    axis = int(axis) % rank
    return concat(function, [_expanded(v, axis) for v in values], axis)


def expand(_function, input, axis=None, name=None):  # noqa: A002
    return expand_dims(input, int(axis))


def squeeze(_function, input, axis=None, name=None):  # noqa: A002
    if axis is None:
        raise ValueError("[squeeze] Ragged.squeeze must have an axis argument.\nhelp: name the axes of extent 1")
    for a in _axes(axis, len(input.shape)):
        input = _squeezed(input, a) if is_ragged(input) else _ops["squeeze"](input, a)
    return input


def _squeezed(value, axis):
    if axis > 1:
        held = value.values
        return value.with_values(_squeezed(held, axis - 1) if is_ragged(held) else _ops["squeeze"](held, axis - 1))
    lengths = [value.nrows_known] if axis == 0 else numpy.diff(value._splits)
    if any(n != 1 for n in lengths):
        raise InvalidArgumentError(f"[squeeze] axis {axis} has lengths other than 1\nhelp: name axes of extent 1")
    return value.values


def tile(_function, input, multiples, name=None):  # noqa: A002
    times = [int(n) for n in numpy.atleast_1d(_whygrad.peek(_whygrad.convert_to_tensor(multiples)))]
    if len(times) != len(input.shape):
        raise ValueError(f"[tile] multiples {times} for a tensor of rank {len(input.shape)}\nhelp: give one number for each axis")
    return _tiled(input, times)


def _tiled(value, times):
    if not is_ragged(value):
        return _ops["tile"](value, times)
    splits = value._splits
    inner = _tiled(value.values, [1, *times[2:]])
    lengths = numpy.diff(splits)
    starts = numpy.repeat(splits[:-1], times[1])
    places = rows.ranges(starts, numpy.repeat(lengths, times[1]))
    uniform = None if value._uniform is None else value._uniform * times[1]
    repeated = RaggedTensor._made(take_rows(inner, places, value), rows.splits_of(lengths * times[1]).astype(splits.dtype), uniform, value)
    return repeated if times[0] == 1 else take_rows(repeated, numpy.tile(numpy.arange(len(lengths)), times[0]))


def reverse(_function, tensor, axis, name=None):
    for a in _axes(axis, len(tensor.shape)):
        tensor = _reversed(tensor, a)
    return tensor


def _reversed(value, axis):
    if not is_ragged(value):
        return _ops["reverse"](value, [axis])
    if axis == 0:
        return take_rows(value, numpy.arange(value.nrows_known)[::-1])
    if axis > 1:
        return value.with_values(_reversed(value.values, axis - 1))
    splits = value._splits
    places = numpy.repeat(splits[1:] - 1, numpy.diff(splits)) - rows.columns_of(splits)
    return value.with_values(take_rows(value.values, places, value))


def _from_start(axis, value):
    """The axis, counted from 0."""
    return axis if axis >= 0 else axis + len((value if is_ragged(value) else _whygrad.convert_to_tensor(value)).shape)


def gather(function, params, indices, validate_indices=None, axis=None, batch_dims=0, name=None):
    batch_dims = _from_start(int(batch_dims), indices)
    axis = batch_dims if axis is None else _from_start(int(axis), params)
    if not is_ragged(params) and not is_ragged(indices):
        return _ops["gather"](params, indices, axis=axis, batch_dims=batch_dims)
    if batch_dims == 0 and axis == 0:
        if is_ragged(indices):
            return indices.with_flat_values(gather(function, params, indices.flat_values))
        places = _whygrad.convert_to_tensor(indices)
        found = rows.known(places, "the indices")
        count = params.nrows_known
        off = numpy.flatnonzero((found.reshape(-1) < 0) | (found.reshape(-1) >= count))
        if len(off):
            raise InvalidArgumentError(f"[gather] index {int(found.reshape(-1)[off[0]])} is not in [0, {count})\nhelp: rows are counted from 0")
        picked = take_rows(params, found.reshape(-1))
        for extent in found.shape[:0:-1]:
            picked = RaggedTensor._made(picked, numpy.arange(0, picked.nrows_known + 1, max(extent, 1), dtype=params._split_dtype), like=picked)
        return picked if found.ndim else picked[0]
    if batch_dims == axis == 1:
        return _gather_in_rows(params, indices)
    if batch_dims == 0 and axis > 0 and is_ragged(params) and not is_ragged(indices):
        held = params.values
        if axis > 1:
            inner = gather(function, held, indices, axis=axis - 1) if is_ragged(held) else _ops["gather"](held, indices, axis=axis - 1)
            return params.with_values(inner)
    raise _unsupported("gather")


def _gather_in_rows(params, indices):
    """Of each row of params what the same row of indices names."""
    params = params if is_ragged(params) else from_tensor(params, None, None, 1, int64)
    dense = not is_ragged(indices)
    indices = from_tensor(_whygrad.convert_to_tensor(indices), None, None, 1, int64) if dense else indices
    found, splits = rows.known(indices.flat_values, "the indices"), params._splits
    row = rows.rows_of(indices._splits)
    if ((found < 0) | (found >= numpy.diff(splits)[row])).any():
        raise InvalidArgumentError("[gather] an index is not in its row\nhelp: places of a row are counted from 0")
    picked = indices.with_flat_values(take_rows(params.values, splits[:-1][row] + found))
    return picked.to_tensor() if dense and not is_ragged(picked.values) else picked


def where(_function, condition, x=None, y=None, name=None):
    if x is None and y is None:
        chosen = numpy.flatnonzero(rows.known(condition.flat_values, "the elements of the condition"))
        return rows.constant(positions(condition)[chosen], condition)
    like = next(v for v in (condition, x, y) if is_ragged(v))
    if not all(is_ragged(v) for v in (condition, x, y)):
        spread = [v if is_ragged(v) else _whygrad.convert_to_tensor(v) for v in (condition, x, y)]
        spread = [v.flat_values if is_ragged(v) else v if not v.shape.rank else _beside(like, v) for v in spread]
        return like.with_flat_values(_ops["where"](*spread))
    return flat(_ops["where"], (condition, x, y), {})


def boolean_mask(data, mask):
    mask = mask if is_ragged(mask) else _whygrad.convert_to_tensor(mask)
    if mask.dtype.name != "bool":
        raise TypeError(f"[ragged.boolean_mask] the mask is {mask.dtype.name}\nhelp: a mask is bool")
    if not is_ragged(mask) and len(mask.shape) == 1:
        return take_rows(data, numpy.flatnonzero(rows.known(mask, "the elements of the mask")))
    if not is_ragged(mask):
        mask = from_tensor(mask, None, None, len(mask.shape) - 1, int64)
    data = _raised(data if is_ragged(data) else _whygrad.convert_to_tensor(data), mask.ragged_rank)
    if not numpy.array_equal(data._splits, mask._splits):
        raise InvalidArgumentError("[ragged.boolean_mask] Inputs must have identical ragged splits\nhelp: a mask has the rows of the data")
    if is_ragged(mask.values):
        return data.with_values(boolean_mask(data.values, mask.values))
    kept = rows.known(mask.values, "the elements of the mask")
    counts = numpy.bincount(rows.rows_of(mask._splits)[kept], minlength=mask.nrows_known) if mask.nrows_known else numpy.zeros(0, int)
    return RaggedTensor._made(take_rows(data.values, numpy.flatnonzero(kept), data), rows.splits_of(counts).astype(data._splits.dtype), like=data)


def size(_function, input, out_type="int32", name=None):  # noqa: A002
    flat = input.flat_values
    return _whygrad.constant(flat.shape.num_elements(), dtype=as_dtype(out_type)) if isinstance(flat, StringTensor) else _ops["size"](flat, out_type)


def rank(_function, input, name=None):  # noqa: A002
    return _whygrad.constant(len(input.shape))


def one_hot(function, indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None):
    if not is_ragged(indices):
        raise _unsupported("one_hot")
    if axis is not None and axis != -1:
        if axis <= indices.ragged_rank:
            raise ValueError(f"[one_hot] axis={axis} of indices with {indices.ragged_rank} ragged axes\nhelp: give an axis behind them, or -1")
        axis -= indices.ragged_rank
    return indices.with_flat_values(function(indices.flat_values, depth, on_value, off_value, axis, dtype))


def embedding_lookup(function, params, ids, max_norm=None, name=None):
    return ids.with_flat_values(function(params, ids.flat_values, max_norm))


def add_n(_function, inputs, name=None):
    total = inputs[0]
    for other in inputs[1:]:
        total = binary("add", total, other)
    return total


def cumsum(_function, x, axis=0, exclusive=False, reverse=False, name=None):
    axis = _axes(axis, len(x.shape))[0]
    if axis > x.ragged_rank:
        return x.with_flat_values(_ops["cumsum"](x.flat_values, axis - x.ragged_rank, exclusive, reverse))
    if axis == x.ragged_rank and axis == 1:
        sums = _ops["cumsum"](x.to_tensor(), 1, exclusive, reverse)  # filled up with zeros, which add nothing
        return x.with_flat_values(_ops["gather_nd"](sums, rows.constant(positions(x), x)))
    raise _unsupported("cumsum")


def reshape(_function, tensor, shape, name=None):
    if [int(n) for n in numpy.atleast_1d(numpy.asarray(shape))] == [-1]:
        return _ops["reshape"](tensor.flat_values, [-1])
    raise _unsupported("reshape")


def matmul(_function, a, b, *args, **kwargs):
    """The product of each row, a matrix, with the matrix of a dense tensor beside it."""
    given = [value for value in (*args, *kwargs.values()) if value not in (False, None)]
    if given or not is_ragged(a) or is_ragged(b) or a.ragged_rank != 1 or len(a.shape) != 3:
        raise _unsupported("matmul")
    b = _whygrad.convert_to_tensor(b)
    if len(b.shape) != 3 or b.shape[0] != a.nrows_known:
        raise _unsupported("matmul")
    beside = _ops["gather"](b, a.value_rowids())
    return a.with_values(_ops["squeeze"](_ops["matmul"](_ops["expand_dims"](a.values, 1), beside), [1]))


_FLAT = frozenset(
    "abs acos acosh angle asin asinh atan atanh ceil complex conj cos cosh digamma erf erfc erfcinv erfinv exp expm1 floor imag is_finite is_inf is_nan lgamma log log1p "
    "log_sigmoid logical_not ndtri negative real reciprocal reciprocal_no_nan rint round rsqrt sigmoid sign sin sinh softplus softsign sqrt square tan tanh cast "
    "saturate_cast clip_by_value identity invert check_numerics elu relu relu6 selu leaky_relu gelu swish dropout zeros_like ones_like bessel_i0 bessel_i0e bessel_i1 "
    "bessel_i1e bessel_j0 bessel_j1 bessel_k0 bessel_k0e bessel_k1 bessel_k1e bessel_y0 bessel_y1 dawsn expint fresnel_cos fresnel_sin spence stop_gradient "
    "sigmoid_cross_entropy_with_logits adjust_brightness".split()
)
_BINARY = frozenset(
    "add subtract multiply divide truediv floordiv floormod pow maximum minimum atan2 greater greater_equal less less_equal equal not_equal logical_and logical_or "
    "logical_xor squared_difference xlogy xlog1py xdivy zeta divide_no_nan multiply_no_nan bitwise_and bitwise_or bitwise_xor left_shift right_shift polygamma igamma igammac "
    "next_after truncatediv truncatemod".split()
)
_OWN = {
    **{name: reduce for name in "reduce_sum reduce_prod reduce_max reduce_min reduce_mean reduce_variance reduce_std reduce_any reduce_all".split()},
    "softmax": softmax,
    "log_softmax": softmax,
    "concat": concat,
    "stack": stack,
    "expand_dims": expand,
    "squeeze": squeeze,
    "tile": tile,
    "reverse": reverse,
    "gather": gather,
    "where": where,
    "size": size,
    "rank": rank,
    "one_hot": one_hot,
    "embedding_lookup": embedding_lookup,
    "add_n": add_n,
    "cumsum": cumsum,
    "reshape": reshape,
    "matmul": matmul,
}
NAMES = _FLAT | _BINARY | frozenset(_OWN)


def dispatched(function, args, kwargs):
    """The function of ragged tensors."""
    name = function.__name__
    if name in _OWN:
        return _OWN[name](function, *args, **kwargs)
    if name in _BINARY:
        given = dict(zip(("x", "y"), args))
        given.update({{"a": "x"}.get(key, key): value for key, value in kwargs.items() if key != "name"})
        if set(given) >= {"x", "y"}:
            return binary(name, given["x"], given["y"], function)
    if name in _FLAT:
        return flat(function, args, kwargs)
    raise _unsupported(name)
