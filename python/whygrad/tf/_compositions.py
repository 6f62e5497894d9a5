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
    """(lowest, highest, whether superdiagonals and whether subdiagonals stand to the left of their row)"""
    numbers = [int(n) for n in (_w.peek(_value(k)).ravel().tolist() if not isinstance(k, (int, list, tuple)) else [k] if isinstance(k, int) else k)]
    if len(numbers) not in (1, 2) or numbers[0] > numbers[-1]:
        raise ValueError(f"[{op}] k is {k}\nhelp: k is the number of a diagonal, or of the lowest and the highest of a band")
    sides = str(align).split("_")
    if len(sides) != 2 or not set(sides) <= {"LEFT", "RIGHT"}:
        raise ValueError(f"[{op}] align is {align!r}\nhelp: it is RIGHT_LEFT, LEFT_RIGHT, LEFT_LEFT or RIGHT_RIGHT")
    return numbers[0], numbers[-1], sides[0] == "LEFT", sides[1] == "LEFT"


def _places(rows, columns, lowest, highest, super_left, sub_left):
    """For each diagonal from the highest down, the flat places of its elements in a matrix, -1 where the band is longer than it."""
    import numpy

    length = max(min(rows + min(d, 0), columns - max(d, 0)) for d in range(lowest, highest + 1))
    places = numpy.full((highest - lowest + 1, max(length, 0)), -1, numpy.int64)
    for line, d in enumerate(range(highest, lowest - 1, -1)):
        count = min(rows + min(d, 0), columns - max(d, 0))
        first = 0 if (super_left if d >= 0 else sub_left) else length - count
        steps = numpy.arange(count)
        places[line, first : first + count] = (steps - min(d, 0)) * columns + steps + max(d, 0)
    return places


def _check_band(op, rows, columns, lowest, highest):
    if not (-rows < lowest <= highest < columns) and not (lowest == highest == 0):
        raise ValueError(
            f"[{op}] there is no band of diagonals {lowest} to {highest} in [{rows}, {columns}]\nhelp: they are numbered from {1 - rows} to {columns - 1}"
        )


def _padded(flat, value):
    """The last axis with one more element, the padding, which a place of -1 means."""
    one = _w.broadcast_to(_value(value, flat), [*flat.shape.as_list()[:-1], 1])
    return _w.concat([flat, _w.cast(one, flat.dtype)], -1)


def diag_part(input, name="diag_part", k=0, padding_value=0, align="RIGHT_LEFT"):  # noqa: A002
    """A diagonal of each matrix, or the rows of a band of them, shorter ones filled up with padding_value."""
    lowest, highest, super_left, sub_left = _band("diag_part", k, align)
    matrix = _value(input)
    if matrix.ndim < 2 or lowest == highest == 0:
        return _f["matrix_diag_part"](matrix)
    rows, columns = matrix.shape[-2], matrix.shape[-1]
    _check_band("diag_part", rows, columns, lowest, highest)
    places = _places(rows, columns, lowest, highest, super_left, sub_left)
    places[places < 0] = rows * columns
    leading = matrix.shape.as_list()[:-2]
    picked = _w.gather(_padded(_w.reshape(matrix, [*leading, rows * columns]), padding_value), places.ravel(), axis=-1)
    return _w.reshape(picked, [*leading, *(places.shape if highest > lowest else places.shape[1:])])


def diag(diagonal, name="diag", k=0, num_rows=-1, num_cols=-1, padding_value=0, align="RIGHT_LEFT"):
    """Matrices with these diagonals amid padding_value."""
    lowest, highest, super_left, sub_left = _band("diag", k, align)
    diagonal, num_rows, num_cols = _value(diagonal), int(num_rows), int(num_cols)
    if diagonal.ndim == 0 or (lowest == highest == 0 and isinstance(padding_value, (int, float)) and padding_value == 0):
        return _f["matrix_diag"](diagonal, num_rows, num_cols)
    if lowest < highest and (diagonal.ndim < 2 or diagonal.shape[-2] != highest - lowest + 1):
        raise ValueError(
            f"[diag] diagonals {lowest} to {highest} were asked for, and there are {diagonal.shape}\nhelp: give [..., {highest - lowest + 1}, length]"
        )
    length = diagonal.shape[-1]
    least_rows, least_columns = length - min(highest, 0), length + max(lowest, 0)
    if num_rows == -1 and num_cols == -1:
        num_rows = num_cols = max(least_rows, least_columns)
    rows, columns = (least_rows if num_rows == -1 else num_rows), (least_columns if num_cols == -1 else num_cols)
    _check_band("diag", rows, columns, lowest, highest)
    places = _places(rows, columns, lowest, highest, super_left, sub_left)
    if places.shape[1] != length or (rows != least_rows and columns != least_columns):
        raise ValueError(
            f"[diag] diagonals of length {length} do not fit a matrix [{rows}, {columns}]\nhelp: leave num_rows and num_cols out, or give one of them"
        )
    import numpy

    sources = numpy.full(rows * columns, places.size, numpy.int64)
    sources[places[places >= 0]] = numpy.flatnonzero(places.ravel() >= 0)
    leading = diagonal.shape.as_list()[: -1 if lowest == highest else -2]
    flat = _padded(_w.reshape(diagonal, [*leading, places.size]), padding_value)
    return _w.reshape(_w.gather(flat, sources, axis=-1), [*leading, rows, columns])


def set_diag(input, diagonal, name="set_diag", k=0, align="RIGHT_LEFT"):  # noqa: A002
    """The matrices with other elements on a diagonal, or on a band of them."""
    lowest, highest, super_left, sub_left = _band("set_diag", k, align)
    matrix = _value(input)
    diagonal = _value(diagonal, matrix)
    if matrix.ndim < 2:
        raise ValueError(f"[set_diag] input has shape {matrix.shape}\nhelp: give matrices, [..., rows, columns]")
    rows, columns = matrix.shape[-2], matrix.shape[-1]
    _check_band("set_diag", rows, columns, lowest, highest)
    places = _places(rows, columns, lowest, highest, super_left, sub_left)
    leading = matrix.shape.as_list()[:-2]
    wanted = [*leading, *(places.shape if highest > lowest else places.shape[1:])]
    if diagonal.shape.as_list() != wanted:
        raise ValueError(f"[set_diag] the diagonals have shape {diagonal.shape}\nhelp: these matrices take {wanted}")
    import numpy

    sources = numpy.arange(rows * columns)
    sources[places[places >= 0]] = rows * columns + numpy.flatnonzero(places.ravel() >= 0)
    both = _w.concat([_w.reshape(matrix, [*leading, rows * columns]), _w.reshape(diagonal, [*leading, places.size])], -1)
    return _w.reshape(_w.gather(both, sources, axis=-1), matrix.shape)
