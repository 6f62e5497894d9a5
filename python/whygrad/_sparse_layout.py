"""Sparse tensors laid out anew: what stands where. The positions are looked at, so a traced function knows them when it is traced; the values are
gathered, so that their gradients go back to where they came from."""

import numpy

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad._slices import IndexedSlices
from whygrad.errors import InvalidArgumentError
from whygrad.tf._sparse import SparseTensor, checked


def places(sp):
    """The positions as an array [n, rank]."""
    return _whygrad.peek(sp.indices)


def positions(numbers, *sources):
    """Integers that were worked out of the positions of these sparse tensors, or of these tensors."""
    sources = [source.indices if isinstance(source, SparseTensor) else source for source in sources]
    if _whygrad.is_tracing():
        return _whygrad.constant(numbers)
    return _whygrad.positions(
        _whygrad.constant(numbers), _ops["concat"]([_ops["reshape"](s, [-1]) for s in sources], 0) if len(sources) > 1 else sources[0]
    )


def extents(sp):
    return sp.shape.as_list()


def numbers(name, value, count=None):
    """A list of integers, of this length."""
    given = [int(number) for number in (_whygrad.peek(value) if isinstance(value, _whygrad.Tensor) else numpy.atleast_1d(numpy.asarray(value)))]
    if count is not None and len(given) != count:
        raise InvalidArgumentError(f"[sparse.{name}] {len(given)} numbers are given for a tensor of rank {count}\nhelp: give one for each axis")
    return given


def linear(found, shape):
    """The positions [n, rank] as numbers in row-major order."""
    ids = numpy.zeros(len(found), numpy.int64)
    for axis, extent in enumerate(shape):
        ids = ids * extent + found[:, axis]
    return ids


def unravelled(ids, shape):
    columns = []
    for extent in reversed(shape):
        columns.append(ids % extent if extent else ids)
        ids = ids // extent if extent else ids
    return numpy.stack(columns[::-1], 1) if columns else numpy.zeros((len(ids), 0), numpy.int64)


def chosen(sp, rows, indices, shape):
    """The values of these rows, at these positions."""
    indices = positions(numpy.asarray(indices, numpy.int64).reshape(len(rows), len(shape)), sp)
    return SparseTensor(indices, taken(sp.values, rows, sp), shape)


def taken(values, rows, *sources):
    """These of the values; which they are was worked out of the positions of the sources."""
    return _ops["gather"](values, positions(numpy.asarray(rows, numpy.int64), *sources))


def axis_of(name, axis, rank):
    axis = int(axis)
    if not -rank <= axis < rank:
        raise InvalidArgumentError(f"[sparse.{name}] axis {axis} is not in the range [{-rank}, {rank})\nhelp: count the axes from 0, or from -1")
    return axis % rank


def concat(axis, sp_inputs, expand_nonconcat_dims=False, name=None):
    """The tensors one behind the other along an axis. The values have no gradient, as in TensorFlow."""
    inputs = [checked("concat", sp) for sp in ([sp_inputs] if isinstance(sp_inputs, SparseTensor) else sp_inputs)]
    if len(inputs) == 1:
        return inputs[0]
    shapes = [extents(sp) for sp in inputs]
    if len({len(shape) for shape in shapes}) != 1:
        raise InvalidArgumentError(f"[sparse.concat] the ranks differ: {shapes}\nhelp: give every tensor the same number of axes")
    axis = axis_of("concat", axis, len(shapes[0]))
    whole = [max(shape[k] for shape in shapes) for k in range(len(shapes[0]))]
    whole[axis] = sum(shape[axis] for shape in shapes)
    for position, shape in enumerate(shapes):
        off = [k for k in range(len(whole)) if k != axis and shape[k] != shapes[0][k]]
        if off and not expand_nonconcat_dims:
            raise InvalidArgumentError(
                f"[sparse.concat] Input shapes must match: expected {shapes[0][off[0]]} for dimension {off[0]} but got {shape[off[0]]} at position "
                f"{position}\nhelp: expand_nonconcat_dims=True takes the largest"
            )
    found, start = [], 0
    for sp, shape in zip(inputs, shapes):
        found.append(places(sp) + numpy.eye(1, len(whole), axis, dtype=numpy.int64) * start)
        start += shape[axis]
    found = numpy.concatenate(found)
    order = numpy.argsort(linear(found, whole), kind="stable")
    values = _ops["concat"]([sp.values for sp in inputs], 0)
    return SparseTensor(positions(found[order], *inputs), _ops["sparse_concat"](values, positions(order, *inputs)), whole)


def expand_dims(sp_input, axis=None, name=None):
    """One more axis of extent 1."""
    shape = extents(checked("expand_dims", sp_input))
    axis = axis_of("expand_dims", -1 if axis is None else axis, len(shape) + 1)
    left, right = sp_input.indices[:, :axis], sp_input.indices[:, axis:]
    zeros = _ops["zeros_like"](sp_input.indices[:, :1]) if shape else _whygrad.constant(numpy.zeros((sp_input.indices.shape[0], 1), numpy.int64))
    return SparseTensor(_ops["concat"]([left, zeros, right], 1), sp_input.values, [*shape[:axis], 1, *shape[axis:]])


def eye(num_rows, num_columns=None, dtype="float32", name=None):
    """Ones on the diagonal of a matrix."""
    rows = int(num_rows)
    columns = rows if num_columns is None else int(num_columns)
    diagonal = numpy.arange(min(rows, columns), dtype=numpy.int64)
    return SparseTensor(numpy.stack([diagonal, diagonal], 1), _whygrad.ones([len(diagonal)], dtype), [rows, columns])


def fill_empty_rows(sp_input, default_value, name=None):
    """(the tensor with default_value at column 0 of each row that stores nothing, which rows these are)"""
    shape, found = extents(checked("fill_empty_rows", sp_input)), places(sp_input)
    if not shape:
        raise InvalidArgumentError("[sparse.fill_empty_rows] a tensor without axes has no rows\nhelp: expand_dims gives it one")
    empty = numpy.ones(shape[0], bool)
    empty[found[:, 0]] = False
    filled = numpy.zeros((int(empty.sum()), len(shape)), numpy.int64)
    filled[:, 0] = numpy.flatnonzero(empty)
    indices = numpy.concatenate([found, filled])
    order = numpy.argsort(indices[:, 0], kind="stable")
    default = _whygrad.convert_to_tensor(default_value, dtype=sp_input.dtype)
    values = _ops["concat"]([sp_input.values, _ops["broadcast_to"](default, [len(filled)])], 0)
    return SparseTensor(positions(indices[order], sp_input), taken(values, order, sp_input), shape), _whygrad.constant(empty)


def mask(a, mask_indices, name=None):
    """The slices of an IndexedSlices whose indices are not among these."""
    kept = numpy.flatnonzero(~numpy.isin(_whygrad.peek(_whygrad.convert_to_tensor(a.indices)), numbers("mask", mask_indices)))
    indices = _whygrad.convert_to_tensor(a.indices)
    return IndexedSlices(taken(a.values, kept, indices), taken(indices, kept, indices), a.dense_shape)


def reorder(sp_input, name=None):
    """The same elements in row-major order."""
    return SparseTensor.from_value(_whygrad.sparse_transpose(checked("reorder", sp_input), list(range(sp_input.shape.rank))))


def reset_shape(sp_input, new_shape=None):
    """The same elements in a larger shape, or in the smallest that holds them."""
    shape = extents(checked("reset_shape", sp_input))
    if new_shape is None:
        found = places(sp_input)
        wanted = [int(n) for n in found.max(0) + 1] if len(found) else [0] * len(shape)
    else:
        wanted = numbers("reset_shape", new_shape)
    if len(wanted) != len(shape):
        raise ValueError(f"[sparse.reset_shape] Dimensions {len(wanted)} and {len(shape)} are not compatible\nhelp: give one extent for each axis")
    if new_shape is not None and any(new < old for new, old in zip(wanted, shape)):
        raise ValueError(
            f"[sparse.reset_shape] Requested new_shape should have dimension sizes >= sp_input.shape. Found new_shape {wanted}, sp_input.shape {shape}\n"
            "help: tf.sparse.slice makes a tensor smaller"
        )
    return SparseTensor(sp_input.indices, sp_input.values, wanted)


def reshape(sp_input, shape, name=None):
    """The elements in the same row-major order, in another shape; one extent may be -1."""
    old, new = extents(checked("reshape", sp_input)), numbers("reshape", shape)
    size = int(numpy.prod(old, dtype=numpy.int64))
    if new.count(-1) > 1:
        raise InvalidArgumentError(f"[sparse.reshape] the shape {new} has -1 more than once\nhelp: only one extent can be worked out")
    if -1 in new:
        rest = int(numpy.prod([n for n in new if n != -1], dtype=numpy.int64))
        if rest == 0 or size % rest:
            raise InvalidArgumentError(f"[sparse.reshape] {size} elements of the shape {old} are no multiple of {rest}\nhelp: give all extents")
        new[new.index(-1)] = size // rest
    if int(numpy.prod(new, dtype=numpy.int64)) != size:
        raise InvalidArgumentError(f"[sparse.reshape] the shape {old} has {size} elements, and {new} has another number\nhelp: give one extent as -1")
    if old == new:
        return sp_input
    return SparseTensor(positions(unravelled(linear(places(sp_input), old), new), sp_input), sp_input.values, new)


def retain(sp_input, to_retain):
    """The elements where to_retain, one truth value for each, is true."""
    wanted = _whygrad.peek(_whygrad.convert_to_tensor(to_retain)).astype(bool)
    found = places(checked("retain", sp_input))
    if wanted.shape != (len(found),):
        raise ValueError(f"[sparse.retain] {len(found)} values and to_retain of shape {wanted.shape}\nhelp: give one truth value for each value")
    kept = numpy.flatnonzero(wanted)
    return chosen(sp_input, kept, found[kept], extents(sp_input))


def _cut(sp, found, start, size):
    start, size = numpy.asarray(start), numpy.asarray(size)
    kept = numpy.flatnonzero(((found >= start) & (found < start + size)).all(1))
    return chosen(sp, kept, found[kept] - start, [int(n) for n in size])


def slice(sp_input, start, size, name=None):  # noqa: A001
    """The part that begins at start and has this size, or what there is of it."""
    shape = extents(checked("slice", sp_input))
    start, size = numbers("slice", start, len(shape)), numbers("slice", size, len(shape))
    if min([*start, *size, 0]) < 0:
        raise InvalidArgumentError(f"[sparse.slice] start {start} and size {size} hold numbers below 0\nhelp: count from the beginning of each axis")
    return _cut(sp_input, places(sp_input), start, [max(0, min(n, whole - first)) for n, whole, first in zip(size, shape, start)])


def split(sp_input=None, num_split=None, axis=None, name=None):
    """Parts along an axis, of which the first are one longer where the axis cannot be cut evenly."""
    if num_split is None or axis is None:
        raise ValueError("[sparse.split] num_split and axis are required\nhelp: tf.sparse.split(sp_input, num_split, axis)")
    shape = extents(checked("split", sp_input))
    axis, count, found = axis_of("split", axis, len(shape)), int(num_split), places(sp_input)
    if not 1 <= count <= shape[axis]:
        raise InvalidArgumentError(
            f"[sparse.split] Input num_split should be between 1 and the splitting dimension size ({shape[axis]}), got {count}\nhelp: make fewer parts"
        )
    parts, start = [], 0
    for part in range(count):
        extent = shape[axis] // count + (part < shape[axis] % count)
        first, size = [0] * len(shape), list(shape)
        first[axis], size[axis] = start, extent
        parts.append(_cut(sp_input, found, first, size))
        start += extent
    return parts


def to_dense(sp_input, default_value=None, validate_indices=True, name=None):
    """The dense tensor, with default_value, or 0, where nothing is stored. The positions are in row-major order, each once, unless validate_indices is off."""
    checked("to_dense", sp_input)
    if validate_indices and not _whygrad.is_tracing() and sp_input.indices.shape[0] > 1 and sp_input.shape.rank:
        ids = linear(places(sp_input), extents(sp_input))
        off = numpy.flatnonzero(ids[1:] <= ids[:-1])
        if len(off):
            at = int(off[0]) + 1
            what = "is repeated" if ids[at] == ids[at - 1] else "is out of order"
            raise InvalidArgumentError(
                f"[sparse.to_dense] indices[{at}] = {places(sp_input)[at].tolist()} {what}\n"
                "help: tf.sparse.reorder puts positions in order; validate_indices=False takes them as they are"
            )
    return _whygrad.sparse_to_dense(sp_input, default_value)


def transpose(sp_input, perm=None, name=None):
    """The axes in another order."""
    return SparseTensor.from_value(_whygrad.sparse_transpose(checked("transpose", sp_input), perm))


def from_dense(tensor, name=None):
    """The elements that are not 0, and their positions."""
    return SparseTensor.from_value(_whygrad.sparse_from_dense(tensor))


def to_indicator(sp_input, vocab_size, name=None):
    """True at the number that each value is, in the place of the last axis."""
    shape = extents(checked("to_indicator", sp_input))
    last = _ops["expand_dims"](_ops["cast"](sp_input.values, "int64"), -1)
    indices = _ops["concat"]([sp_input.indices[:, :-1], last], 1)
    ones = _ops["ones_like"](_ops["cast"](sp_input.values, "int32"))
    return _ops["greater"](_ops["scatter_nd"](indices, ones, [*shape[:-1], int(vocab_size)]), 0)
