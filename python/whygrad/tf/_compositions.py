"""What TensorFlow itself writes in Python over its ops, and the engine has no function for."""

from whygrad import _whygrad as _w
from whygrad._functions import functions as _f


def _value(x, like=None):
    return _w.convert_to_tensor(x) if like is None else _w.convert_to_tensor(x, dtype_hint=like.dtype)


# ---- tf ----


def meshgrid(*args, indexing="xy", name=None):
    """The coordinates of all points of a grid: one tensor for each axis."""
    if indexing not in ("xy", "ij"):
        raise ValueError(f"Argument `indexing` must be either 'xy' or 'ij', got '{indexing}'")
    parts, count = [_w.reshape(_value(a), [-1]) for a in args], len(args)
    axes = [1, 0, *range(2, count)] if indexing == "xy" and count > 1 else list(range(count))
    whole = [0] * count
    for part, axis in zip(parts, axes):
        whole[axis] = part.shape[0]
    spread = [_w.reshape(part, [part.shape[0] if i == axis else 1 for i in range(count)]) for part, axis in zip(parts, axes)]
    return [_w.broadcast_to(part, whole) for part in spread]


def sequence_mask(lengths, maxlen=None, dtype="bool", name=None):
    """Rows that are true up to their length."""
    lengths = _value(lengths)
    maxlen = int(_w.reduce_max(lengths)) if maxlen is None else int(maxlen)
    return _w.cast(_w.range(maxlen, dtype=lengths.dtype) < _f["expand_dims"](lengths, -1), dtype)


def saturate_cast(value, dtype, name=None):
    """As cast, but what does not fit becomes the smallest or the largest number."""
    from whygrad.dtypes import as_dtype

    value, dtype = _value(value), as_dtype(dtype)
    if value.dtype.min < dtype.min:
        value = _f["maximum"](value, _value(dtype.min, value))
    if value.dtype.max > dtype.max:
        value = _f["minimum"](value, _value(dtype.max, value))
    return _w.cast(value, dtype)


def scalar_mul(scalar, x, name=None):
    """scalar * x."""
    scalar = _value(scalar, _value(x))
    if scalar.shape.rank != 0:
        raise ValueError(f"The input scalar must be a 0-D value. Received shape {scalar.shape}.")
    return scalar * x


def tensor_scatter_nd_sub(tensor, indices, updates, name=None):
    """The tensor from which the updates are subtracted at the places."""
    return _w.tensor_scatter_nd_add(tensor, indices, -_value(updates))


def unravel_index(indices, dims, name=None):
    """The coordinates of places in the flat order: one row for each axis."""
    rest, rows = _value(indices), []
    for extent in reversed([int(d) for d in dims]):
        rows.append(_f["floormod"](rest, _value(extent, rest)))
        rest = _f["floordiv"](rest, _value(extent, rest))
    return _w.stack(rows[::-1])


def strided_slice(input_, begin, end, strides=None, begin_mask=0, end_mask=0, ellipsis_mask=0, new_axis_mask=0, shrink_axis_mask=0, var=None, name=None):
    """input_[begin:end:strides] for each axis; bit i of a mask changes what entry i means."""
    begin, end = ([int(i) for i in bounds] for bounds in (begin, end))
    strides = [1] * len(begin) if strides is None else [int(i) for i in strides]
    keys = []
    for i, (first, last, step) in enumerate(zip(begin, end, strides)):
        bit = 1 << i
        if ellipsis_mask & bit:
            keys.append(Ellipsis)
        elif new_axis_mask & bit:
            keys.append(None)
        elif shrink_axis_mask & bit:
            keys.append(first)
        else:
            keys.append(slice(None if begin_mask & bit else first, None if end_mask & bit else last, step))
    return _value(input_)[tuple(keys)]


def _scattered(how):
    def scatter(tensor, indices, updates, name=None):
        """The tensor with how(its parts, the updates) at the places."""
        tensor = _value(tensor)
        return _w.tensor_scatter_nd_update(tensor, indices, _f[how](_f["gather_nd"](tensor, indices), _value(updates, tensor)))

    return scatter


tensor_scatter_nd_max, tensor_scatter_nd_min = _scattered("maximum"), _scattered("minimum")


# ---- tf.math ----


def zero_fraction(value, dtype="float32", name=None):
    """The share of elements that are 0."""
    return _w.reduce_mean(_w.cast(_value(value) == 0, dtype))


def polyval(coeffs, x, name=None):
    """coeffs[0] x^(n-1) + ... + coeffs[n-1], by Horner's rule."""
    if not isinstance(coeffs, (list, tuple)):
        raise ValueError(f"Argument coeffs must be list type. Received type {type(coeffs)}.")
    x = _value(x)
    if not coeffs:
        return _w.zeros_like(x)
    total = _value(coeffs[0], x)
    for coefficient in coeffs[1:]:
        total = _value(coefficient, x) + total * x
    return total


def confusion_matrix(labels, predictions, num_classes=None, weights=None, dtype="int32", name=None):
    """How often label i was predicted as j: [num_classes, num_classes]."""
    labels, predictions = _w.cast(labels, "int64"), _w.cast(predictions, "int64")
    count = int(_f["maximum"](_w.reduce_max(labels), _w.reduce_max(predictions))) + 1 if num_classes is None else int(num_classes)
    values = _w.ones_like(predictions, dtype) if weights is None else _w.cast(weights, dtype)
    return _w.scatter_nd(_w.stack([labels, predictions], 1), values, [count, count])


def accumulate_n(inputs, shape=None, tensor_dtype=None, name=None):
    """Their sum."""
    return _f["add_n"](inputs)


def reciprocal_no_nan(x, name=None):
    """1 / x, and 0 where x is 0."""
    x = _value(x)
    return _f["divide_no_nan"](_w.ones_like(x), x)


def unsorted_segment_sqrt_n(data, segment_ids, num_segments, name=None):
    """The sum of the parts that bear one id, divided by the root of their number."""
    data = _value(data)
    counts = _f["unsorted_segment_sum"](_w.ones_like(_value(segment_ids), data.dtype), segment_ids, num_segments)
    counts = _w.reshape(_f["maximum"](counts, 1), [int(num_segments)] + [1] * (data.ndim - _value(segment_ids).ndim))
    return _f["unsorted_segment_sum"](data, segment_ids, num_segments) / _f["sqrt"](counts)


def lbeta(x, name=None):
    """ln of the multivariate beta function along the last axis."""
    x = _value(x)
    return _w.reduce_sum(_f["lgamma"](x), -1) - _f["lgamma"](_w.reduce_sum(x, -1))


def is_non_decreasing(x, name=None):
    flat = _w.reshape(_value(x), [-1])
    return _w.reduce_all(flat[1:] >= flat[:-1])


def is_strictly_increasing(x, name=None):
    flat = _w.reshape(_value(x), [-1])
    return _w.reduce_all(flat[1:] > flat[:-1])


# ---- tf.linalg ----


def matrix_transpose(a, name="matrix_transpose", conjugate=False):
    """The last two axes swapped."""
    a = _value(a)
    perm = list(range(a.ndim))
    perm[-2:] = perm[:-3:-1]
    return _w.transpose(a, perm, conjugate)


def adjoint(matrix, name=None):
    """The last two axes swapped, and the conjugate."""
    return matrix_transpose(matrix, conjugate=True)


def matvec(a, b, transpose_a=False, adjoint_a=False, name=None):
    """Matrices [..., m, k] times vectors [..., k] -> [..., m]."""
    a = _value(a)
    return _f["squeeze"](_f["matmul"](a, _f["expand_dims"](_value(b, a), -1), transpose_a=transpose_a, adjoint_a=adjoint_a), -1)


def normalize(tensor, ord="euclidean", axis=None, name=None):  # noqa: A002
    """(tensor / its norm, the norm)"""
    tensor = _value(tensor)
    norm = _w.cast(_w.norm(tensor, ord, axis, True), tensor.dtype)
    return tensor / norm, norm


def cross(a, b, name=None):
    """The vector product along the last axis, which has 3 elements."""
    a = _value(a)
    (a0, a1, a2), (b0, b1, b2) = _w.unstack(a, axis=-1), _w.unstack(_value(b, a), axis=-1)
    return _w.stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0], -1)


def diag(diagonal, name="diag", k=0, num_rows=-1, num_cols=-1, padding_value=0, align="RIGHT_LEFT"):
    """Matrices with these diagonals, zeros elsewhere."""
    if k != 0 or padding_value != 0:
        raise TypeError("whygrad's diag has the main diagonal amid zeros only\nhelp: pad the diagonal, or add what should stand beside it")
    return _f["matrix_diag"](diagonal, num_rows, num_cols)


def diag_part(input, name="diag_part", k=0, padding_value=0, align="RIGHT_LEFT"):  # noqa: A002
    """The diagonal of each matrix."""
    if k != 0:
        raise TypeError("whygrad's diag_part has the main diagonal only\nhelp: slice the matrix so that the diagonal is its main one")
    return _f["matrix_diag_part"](input)


def tensor_diag(diagonal, name=None):
    """A tensor of twice the rank with these elements where both halves of the index are equal."""
    diagonal = _value(diagonal)
    return _w.reshape(_f["matrix_diag"](_w.reshape(diagonal, [-1])), [*diagonal.shape, *diagonal.shape])


def tensor_diag_part(input, name=None):  # noqa: A002
    """The elements where both halves of the index are equal."""
    value = _value(input)
    half = list(value.shape)[: value.ndim // 2]
    rows = 1
    for extent in half:
        rows *= extent
    return _w.reshape(_f["matrix_diag_part"](_w.reshape(value, [rows, rows])), half)


def set_diag(input, diagonal, name="set_diag", k=0, align="RIGHT_LEFT"):  # noqa: A002
    """The matrices with another main diagonal."""
    if k != 0:
        raise TypeError("whygrad's set_diag has the main diagonal only\nhelp: add a matrix that has the others")
    value = _value(input)
    change = _value(diagonal, value) - _f["matrix_diag_part"](value)
    return value + _f["matrix_diag"](change, value.shape[-2], value.shape[-1])


def inv(input, adjoint=False, name=None):  # noqa: A002
    """The inverse of each matrix."""
    return _f["matrix_inverse"](_adjoint_if(adjoint, input))


def det(input, name=None):  # noqa: A002
    """The determinant of each matrix."""
    return _f["matrix_determinant"](input)


def slogdet(input, name=None):  # noqa: A002
    """(the sign of each determinant, the logarithm of its absolute value)"""
    return _f["log_matrix_determinant"](input)


def logdet(matrix, name=None):
    """The logarithm of the determinant of a symmetric positive definite matrix."""
    return 2.0 * _w.reduce_sum(_f["log"](_w.real(_f["matrix_diag_part"](_f["cholesky"](matrix)))), -1)


def solve(matrix, rhs, adjoint=False, name=None):
    """x where matrix x = rhs."""
    matrix = _value(matrix)
    return _f["matrix_solve"](_adjoint_if(adjoint, matrix), _value(rhs, matrix))


def triangular_solve(matrix, rhs, lower=True, adjoint=False, name=None):
    """x where matrix x = rhs, of one triangle of the matrix; leading axes broadcast."""
    matrix = _value(matrix)
    rhs = _value(rhs, matrix)
    if matrix.shape[:-2] != rhs.shape[:-2]:
        from whygrad.tf._eager import broadcast_static_shape

        leading = broadcast_static_shape(matrix.shape[:-2], rhs.shape[:-2])
        matrix, rhs = _w.broadcast_to(matrix, leading + matrix.shape[-2:]), _w.broadcast_to(rhs, leading + rhs.shape[-2:])
    return _f["matrix_triangular_solve"](matrix, rhs, lower, adjoint)


def cholesky_solve(chol, rhs, name=None):
    """x where chol chol^T x = rhs."""
    return triangular_solve(chol, triangular_solve(chol, rhs), adjoint=True)


def eigh(tensor, name=None):
    """(eigenvalues, eigenvectors) of symmetric matrices."""
    return tuple(_f["self_adjoint_eig"](tensor))


def eigvalsh(tensor, name=None):
    """The eigenvalues of symmetric matrices, ascending."""
    return _f["self_adjoint_eig"](tensor).e


def _adjoint_if(wanted, matrix):
    return adjoint(matrix) if wanted else matrix


def counts_of(arr, weights=None, minlength=None, maxlength=None, dtype="int32", name=None, axis=None, binary_output=False):
    """How often each whole number occurs, or the sum of its weights."""
    if axis is not None or binary_output:
        raise NotImplementedError("whygrad's bincount takes neither axis nor binary_output yet\nhelp: count the rows one by one")
    arr = _value(arr)
    bounds = {"minlength": int(minlength or 0), "maxlength": -1 if maxlength is None else int(maxlength)}
    if weights is not None:
        return _f["weighted_bincount"](_w.reshape(arr, [-1]), _w.reshape(_value(weights), [-1]), **bounds)
    return _w.cast(_f["bincount"](arr, **bounds), dtype)
