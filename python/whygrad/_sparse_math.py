"""Sums, products and counts of sparse tensors."""

import numpy

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad._not_there import only
from whygrad._sparse_layout import axis_of, chosen, extents, linear, places, positions, taken, unravelled
from whygrad.errors import InvalidArgumentError
from whygrad.tf._sparse import SparseTensor, checked


def beside(op, sp, dense):
    """op of each value and what stands at its place in a dense tensor, which is broadcast."""
    shape = extents(sp)
    if isinstance(dense, SparseTensor):
        raise TypeError(
            f"[sparse.{op}] a sparse tensor meets a dense one, and both are sparse\nhelp: tf.sparse.map_values, if they have the same positions"
        )
    dense = _whygrad.convert_to_tensor(dense, dtype=sp.dtype) if not isinstance(dense, _whygrad.Tensor) else dense
    own = dense.shape.as_list()
    if len(own) > len(shape) or any(n not in (1, whole) for n, whole in zip(own[::-1], shape[::-1])):
        raise InvalidArgumentError(
            f"[sparse.{op}] SparseDenseBinaryOpShared broadcasts dense to sparse only; got incompatible shapes: {shape} vs. {own}\n"
            "help: the dense tensor has the extents of the sparse one, or 1"
        )
    if not own:
        return sp.with_values(_ops[op](sp.values, dense))
    if own != shape:
        dense = _ops["broadcast_to"](dense, shape)
    return sp.with_values(_ops[op](sp.values, _ops["gather_nd"](dense, sp.indices)))


def sparse_dense_matmul(sp_a, b, adjoint_a=False, adjoint_b=False, name=None):
    """The product of a sparse and a dense matrix, in either order; gradients flow to the values of the one and to the other."""
    if isinstance(b, SparseTensor) and not isinstance(sp_a, SparseTensor):
        turned = _whygrad.sparse_dense_matmul(b, sp_a, not adjoint_b, not adjoint_a)
        return _ops["adjoint"](turned)
    return _whygrad.sparse_dense_matmul(checked("sparse_dense_matmul", sp_a), b, bool(adjoint_a), bool(adjoint_b))


def _axes(name, axis, rank):
    """The axes that are summed over, and those that stay."""
    given = range(rank) if axis is None else numpy.atleast_1d(numpy.asarray(_whygrad.peek(axis) if isinstance(axis, _whygrad.Tensor) else axis))
    gone = sorted({axis_of(name, a, rank) for a in given})
    return gone, [a for a in range(rank) if a not in gone]


def _reduced(name, sp_input, axis, keepdims, output_is_sparse):
    shape = extents(checked(name, sp_input))
    gone, kept = _axes(name, axis, len(shape))
    held = [shape[a] for a in kept]
    dense = _dense(name, sp_input, kept, held)
    whole = [1 if a in gone else n for a, n in enumerate(shape)] if keepdims else held
    if not output_is_sparse:
        return _ops["reshape"](dense, whole)
    present = numpy.unique(linear(places(sp_input)[:, kept], held))
    values = taken(_ops["reshape"](dense, [-1]), present, sp_input)
    return SparseTensor(positions(unravelled(present, whole), sp_input), values, whole)


def _dense(name, sp, kept, held):
    """What is left over the axes that stay, with 0 where nothing is stored."""
    if name == "reduce_sum":
        return (
            _whygrad.sparse_reduce_sum(sp, [a for a in range(sp.shape.rank) if a not in kept], False)
            if sp.shape.rank
            else _ops["reduce_sum"](sp.values)
        )
    size = int(numpy.prod(held, dtype=numpy.int64))
    segments = linear(places(sp)[:, kept], held)
    found = numpy.zeros(size, bool)
    found[segments] = True
    largest = _ops["unsorted_segment_max"](sp.values, positions(segments, sp), size)
    return _ops["where"](_whygrad.constant(found), largest, _ops["zeros_like"](largest))


def reduce_sum(sp_input, axis=None, keepdims=None, output_is_sparse=False, name=None):
    """The sum along axes, as a dense or as a sparse tensor."""
    return _reduced("reduce_sum", sp_input, axis, keepdims, output_is_sparse)


def reduce_max(sp_input, axis=None, keepdims=None, output_is_sparse=False, name=None):
    """The largest stored value along axes, 0 where none is stored, as a dense or as a sparse tensor."""
    return _reduced("reduce_max", sp_input, axis, keepdims, output_is_sparse)


def _union(name, a, b):
    """(the positions of both, the row of it for each value of a, for each of b)"""
    shape = extents(a)
    if shape != extents(b):
        raise InvalidArgumentError(
            f"[sparse.{name}] Operands' shapes do not match: {shape} and {extents(b)}\nhelp: tf.sparse.reset_shape makes a shape larger"
        )
    ids, rows = numpy.unique(numpy.concatenate([linear(places(a), shape), linear(places(b), shape)]), return_inverse=True)
    rows = rows.reshape(-1)
    count = a.indices.shape[0]
    return ids, rows[:count], rows[count:]


def add(a, b, threshold=0):
    """The sum of two tensors of which one or both are sparse. Sums of two values that are smaller than the threshold are left out."""
    if not isinstance(a, SparseTensor) and not isinstance(b, SparseTensor):
        raise TypeError("[sparse.add] At least one input should be SparseTensor; do you mean to use tf.add()?\nhelp: write a + b")
    if not (isinstance(a, SparseTensor) and isinstance(b, SparseTensor)):
        sparse, dense = (a, b) if isinstance(a, SparseTensor) else (b, a)
        dense = _whygrad.convert_to_tensor(dense, dtype=sparse.dtype)
        if dense.shape.as_list() != extents(sparse):
            raise InvalidArgumentError(
                f"[sparse.add] the sparse tensor has the shape {extents(sparse)}, the dense one {dense.shape}\nhelp: give both one shape; tf.broadcast_to"
            )
        return _ops["tensor_scatter_nd_add"](dense, sparse.indices, sparse.values)
    ids, of_a, of_b = _union("add", a, b)
    both = _ops["concat"]([a.values, _whygrad.convert_to_tensor(b.values, dtype=a.dtype)], 0)
    sums = _ops["unsorted_segment_sum"](both, positions(numpy.concatenate([of_a, of_b]), a, b), len(ids))
    total = SparseTensor(positions(unravelled(ids, extents(a)), a, b), sums, extents(a))
    if not isinstance(threshold, _whygrad.Tensor) and threshold == 0:
        return total
    small = numpy.abs(_whygrad.peek(sums)) < float(threshold)
    kept = numpy.flatnonzero(~(small & numpy.isin(numpy.arange(len(ids)), numpy.intersect1d(of_a, of_b))))
    return chosen(total, kept, places(total)[kept], extents(a))


def _extreme(name, sp_a, sp_b):
    ids, of_a, of_b = _union(name, checked(name, sp_a), checked(name, sp_b))
    spread = [_ops["unsorted_segment_sum"](sp.values, positions(rows, sp_a, sp_b), len(ids)) for sp, rows in ((sp_a, of_a), (sp_b, of_b))]
    return SparseTensor(positions(unravelled(ids, extents(sp_a)), sp_a, sp_b), _ops[name](*spread), extents(sp_a))


def maximum(sp_a, sp_b, name=None):
    """The larger of two values at each place that one of the tensors stores; what is not stored counts as 0."""
    return _extreme("maximum", sp_a, sp_b)


def minimum(sp_a, sp_b, name=None):
    """The smaller of two values at each place that one of the tensors stores; what is not stored counts as 0."""
    return _extreme("minimum", sp_a, sp_b)


def softmax(sp_input, name=None):
    """Softmax along the last axis over the stored values of each row alone."""
    shape = extents(checked("softmax", sp_input))
    if len(shape) < 2:
        raise InvalidArgumentError(f"[sparse.softmax] Input should have rank >= 2, but received shape: {shape}\nhelp: tf.sparse.expand_dims(x, 0)")
    _, rows = numpy.unique(linear(places(sp_input)[:, :-1], shape[:-1]), return_inverse=True)
    count, rows = int(rows.max()) + 1 if len(rows) else 0, positions(rows.reshape(-1), sp_input)
    values = sp_input.values
    largest = _ops["unsorted_segment_max"](_ops["stop_gradient"](values), rows, count)
    powers = _ops["exp"](values - _ops["gather"](largest, rows))
    return sp_input.with_values(powers / _ops["gather"](_ops["unsorted_segment_sum"](powers, rows, count), rows))


def map_values(op, *args, **kwargs):
    """op of the values of all SparseTensors among the arguments, which have the same positions."""
    sparse = [a for a in (*args, *kwargs.values()) if isinstance(a, SparseTensor)]
    if not sparse:
        raise ValueError("[sparse.map_values] No SparseTensor in argument list of map_values\nhelp: call the function itself")
    for other in sparse[1:]:
        if other.indices.shape != sparse[0].indices.shape or other.shape != sparse[0].shape:
            raise InvalidArgumentError(
                "[sparse.map_values] the sparse tensors have different positions\nhelp: tf.sparse.add and its like join positions"
            )
        if other.indices is not sparse[0].indices and not numpy.array_equal(places(other), places(sparse[0])):
            raise InvalidArgumentError(
                "[sparse.map_values] the sparse tensors have different positions\nhelp: tf.sparse.add and its like join positions"
            )

    def plain(a):
        return a.values if isinstance(a, SparseTensor) else a

    return sparse[0].with_values(op(*(plain(a) for a in args), **{key: plain(a) for key, a in kwargs.items()}))


def _segments(kind, data, indices, segment_ids, num_segments):
    rows = _ops["gather"](data, indices)
    if num_segments is None and kind != "sqrt_n":
        return _ops["segment_" + kind](rows, segment_ids)
    ids = _whygrad.convert_to_tensor(segment_ids)
    if not _whygrad.is_tracing() or num_segments is None:
        seen = _whygrad.peek(ids)
        if (seen[1:] < seen[:-1]).any():
            raise InvalidArgumentError(
                f"[sparse.segment_{kind}] segment ids are not increasing\nhelp: sort them, or use tf.math.unsorted_segment_{kind}"
            )
        count = (int(seen[-1]) + 1 if len(seen) else 0) if num_segments is None else int(num_segments)
        if len(seen) and seen[-1] >= count:
            raise InvalidArgumentError(
                f"[sparse.segment_{kind}] segment ids must be < num_segments, and {int(seen[-1])} is not below {count}\nhelp: make num_segments larger"
            )
    else:
        count = int(num_segments)
    return _ops["unsorted_segment_" + kind](rows, ids, count)


def segment_sum(data, indices, segment_ids, num_segments=None, name=None, sparse_gradient=False):
    """The sum of the rows data[indices[i]] of each segment; the ids are sorted."""
    del sparse_gradient  # the gradient is slices wherever data is a variable or is watched
    return _segments("sum", data, indices, segment_ids, num_segments)


def segment_mean(data, indices, segment_ids, num_segments=None, name=None, sparse_gradient=False):
    """The mean of the rows data[indices[i]] of each segment, 0 of an empty one; the ids are sorted."""
    del sparse_gradient
    return _segments("mean", data, indices, segment_ids, num_segments)


def segment_sqrt_n(data, indices, segment_ids, num_segments=None, name=None, sparse_gradient=False):
    """The sum of the rows data[indices[i]] of each segment over the root of their number; the ids are sorted."""
    del sparse_gradient
    return _segments("sqrt_n", data, indices, segment_ids, num_segments)


def bincount(values, weights=None, axis=0, minlength=None, maxlength=None, binary_output=False, name=None):
    """How often each number comes, of all values or of each row, as a sparse tensor: counts, sums of weights, or ones."""
    if binary_output and weights is not None:
        raise ValueError(
            "[sparse.bincount] Arguments `binary_output` and `weights` are mutually exclusive. Please specify only one.\nhelp: leave weights out"
        )
    if axis not in (0, -1, None):
        raise ValueError(
            f"[sparse.bincount] Unsupported value for argument axis={axis}. Only 0 and -1 are currently supported.\nhelp: reshape the values"
        )
    sparse = isinstance(values, SparseTensor)
    held = values.values if sparse else _whygrad.convert_to_tensor(values)
    seen = _whygrad.peek(held)
    by_row = axis == -1 and (values.shape.rank if sparse else seen.ndim) == 2
    rows, count = numpy.zeros(seen.size, numpy.int64), 1
    if by_row:
        rows = places(values)[:, 0] if sparse else numpy.repeat(numpy.arange(len(seen)), seen.shape[1])
        count = extents(values)[0] if sparse else len(seen)
    seen = seen.reshape(-1).astype(numpy.int64)
    if len(seen) and seen.min() < 0:
        raise InvalidArgumentError(f"[sparse.bincount] Input values must all be non-negative, and {int(seen.min())} is not\nhelp: shift the values")
    width = max(int(seen.max()) + 1 if len(seen) else 0, int(minlength or 0))
    width = width if maxlength is None else min(width, int(maxlength))
    kept = numpy.flatnonzero(seen < width) if maxlength is not None else numpy.arange(len(seen))
    ids, inverse, counts = numpy.unique(rows[kept] * max(width, 1) + seen[kept], return_inverse=True, return_counts=True)
    if weights is not None:
        flat = _ops["reshape"](weights.values if isinstance(weights, SparseTensor) else _whygrad.convert_to_tensor(weights), [-1])
        found = _ops["unsorted_segment_sum"](taken(flat, kept, held), positions(inverse.reshape(-1), held), len(ids))
    else:
        found = _ops["cast"](
            _whygrad.constant(numpy.ones_like(counts) if binary_output else counts), "int64" if held.dtype.name == "int64" else "int32"
        )
    indices = numpy.stack([ids // max(width, 1), ids % max(width, 1)], 1)
    return SparseTensor(indices, found, [count, width]) if by_row else SparseTensor(indices[:, 1:], found, [width])


def sampled_addmm(indices, values, dense_shape, mat1, mat2, beta=1.0, alpha=1.0, output_type="float32"):
    """(indices, alpha (mat1 @ mat2) + beta values at these places alone, dense_shape)"""
    mat1, mat2 = _whygrad.convert_to_tensor(mat1), _whygrad.convert_to_tensor(mat2)
    if len(mat1.shape) != 2 or len(mat2.shape) != 2:
        raise InvalidArgumentError(f"[sparse.sampled_addmm] mat1 is {mat1.shape} and mat2 {mat2.shape}\nhelp: both are matrices")
    only("sparse.sampled_addmm", output_type=(getattr(output_type, "name", output_type), "float32"))
    places_ = _whygrad.convert_to_tensor(indices)
    rows, columns = _ops["gather"](mat1, places_[:, 0]), _ops["gather"](_ops["transpose"](mat2), places_[:, 1])
    product = _ops["reduce_sum"](rows * columns, -1)
    return places_, alpha * product + beta * _whygrad.convert_to_tensor(values, dtype=mat1.dtype), _whygrad.convert_to_tensor(dense_shape)
