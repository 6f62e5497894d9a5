"""tf.ragged"""

import numpy

from whygrad import _ragged_convert, _ragged_ops, _whygrad
from whygrad import _ragged_rows as _rows
from whygrad._functions import functions as _ops
from whygrad._ragged import RaggedTensor as _RaggedTensor
from whygrad.errors import InvalidArgumentError as _InvalidArgumentError
from whygrad.tf import _names

__getattr__ = _names.fill("ragged", globals())


def constant(pylist, dtype=None, ragged_rank=None, inner_shape=None, name=None, row_splits_dtype="int64"):
    """A ragged tensor of nested lists; of lists that are one deep, a tensor."""
    return _ragged_convert.constant(pylist, dtype, ragged_rank, inner_shape, row_splits_dtype)


def map_flat_values(op, *args, **kwargs):
    """op of the flat values of all ragged arguments, which have the same rows."""
    if not any(isinstance(a, _RaggedTensor) for a in (*args, *kwargs.values())) and not any(
        isinstance(b, _RaggedTensor) for a in args if isinstance(a, (list, tuple)) for b in a
    ):
        return op(*args, **kwargs)
    return _ragged_ops.flat(op, args, kwargs)


def stack(values, axis=0, name=None):
    """The tensors as the rows of one more axis; of tensors that are not ragged, rows of different lengths."""
    given = values if isinstance(values, (list, tuple)) else [values]
    values = [v if isinstance(v, _RaggedTensor) else _whygrad.convert_to_tensor(v) for v in given]
    if axis in (0, -len(values[0].shape) - 1) and len(values[0].shape) and not any(isinstance(v, _RaggedTensor) for v in values):
        splits = _rows.splits_of([int(v.shape[0]) for v in values])
        return _RaggedTensor._made(_ops["concat"](values, 0), splits.astype(numpy.int32))
    if not any(isinstance(v, _RaggedTensor) for v in values) and not len(values[0].shape):
        return _ops["stack"](values, 0)
    return _ragged_ops.stack(None, values, axis)


def boolean_mask(data, mask, name=None):
    """What of the data stands where the mask is true, row by row."""
    return _ragged_ops.boolean_mask(data if isinstance(data, _RaggedTensor) else _whygrad.convert_to_tensor(data), mask)


def range(starts, limits=None, deltas=1, dtype=None, name=None, row_splits_dtype="int64"):  # noqa: A001
    """A row of evenly spaced numbers for each of starts, limits and deltas."""
    if limits is None:
        starts, limits = 0, starts
    given = [_whygrad.convert_to_tensor(part) for part in (starts, limits, deltas)]
    kinds = [part.dtype for part in given]
    if dtype is None:
        dtype = next((k for k in kinds if k.is_floating), None) or next((k for k in kinds if k.name == "int64"), kinds[0])
    dtype = getattr(dtype, "name", dtype)
    parts = [numpy.atleast_1d(_rows.known(part)) for part in given]
    if any(part.ndim > 1 for part in parts):
        raise ValueError("[ragged.range] starts, limits and deltas have at most one axis\nhelp: give a number or a list for each")
    starts, limits, deltas = numpy.broadcast_arrays(*(part.astype(numpy.float64 if dtype.startswith("float") else numpy.int64) for part in parts))
    if (deltas == 0).any():
        raise _InvalidArgumentError("[ragged.range] Requires delta != 0\nhelp: give a step that is not 0")
    lengths = numpy.maximum(0, numpy.ceil((limits - starts) / deltas)).astype(numpy.int64)
    numbers = [start + numpy.arange(n) * delta for start, delta, n in zip(starts, deltas, lengths)]
    flat = numpy.concatenate(numbers) if numbers else numpy.zeros(0)
    return _RaggedTensor._made(
        _whygrad.constant(flat.astype(dtype)), _rows.splits_of(lengths).astype(getattr(row_splits_dtype, "name", row_splits_dtype))
    )


def row_splits_to_segment_ids(splits, name=None, out_type=None):
    """The row of each value."""
    held = _rows.known(_rows.partition_tensor("splits", splits))
    _rows.check_splits("from_row_splits", held, int(held[-1]) if len(held) else 0)
    dtype = held.dtype.name if out_type is None else getattr(out_type, "name", out_type)
    return _whygrad.constant(_rows.rows_of(held).astype(dtype))


def segment_ids_to_row_splits(segment_ids, num_segments=None, out_type=None, name=None):
    """Where each row begins, and the end."""
    ids = _rows.known(_rows.partition_tensor("segment_ids", segment_ids))
    count = (int(ids.max()) + 1 if len(ids) else 0) if num_segments is None else int(num_segments)
    counts = numpy.bincount(ids, minlength=count) if len(ids) else numpy.zeros(count, numpy.int64)
    dtype = ids.dtype.name if out_type is None else getattr(out_type, "name", out_type)
    return _whygrad.constant(_rows.splits_of(counts).astype(dtype))


def stack_dynamic_partitions(data, partitions, num_partitions, name=None):
    """The values of each partition as a row."""
    ids = _rows.known(partitions.flat_values if isinstance(partitions, _RaggedTensor) else partitions)
    data = data if isinstance(data, _RaggedTensor) else _whygrad.convert_to_tensor(data)
    if ids.ndim > 1:
        data = _ops["reshape"](data, [-1, *data.shape.as_list()[ids.ndim :]])
    ids, count = ids.reshape(-1), int(num_partitions)
    if len(ids) and not 0 <= ids.min() <= ids.max() < count:
        raise _InvalidArgumentError(f"[ragged.stack_dynamic_partitions] a partition is not in [0, {count})\nhelp: make num_partitions larger")
    order = numpy.argsort(ids, kind="stable")
    splits = _rows.splits_of(numpy.bincount(ids, minlength=count) if count else [])
    from whygrad._ragged_index import take_rows

    return _RaggedTensor._made(take_rows(data, order), splits.astype(ids.dtype))
