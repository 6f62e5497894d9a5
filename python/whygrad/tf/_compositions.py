"""What TensorFlow itself writes in Python over its ops, and the engine has no function for."""

from whygrad import _whygrad as _w
from whygrad._functions import functions as _f


def _value(x, like=None):
    return _w.convert_to_tensor(x) if like is None else _w.convert_to_tensor(x, dtype_hint=like.dtype)


def dropout(x, rate, noise_shape=None, seed=None, name=None):
    """x with elements set to 0 at this rate, the others scaled up by 1 / (1 - rate)."""
    x = _value(x)
    if isinstance(rate, (int, float)) and not 0 <= rate < 1:
        raise ValueError("rate must be a scalar tensor or a float in the range [0, 1)")
    kept = _w.random_uniform(x.shape if noise_shape is None else noise_shape, dtype=x.dtype, seed=seed) >= rate
    return _f["where"](kept, x / (1.0 - rate), _w.zeros_like(x))


def zero_fraction(value, dtype="float32", name=None):
    """The share of elements that are 0."""
    return _w.reduce_mean(_w.cast(_value(value) == 0, dtype))


def embedding_lookup(params, ids, max_norm=None, name=None):
    """The rows of params that ids name."""
    return _w.gather(params, ids)


def matrix_transpose(a, name="matrix_transpose", conjugate=False):
    """The last two axes swapped."""
    a = _value(a)
    perm = list(range(a.ndim))
    perm[-2:] = perm[:-3:-1]
    return _w.transpose(a, perm, conjugate)


def trace(x, name=None):
    """The sums of the diagonals of matrices [..., m, n] -> [...]."""
    return _w.reduce_sum(_f["matrix_diag_part"](_value(x)), -1)


def matvec(a, b, transpose_a=False, name=None):
    """Matrices [..., m, k] times vectors [..., k] -> [..., m]."""
    a = _value(a)
    return _f["squeeze"](_f["matmul"](a, _f["expand_dims"](_value(b, a), -1), transpose_a=transpose_a), -1)


def counts_of(arr, weights=None, minlength=None, maxlength=None, dtype="int32", name=None, axis=None, binary_output=False):
    """How often each whole number occurs, or the sum of its weights."""
    if axis is not None or binary_output:
        raise NotImplementedError("whygrad's bincount takes neither axis nor binary_output yet\nhelp: count the rows one by one")
    arr = _value(arr)
    bounds = {"minlength": int(minlength or 0), "maxlength": -1 if maxlength is None else int(maxlength)}
    if weights is not None:
        return _f["weighted_bincount"](_w.reshape(arr, [-1]), _w.reshape(_value(weights), [-1]), **bounds)
    return _w.cast(_f["bincount"](arr, **bounds), dtype)


def confusion_matrix(labels, predictions, num_classes=None, weights=None, dtype="int32", name=None):
    """How often label i was taken for j: [classes, classes]."""
    labels, predictions = _w.cast(_value(labels), "int64"), _w.cast(_value(predictions), "int64")
    if num_classes is None:
        num_classes = int(max(_w.peek(_w.reduce_max(labels)), _w.peek(_w.reduce_max(predictions)))) + 1
    places = _f["stack"]([_w.reshape(labels, [-1]), _w.reshape(predictions, [-1])], axis=1)
    values = _w.ones([places.shape[0]], dtype) if weights is None else _w.cast(weights, dtype)
    return _w.scatter_nd(places, values, [num_classes, num_classes])


def polyval(coeffs, x, name=None):
    """coeffs[0] * x ** n + ... + coeffs[n]."""
    x = _value(x)
    result = _w.zeros_like(x)
    for c in coeffs:
        result = result * x + c
    return result


def reciprocal_no_nan(x, name=None):
    """1 / x, and 0 where x is 0."""
    x = _value(x)
    return _f["divide_no_nan"](_w.ones_like(x), x)


def saturate_cast(value, dtype, name=None):
    """Cast, with what the dtype cannot hold brought to its nearest bound first."""
    from whygrad.dtypes import as_dtype

    value, dtype = _value(value), as_dtype(dtype)
    if value.dtype.min < dtype.min or value.dtype.max > dtype.max:
        value = _f["clip_by_value"](value, dtype.min, dtype.max)
    return _w.cast(value, dtype)


def meshgrid(*args, indexing="xy", name=None):
    """Each vector repeated along the axes of the others."""
    vectors = [_w.reshape(_value(a), [-1]) for a in args]
    sizes = [v.shape[0] for v in vectors]
    order = list(range(len(vectors)))
    if indexing == "xy" and len(vectors) > 1:
        order[0], order[1] = 1, 0
    shape = [0] * len(vectors)
    for i, axis in enumerate(order):
        shape[axis] = sizes[i]
    grids = []
    for i, vector in enumerate(vectors):
        along = [1] * len(vectors)
        along[order[i]] = sizes[i]
        grids.append(_w.broadcast_to(_w.reshape(vector, along), shape))
    return grids


def sequence_mask(lengths, maxlen=None, dtype="bool", name=None):
    """True at the first lengths[i] places of row i."""
    lengths = _value(lengths)
    maxlen = int(_w.peek(_w.reduce_max(lengths))) if maxlen is None else int(maxlen)
    mask = _w.range(maxlen, dtype=lengths.dtype) < _f["expand_dims"](lengths, -1)
    return mask if dtype == "bool" else _w.cast(mask, dtype)


def tensor_scatter_nd_sub(tensor, indices, updates, name=None):
    """The tensor minus updates at the places that indices name."""
    return _w.tensor_scatter_nd_add(tensor, indices, -_value(updates))


def identity_n(input, name=None):  # noqa: A002
    """Each as it is."""
    return [_f["identity"](x) for x in input]


def ensure_shape(x, shape, name=None):
    """x, if it has this shape; None stands for any extent."""
    x = _value(x)
    if len(shape) != x.ndim or any(want is not None and want != have for want, have in zip(shape, x.shape)):
        raise ValueError(f"Shape of tensor {list(x.shape)} is not compatible with expected shape {list(shape)}.")
    return _f["identity"](x)


def foldl(fn, elems, initializer=None, parallel_iterations=None, back_prop=True, swap_memory=False, name=None):
    """fn(fn(fn(initializer, elems[0]), elems[1]), ...)."""
    return scan(fn, elems, initializer)[-1]


def scan(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, infer_shape=True, reverse=False, name=None):
    """All intermediate values of folding with fn, stacked."""
    from whygrad import _nest

    rows = list(zip(*(_w.unstack(_value(leaf)) for leaf in _nest.flatten(elems))))
    rows = [_nest.pack_sequence_as(elems, row) if _nest.is_nested(elems) else row[0] for row in (reversed(rows) if reverse else rows)]
    state, states = initializer, []
    for row in rows:
        state = row if state is None else fn(state, row)
        states.append(state)
    states = states[::-1] if reverse else states
    if not _nest.is_nested(states[0]):
        return _f["stack"](states)
    return _nest.pack_sequence_as(states[0], [_f["stack"](list(column)) for column in zip(*(_nest.flatten(s) for s in states))])
