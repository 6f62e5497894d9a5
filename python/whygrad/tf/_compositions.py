"""What TensorFlow itself writes in Python over its ops, and the engine has no function for."""

from whygrad import _whygrad as _w
from whygrad._functions import functions as _f
from whygrad._not_there import only
from whygrad._text import StringTensor
from whygrad.errors import InvalidArgumentError


def _value(x, like=None):
    return _w.convert_to_tensor(x) if like is None else _w.convert_to_tensor(x, dtype_hint=like.dtype)


# ---- tf ----


def saturate_cast(value, dtype, name=None):
    """As cast, but what does not fit becomes the nearest number that does."""
    from whygrad.dtypes import as_dtype

    value, dtype = _value(value), as_dtype(dtype)
    if value.dtype.is_complex and not dtype.is_complex:
        value = _w.real(value)
    if "bool" in (value.dtype.name, dtype.name):
        raise TypeError(f"[saturate_cast] {value.dtype.name} to {dtype.name}: a truth value has no bounds\nhelp: write tf.cast")
    if dtype.is_complex or value.dtype == dtype:
        return _w.cast(value, dtype)
    own, wanted = ([number(bound) for bound in (d.min, d.max)] for d in (value.dtype, dtype) for number in [float if d.is_floating else int])
    low, high = max(own[0], wanted[0]), min(own[1], wanted[1])
    if value.dtype.is_floating and dtype.is_integer:  # the largest float that is among the integers
        spare = max(int(high).bit_length() - {"bfloat16": 8, "float16": 11, "float32": 24, "float64": 53}[value.dtype.name], 0)
        high = int(high) >> spare << spare
    if low > own[0] or high < own[1]:
        value = _f["clip_by_value"](value, _value(low, value), _value(high, value))
    return _w.cast(value, dtype)


def tensor_scatter_nd_sub(tensor, indices, updates, bad_indices_policy="", name=None):
    """The tensor from which the updates are subtracted at the places."""
    tensor = _value(tensor)
    return _w.tensor_scatter_nd_add(tensor, indices, -_value(updates, tensor), bad_indices_policy=bad_indices_policy)


def strided_slice(
    input_, begin, end, strides=None, begin_mask=0, end_mask=0, ellipsis_mask=0, new_axis_mask=0, shrink_axis_mask=0, var=None, name=None
):
    """input_[begin:end:strides] for each axis; bit i of a mask changes what entry i means."""
    only("strided_slice", var=(var, None))
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


def _scattered(op):
    def scatter(tensor, indices, updates, bad_indices_policy="", name=None):
        """The tensor, or what is larger or smaller of the updates at the places."""
        only(op, bad_indices_policy=(bad_indices_policy, ("", "DEFAULT", "ERROR")))
        tensor = _value(tensor)
        return _f[op](tensor, indices, _value(updates, tensor))

    return scatter


scattered_largest, scattered_smallest = _scattered("tensor_scatter_nd_max"), _scattered("tensor_scatter_nd_min")


def numbers_as_text(input, precision=-1, scientific=False, shortest=False, width=-1, fill="", name=None):  # noqa: A002
    """Numbers as text, filled up from the left to a width. No gradient."""
    text = StringTensor.of_rows(_w.as_string(input, precision, scientific, shortest))
    if width < 0:
        return text
    if len(fill) > 1:
        raise InvalidArgumentError(f"[as_string] fill is {fill!r}\nhelp: it is one character")
    return StringTensor([(t.decode().zfill(width) if fill == "0" else t.decode().rjust(width, fill or " ")) for t in text._array.ravel()], text.shape)


def text_as_numbers(input, out_type="float32", name=None):  # noqa: A002
    """The numbers that texts tell. No gradient."""
    if isinstance(input, (_w.Tensor, _w.Variable)):
        return _w.to_number(input, out_type)
    text = input if isinstance(input, StringTensor) else StringTensor(input)
    return _w.to_number(text.to_rows(), out_type)


def gather_nd_of(params, indices, batch_dims=0, name=None, bad_indices_policy=""):
    """params[indices[i]]: the last axis of indices says where, for each entry of the leading batch_dims axes on its own."""
    only("gather_nd", bad_indices_policy=(bad_indices_policy, ("", "DEFAULT", "ERROR")))
    if not batch_dims:
        return _f["gather_nd"](params, indices)
    params, indices, count = _value(params), _value(indices), int(batch_dims)
    if count >= indices.ndim or count > params.ndim or params.shape[:count] != indices.shape[:count]:
        raise ValueError(
            f"[gather_nd] batch_dims is {count}, params has shape {params.shape} and indices {indices.shape}\n"
            "help: the leading batch_dims axes of both are the same, and indices has at least one more"
        )
    # Each row of indices is told of its place among the leading axes.
    leading = indices.shape.as_list()[:-1]
    places = [
        _w.reshape(_w.range(leading[axis], dtype=indices.dtype), [-1 if i == axis else 1 for i in range(len(leading))]) for axis in range(count)
    ]
    columns = [_f["expand_dims"](_w.broadcast_to(place, leading), -1) for place in places]
    return _f["gather_nd"](params, _w.concat([*columns, indices], -1))


def places_of(sorted_sequence, values, side="left", out_type="int32", name=None):
    """Where each value would stand among the ascending elements, before equal ones or behind them."""
    if side not in ("left", "right"):
        raise ValueError(f"Argument `side` must be either 'right' or 'left'. Received: side={side!r}")
    sequence = _value(sorted_sequence)
    return _w.cast(_f["searchsorted"](sequence, _value(values, sequence), side == "right"), _index_type("searchsorted", out_type, "int32 int64"))


def unique_of(x, out_idx="int32", name=None):
    """(the distinct elements in the order in which they first occur, the place of each element among them)"""
    found = _f["unique"](x)
    kind = _index_type("unique", out_idx, "int32 int64")
    return found if kind == found.idx.dtype else found._replace(idx=_w.cast(found.idx, kind))


def _index_type(op, dtype, known):
    from whygrad.dtypes import as_dtype

    kind = as_dtype(dtype)
    if kind.name not in known.split():
        raise TypeError(f"[{op}] positions of {kind.name}\nhelp: they are {' or '.join(known.split())}")
    return kind


# ---- tf.math ----


def largest_of(input, k=1, sorted=True, index_type="int32", name=None):  # noqa: A002
    """(the k largest elements along the last axis, their places), in falling order, which `sorted` only asks for."""
    found = _f["top_k"](input, k)
    kind = _index_type("top_k", index_type, "int16 int32 int64")
    return found if kind == found.indices.dtype else found._replace(indices=_w.cast(found.indices, kind))


def confusion_matrix(labels, predictions, num_classes=None, weights=None, dtype="int32", name=None):
    """How often label i was predicted as j: [num_classes, num_classes]."""
    labels, predictions = _w.cast(labels, "int64"), _w.cast(predictions, "int64")
    if labels.ndim == predictions.ndim + 1 and labels.shape[-1] == 1:
        labels = _f["squeeze"](labels, [-1])
    elif predictions.ndim == labels.ndim + 1 and predictions.shape[-1] == 1:
        predictions = _f["squeeze"](predictions, [-1])
    count = int(_f["maximum"](_w.reduce_max(labels), _w.reduce_max(predictions))) + 1 if num_classes is None else int(num_classes)
    values = _w.ones_like(predictions, dtype) if weights is None else _w.cast(weights, dtype)
    return _w.scatter_nd(_w.stack([labels, predictions], 1), values, [count, count])


def accumulate_n(inputs, shape=None, tensor_dtype=None, name=None):
    """Their sum; shape and tensor_dtype are what they must have."""
    total = _f["add_n"](inputs)
    if shape is not None and not total.shape.is_compatible_with(shape):
        raise ValueError(f"[accumulate_n] the inputs have shape {total.shape}, and {shape} is asked for\nhelp: leave shape out")
    if tensor_dtype is not None and total.dtype != tensor_dtype:
        raise TypeError(f"[accumulate_n] tensor_dtype is {tensor_dtype}, but the inputs are of {total.dtype}\nhelp: leave tensor_dtype out")
    return total


def unsorted_segment_sqrt_n(data, segment_ids, num_segments, name=None):
    """The sum of the parts that bear one id, divided by the root of their number."""
    data = _value(data)
    counts = _f["unsorted_segment_sum"](_w.ones_like(_value(segment_ids), data.dtype), segment_ids, num_segments)
    counts = _w.reshape(_f["maximum"](counts, 1), [int(num_segments)] + [1] * (data.ndim - _value(segment_ids).ndim))
    return _f["unsorted_segment_sum"](data, segment_ids, num_segments) / _f["sqrt"](counts)


# ---- tf.linalg ----


def normalize(tensor, ord="euclidean", axis=None, name=None):  # noqa: A002
    """(tensor / its norm, the norm)"""
    tensor = _value(tensor)
    norm = _w.cast(_w.norm(tensor, ord, axis, True), tensor.dtype)
    return tensor / norm, norm


def inv(input, adjoint=False, name=None):  # noqa: A002
    """The inverse of each matrix."""
    return _f["matrix_inverse"](_adjoint_if(adjoint, input))


def det(input, name=None):  # noqa: A002
    """The determinant of each matrix."""
    return _f["matrix_determinant"](input)


def slogdet(input, name=None):  # noqa: A002
    """(the sign of each determinant, the logarithm of its absolute value)"""
    return _f["log_matrix_determinant"](input)


def solve(matrix, rhs, adjoint=False, name=None):
    """x where matrix x = rhs."""
    matrix = _value(matrix)
    return _f["matrix_solve"](_adjoint_if(adjoint, matrix), _value(rhs, matrix))


def eigh(tensor, name=None):
    """(eigenvalues, eigenvectors) of symmetric matrices."""
    return tuple(_f["self_adjoint_eig"](tensor))


def eigvalsh(tensor, name=None):
    """The eigenvalues of symmetric matrices, ascending."""
    return _f["self_adjoint_eig"](tensor).e


def _adjoint_if(wanted, matrix):
    return _w.adjoint(matrix) if wanted else matrix


def counts_of(arr, weights=None, minlength=None, maxlength=None, dtype="int32", name=None, axis=None, binary_output=False):
    """How often each whole number occurs, or the sum of its weights; with axis=-1 in each row."""
    if weights is not None and binary_output:
        raise ValueError("Arguments `binary_output` and `weights` are mutually exclusive. Please specify only one.")
    if axis not in (None, 0, -1):
        raise ValueError(f"Unsupported value for argument axis={axis}. Only 0 and -1 are currently supported.")
    arr = _value(arr)
    arr = arr if arr.dtype.is_integer else _w.cast(arr, "int32")
    arr = arr if arr.dtype.name in ("int32", "int64") else _w.cast(arr, "int32")
    options = {"minlength": int(minlength or 0), "maxlength": -1 if maxlength is None else int(maxlength), "by_row": axis == -1}
    if axis != -1:
        arr = _w.reshape(arr, [-1])
    if weights is not None:
        weights = _value(weights)
        return _f["weighted_bincount"](arr, weights if axis == -1 else _w.reshape(weights, [-1]), **options)
    return _w.cast(_f["bincount"](arr, binary=bool(binary_output), **options), dtype)


# ---- Diagonals by their numbers: 0 is the main one, positive ones stand above it ----


def _band(op, k, align):
    """The lowest and the highest diagonal that k means, and where shorter ones stand in their rows."""
    numbers = [int(n) for n in (_w.peek(_value(k)).ravel().tolist() if not isinstance(k, (int, list, tuple)) else [k] if isinstance(k, int) else k)]
    if len(numbers) not in (1, 2) or numbers[0] > numbers[-1]:
        raise ValueError(f"[{op}] k is {k}\nhelp: k is the number of a diagonal, or of the lowest and the highest of a band")
    sides = str(align).split("_")
    if len(sides) != 2 or not set(sides) <= {"LEFT", "RIGHT"}:
        raise ValueError(f"[{op}] align is {align!r}\nhelp: it is RIGHT_LEFT, LEFT_RIGHT, LEFT_LEFT or RIGHT_RIGHT")
    return {"lower": numbers[0], "upper": numbers[-1], "align": align}


def _number(value):
    return value if isinstance(value, (bool, int, float, complex)) else _value(value).numpy().item()


def diag_part(input, name="diag_part", k=0, padding_value=0, align="RIGHT_LEFT"):  # noqa: A002
    """A diagonal of each matrix, or the rows of a band of them, shorter ones filled up with padding_value."""
    return _f["matrix_diag_part"](_value(input), padding_value=_number(padding_value), **_band("diag_part", k, align))


def diag(diagonal, name="diag", k=0, num_rows=-1, num_cols=-1, padding_value=0, align="RIGHT_LEFT"):
    """Matrices with these diagonals amid padding_value."""
    band = _band("diag", k, align)
    return _f["matrix_diag"](_value(diagonal), num_rows=int(num_rows), num_cols=int(num_cols), padding_value=_number(padding_value), **band)


def set_diag(input, diagonal, name="set_diag", k=0, align="RIGHT_LEFT"):  # noqa: A002
    """The matrices with other elements on a diagonal, or on a band of them."""
    matrix = _value(input)
    return _f["matrix_set_diag"](matrix, _value(diagonal, matrix), **_band("set_diag", k, align))
