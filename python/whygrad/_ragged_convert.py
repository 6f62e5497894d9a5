"""Ragged tensors made of other tensors and of lists, and made into others."""

import numpy

from whygrad import _ragged_rows as rows
from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad._ragged import RaggedTensor
from whygrad._ragged_index import take_rows
from whygrad._text import StringTensor
from whygrad.errors import InvalidArgumentError


def positions(value):
    """For each flat value its place along the ragged axes and the one before: [n, ragged_rank + 1]."""
    levels = value._levels
    found = numpy.arange(value.nrows_known, dtype=numpy.int64)[:, None]
    for level in levels:
        splits = level._splits
        found = numpy.concatenate([found[rows.rows_of(splits)], rows.columns_of(splits)[:, None]], 1)
    return found


def to_tensor(value, default_value, shape):
    flat, found = value.flat_values, positions(value)
    inner = flat.shape.as_list()[1:]
    bounds = [value.nrows_known] + [int(numpy.diff(level._splits).max(initial=0)) for level in value._levels] + inner
    if shape is not None:
        given = shape.as_list() if hasattr(shape, "as_list") else [None if n is None else int(n) for n in list(shape)]
        if given is not None and len(given) != len(bounds):
            raise ValueError(
                f"[RaggedTensor.to_tensor] the shape {given} for a tensor of rank {len(bounds)}\nhelp: give None for an axis as long as it is"
            )
        bounds = [own if wanted in (None, -1) else wanted for own, wanted in zip(bounds, given or bounds)]
        if bounds[found.shape[1] :] != inner:
            raise InvalidArgumentError(
                f"[RaggedTensor.to_tensor] the inner axes are {inner}, and the shape says {bounds}\nhelp: only ragged axes are filled up"
            )
        inside = numpy.flatnonzero((found < bounds[: found.shape[1]]).all(1))
        if len(inside) < len(found):
            found, flat = found[inside], rows.taken(flat, inside, value)
    if isinstance(flat, StringTensor):
        whole = numpy.full(bounds, b"" if default_value is None else default_value, dtype=object)
        whole[tuple(found.T)] = flat.numpy()
        return StringTensor(whole)
    if default_value is None:
        return _ops["scatter_nd"](rows.constant(found, value), flat, bounds)
    default = _whygrad.convert_to_tensor(default_value, dtype=flat.dtype)
    return _ops["tensor_scatter_nd_update"](_ops["broadcast_to"](default, bounds), rows.constant(found, value), flat)


def to_sparse(value):
    from whygrad.tf._sparse import SparseTensor

    found, flat = positions(value), value.flat_values
    inner = flat.shape.as_list()[1:]
    bounds = [value.nrows_known] + [int(numpy.diff(level._splits).max(initial=0)) for level in value._levels] + inner
    size = int(numpy.prod(inner, dtype=numpy.int64))
    if inner:
        places = (
            numpy.stack(numpy.unravel_index(numpy.arange(size), inner), 1).reshape(size, len(inner)) if size else numpy.zeros((0, len(inner)), int)
        )
        found = numpy.concatenate([numpy.repeat(found, size, 0), numpy.tile(places, (len(found), 1))], 1)
    return SparseTensor(rows.constant(found, value), _ops["reshape"](flat, [-1]), bounds)


def _trimmed(tensor, padding):
    """The length of each row without the padding at its end."""
    held = _whygrad.peek(tensor)
    inner = tuple(range(2, held.ndim))
    same = held == numpy.asarray(_whygrad.peek(_whygrad.convert_to_tensor(padding, dtype=tensor.dtype)))
    same = same.all(inner) if inner else same
    return [int(numpy.flatnonzero(~row).max(initial=-1)) + 1 for row in same]


def _counts(lengths, shape):
    """The lengths, as far as there are elements."""
    return numpy.clip(rows.known(rows.partition_tensor("lengths", lengths)), 0, shape[1])


def from_tensor(tensor, lengths, padding, ragged_rank, splits_dtype):
    if isinstance(tensor, RaggedTensor):
        return tensor
    if lengths is not None and padding is not None:
        raise ValueError("[RaggedTensor.from_tensor] Specify argument `lengths` or `padding`, but not both.\nhelp: leave one of them out")
    tensor = tensor if isinstance(tensor, StringTensor) else _whygrad.convert_to_tensor(tensor)
    shape, ragged_rank = tensor.shape.as_list(), int(ragged_rank)
    if ragged_rank < 1 or ragged_rank >= len(shape):
        raise ValueError(
            f"[RaggedTensor.from_tensor] ragged_rank={ragged_rank} must be at least 1 and less than the rank of {shape}\nhelp: 1 makes rows ragged"
        )
    if isinstance(lengths, (list, tuple)) and lengths and not isinstance(lengths[0], (int, numpy.integer)):
        return _by_lengths(tensor, shape, lengths, splits_dtype)
    if ragged_rank > 1:
        return _deep(tensor, shape, lengths, padding, ragged_rank, splits_dtype)
    flat = _ops["reshape"](tensor, [shape[0] * shape[1], *shape[2:]])
    if padding is not None:
        lengths = _trimmed(tensor, padding)
    if lengths is None:
        whole = RaggedTensor.from_uniform_row_length(flat, shape[1], shape[0])
        return whole.with_row_splits_dtype(splits_dtype)
    counts = _counts(lengths, shape)
    places = rows.ranges(numpy.arange(shape[0]) * shape[1], counts)
    return RaggedTensor._made(rows.taken(flat, places, lengths), rows.splits_of(counts).astype(splits_dtype.name), like=lengths)


def _deep(tensor, shape, lengths, padding, ragged_rank, splits_dtype):
    """Ragged in more axes than one."""
    flat = _ops["reshape"](tensor, [shape[0] * shape[1], *shape[2:]])
    inner = from_tensor(flat, None, padding, ragged_rank - 1, splits_dtype)
    if lengths is not None:
        counts = _counts(lengths, shape)
        places = rows.ranges(numpy.arange(shape[0]) * shape[1], counts)
        return RaggedTensor._made(take_rows(inner, places, lengths), rows.splits_of(counts).astype(splits_dtype.name), like=lengths)
    return RaggedTensor.from_uniform_row_length(inner, shape[1], shape[0]).with_row_splits_dtype(splits_dtype)


def _by_lengths(tensor, shape, lengths, splits_dtype):
    """With the lengths of each ragged axis."""
    first = rows.known(rows.partition_tensor("lengths", lengths[0]))
    if len(first) and not 0 <= first.min() <= first.max() <= shape[1]:
        raise InvalidArgumentError(
            f"[RaggedTensor.from_tensor] the lengths {first.tolist()} are not in [0, {shape[1]}]\nhelp: a row of {shape} has {shape[1]} elements"
        )
    flat = _ops["reshape"](tensor, [shape[0] * shape[1], *shape[2:]])
    kept = rows.taken(flat, rows.ranges(numpy.arange(shape[0]) * shape[1], first))
    if len(lengths) == 2:
        kept = from_tensor(kept, lengths[1], None, 1, splits_dtype)
    elif len(lengths) > 2:
        kept = _by_lengths(kept, kept.shape.as_list(), lengths[1:], splits_dtype)
    return RaggedTensor._made(kept, rows.splits_of(first).astype(splits_dtype.name), like=lengths[0])


def from_sparse(sparse, splits_dtype):
    from whygrad._sparse_layout import places

    found = places(sparse)
    if len(sparse.shape) != 2:
        raise ValueError(f"[RaggedTensor.from_sparse] rank(st_input) must be 2, and is {len(sparse.shape)}\nhelp: tf.sparse.reshape it to two axes")
    expected = numpy.arange(len(found)) - numpy.searchsorted(found[:, 0], found[:, 0]) if len(found) else found[:, 1]
    if (numpy.diff(found[:, 0]) < 0).any() or (found[:, 1] != expected).any():
        raise InvalidArgumentError("[RaggedTensor.from_sparse] SparseTensor is not right-ragged\nhelp: each row stores its first elements, in order")
    return RaggedTensor.from_value_rowids(sparse.values, found[:, 0], int(sparse.shape[0])).with_row_splits_dtype(splits_dtype)


def merge_dims(value, outer_axis, inner_axis):
    rank = len(value.shape)
    outer, inner = (axis % rank if -rank <= axis < rank else axis for axis in (int(outer_axis), int(inner_axis)))
    if not 0 <= outer <= inner < rank:
        raise ValueError(
            f"[RaggedTensor.merge_dims] Expected outer_axis ({outer}) to be less than or equal to inner_axis ({inner})\nhelp: of {rank} axes"
        )
    if outer == inner:
        return value
    if outer > 1:
        held = value.values
        return value.with_values(merge_dims(held, outer - 1, inner - 1) if isinstance(held, RaggedTensor) else _merged(held, outer - 1, inner - 1))
    if outer == 1:
        splits, held = value._splits, value.values
        for _ in range(inner - 1):
            if isinstance(held, RaggedTensor):
                splits, held = held._splits[splits], held.values
            else:
                splits, held = splits * held.shape.as_list()[1], _merged(held, 0, 1)
        return RaggedTensor._made(held, splits, like=value)
    held = value
    for _ in range(inner):
        held = held.values if isinstance(held, RaggedTensor) else _merged(held, 0, 1)
    return held


def _merged(tensor, outer, inner):
    shape = tensor.shape.as_list()
    return _ops["reshape"](tensor, [*shape[:outer], int(numpy.prod(shape[outer : inner + 1], dtype=numpy.int64)), *shape[inner + 1 :]])


# ---- Lists ----


def _is_list(item):
    return isinstance(item, (list, tuple, numpy.ndarray)) and not (isinstance(item, numpy.ndarray) and item.ndim == 0)


def _depth(item):
    """How deep the numbers lie; None of a list without numbers."""
    if not _is_list(item):
        return 0
    found = {depth for depth in map(_depth, item) if depth is not None}
    if len(found) > 1:
        raise ValueError("[ragged.constant] all scalar values must have the same nesting depth\nhelp: put lists around the lone numbers")
    return 1 + found.pop() if found else None


def _deepest(item):
    return 1 + max(map(_deepest, item), default=0) if _is_list(item) else 0


def _inner_shape(items):
    """The shape that all of these have; () where they are numbers or of several shapes."""
    if not len(items) or not all(map(_is_list, items)) or len({len(item) for item in items}) != 1:
        return ()
    below = [part for item in items for part in item]
    return (len(items[0]), *_inner_shape(below))


def constant(pylist, dtype=None, ragged_rank=None, inner_shape=None, row_splits_dtype="int64"):
    if isinstance(pylist, RaggedTensor):
        raise TypeError("[ragged.constant] pylist is a ragged tensor already\nhelp: give nested lists")
    if not _is_list(pylist):
        if ragged_rank:
            raise ValueError(f"[ragged.constant] Invalid pylist={pylist!r}: incompatible with ragged_rank={ragged_rank}\nhelp: give lists")
        return _whygrad.constant(pylist, dtype=dtype)
    numbers_at = _depth(pylist)
    depth = numbers_at if numbers_at is not None else _deepest(pylist)
    if ragged_rank is not None and inner_shape is not None:
        depth = max(depth, int(ragged_rank) + 1 + len(inner_shape))
    if ragged_rank is None:
        ragged_rank = max(0, depth - 1 - len(inner_shape or ()))
    if not 0 <= ragged_rank < max(depth, ragged_rank + 1 if numbers_at is None else depth):
        raise ValueError(f"[ragged.constant] Invalid pylist={pylist}: incompatible with ragged_rank={ragged_rank}\nhelp: the lists are {depth} deep")
    splits, items = [], list(pylist)
    for _ in range(ragged_rank):
        if not all(map(_is_list, items)):
            raise ValueError(
                f"[ragged.constant] Invalid pylist={pylist}: incompatible with ragged_rank={ragged_rank}\nhelp: give lists of that depth"
            )
        splits.append(rows.splits_of([len(item) for item in items]).astype(getattr(row_splits_dtype, "name", row_splits_dtype)))
        items = [part for item in items for part in item]
    own = _inner_shape(items) if inner_shape is None else tuple(int(n) for n in inner_shape)
    flat = _flat_constant(items, own, dtype)
    for level in reversed(splits):
        flat = RaggedTensor._made(flat, level)
    return flat


def _flat_constant(items, inner, dtype):
    def leaves(item):
        return [leaf for part in item for leaf in leaves(part)] if _is_list(item) else [item]

    found = leaves(items)
    name = getattr(dtype, "name", dtype)
    if name == "string" or any(isinstance(leaf, (str, bytes)) for leaf in found):
        return StringTensor(found, shape=[len(items), *inner]) if found else StringTensor(numpy.zeros((len(items), *inner), dtype=object))
    if any(_is_list(item) for item in items) and not inner and any(len(item) for item in items):
        raise ValueError("[ragged.constant] the inner lists have different lengths\nhelp: a larger ragged_rank, or lists of one length")
    flat = _whygrad.constant(found, dtype=dtype) if found else _whygrad.zeros([0], "float32" if dtype is None else dtype)
    return _ops["reshape"](flat, [len(items), *inner]) if inner or flat.shape.as_list() != [len(items)] else flat
