"""Convolution and pooling of rows, images and volumes in TensorFlow's forms, and what else moves in space."""

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad.errors import InvalidArgumentError

_engine = _whygrad.spatial
_FIRST = {"NCW": 1, "NCHW": 2, "NCDHW": 3}
_LAST = {"NWC": 1, "NHWC": 2, "NDHWC": 3}


def _refuse(op, what, help_):
    raise InvalidArgumentError(f"[{op}] {what}\nhelp: {help_}")


class _Layout:
    """How images lie, and options in the order of their axes of space."""

    def __init__(self, op, data_format, space):
        self.op, self.space = op, space
        names = [name for formats in (_LAST, _FIRST) for name, axes in formats.items() if axes == space]
        if data_format not in (None, *names):
            _refuse(op, f"data_format {data_format!r}", f"it is {names[0]} or {names[1]}")
        self.channels_first = data_format in _FIRST

    def turned(self, x):
        """With the channels last."""
        return _ops["transpose"](x, [0, *range(2, self.space + 2), 1]) if self.channels_first else x

    def back(self, x):
        return _ops["transpose"](x, [0, self.space + 1, *range(1, self.space + 1)]) if self.channels_first else x

    def numbers(self, given, what):
        """One for each axis of space: of one number, as many, or a number for every axis."""
        if given is None:
            return [1] * self.space
        listed = [int(n) for n in (given if hasattr(given, "__len__") or hasattr(given, "__iter__") else [given])]
        if len(listed) == 1:
            return listed * self.space
        if len(listed) == self.space:
            return listed
        if len(listed) == self.space + 2:
            inner = listed[2:] if self.channels_first else listed[1:-1]
            if listed[0] != 1 or listed[1 if self.channels_first else -1] != 1:
                _refuse(self.op, f"{what} {listed} along batch and channels", f"these are 1: only axes of space have {what}")
            return inner
        return _refuse(self.op, f"{len(listed)} {what}", f"give 1, {self.space} or {self.space + 2}")

    def shape(self, given):
        extents = [int(n) for n in given]
        if len(extents) != self.space + 2:
            _refuse(self.op, f"output_shape has {len(extents)} extents", f"give {self.space + 2}")
        return [extents[0], *extents[2:], extents[1]] if self.channels_first else extents


def _is_same(op, padding):
    if padding not in ("SAME", "VALID", "same", "valid"):
        _refuse(op, f"padding {padding!r}", "it is SAME or VALID")
    return padding.upper() == "SAME"


def conv3d(input, filters, strides, padding, data_format="NDHWC", dilations=None, name=None):  # noqa: A002
    """Cross-correlation: input [n, d, h, w, c], filters [kd, kh, kw, c / groups, o] -> [n, p, q, r, o]."""
    layout = _Layout("conv3d", data_format, 3)
    steps, apart = layout.numbers(strides, "strides"), layout.numbers(dilations, "dilations")
    x = layout.turned(_ops["convert_to_tensor"](input))
    return layout.back(_engine.conv3d(x, filters, steps, _is_same("conv3d", padding), apart))


def conv3d_transpose(input, filters, output_shape, strides, padding="SAME", data_format="NDHWC", dilations=None, name=None):  # noqa: A002
    """The gradient of conv3d with respect to its input."""
    layout = _Layout("conv3d_transpose", data_format, 3)
    steps, apart = layout.numbers(strides, "strides"), layout.numbers(dilations, "dilations")
    x = layout.turned(_ops["convert_to_tensor"](input))
    return layout.back(_engine.conv3d_transpose(x, filters, layout.shape(output_shape), steps, _is_same("conv3d_transpose", padding), apart))


def conv1d_transpose(input, filters, output_shape, strides, padding="SAME", data_format="NWC", dilations=None, name=None):  # noqa: A002
    """The gradient of conv1d with respect to its input."""
    layout = _Layout("conv1d_transpose", data_format, 1)
    [step], [apart] = layout.numbers(strides, "strides"), layout.numbers(dilations, "dilations")
    x = layout.turned(_ops["convert_to_tensor"](input))
    return layout.back(_engine.conv1d_transpose(x, filters, layout.shape(output_shape), step, _is_same("conv1d_transpose", padding), apart))


def _pool3d(op, input, ksize, strides, padding, data_format):  # noqa: A002
    layout = _Layout(op, data_format, 3)
    x = layout.turned(_ops["convert_to_tensor"](input))
    window = layout.numbers(ksize, "ksize")
    steps = layout.numbers(strides, "strides")
    return layout.back(getattr(_engine, op)(x, window, steps, _is_same(op, padding)))


def max_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):  # noqa: A002
    """The largest element of each window: [n, d, h, w, c] -> [n, p, q, r, c]."""
    return _pool3d("max_pool3d", input, ksize, strides, padding, data_format)


def avg_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):  # noqa: A002
    """The mean of each window: [n, d, h, w, c] -> [n, p, q, r, c]."""
    return _pool3d("avg_pool3d", input, ksize, strides, padding, data_format)


def max_pool_with_argmax(input, ksize, strides, padding, data_format="NHWC", output_dtype="int64", include_batch_in_index=False, name=None):  # noqa: A002
    """The largest element of each window, and its place in the image as a row of elements."""
    layout = _Layout("max_pool_with_argmax", data_format, 2)
    if layout.channels_first:
        _refuse("max_pool_with_argmax", f"data_format {data_format}", "it is NHWC")
    window, steps = layout.numbers(ksize, "ksize"), layout.numbers(strides, "strides")
    values, places = _engine.max_pool_with_argmax(input, window, steps, _is_same("max_pool_with_argmax", padding), bool(include_batch_in_index))
    return values, _ops["cast"](places, output_dtype)


def _space_of(op, x):
    space = len(x.shape) - 2
    if space not in (1, 2, 3):
        _refuse(op, f"input of rank {len(x.shape)}", "the axes are the batch, one to three of space, and the channels")
    return space


def convolution(input, filters, strides=None, padding="VALID", data_format=None, dilations=None, name=None):  # noqa: A002
    """conv1d, conv2d or conv3d, by the rank of the input."""
    x = _ops["convert_to_tensor"](input)
    space = _space_of("convolution", x)
    layout = _Layout("convolution", data_format, space)
    steps, apart = layout.numbers(strides, "strides"), layout.numbers(dilations, "dilations")
    if space == 3:
        return conv3d(x, filters, steps, padding, data_format or "NDHWC", apart)
    if space == 1:
        return _ops["conv1d"](x, filters, steps[0], padding, data_format or "NWC", apart[0])
    return _ops["conv2d"](x, filters, steps, padding, data_format or "NHWC", apart)


def conv_transpose(input, filters, output_shape, strides, padding="SAME", data_format=None, dilations=None, name=None):  # noqa: A002
    """conv1d_transpose, conv2d_transpose or conv3d_transpose, by the rank of the input."""
    x = _ops["convert_to_tensor"](input)
    space = _space_of("conv_transpose", x)
    layout = _Layout("conv_transpose", data_format, space)
    steps, apart = layout.numbers(strides, "strides"), layout.numbers(dilations, "dilations")
    function = {1: conv1d_transpose, 2: _ops["conv2d_transpose"], 3: conv3d_transpose}[space]
    return function(x, filters, output_shape, steps, padding, data_format or ("NWC", "NHWC", "NDHWC")[space - 1], apart)


def atrous_conv2d(value, filters, rate, padding, name=None):
    """conv2d with `rate` between the elements of the filters."""
    return _ops["conv2d"](value, filters, 1, padding, dilations=int(rate))


def atrous_conv2d_transpose(value, filters, output_shape, rate, padding, name=None):
    """conv2d_transpose with `rate` between the elements of the filters."""
    return _ops["conv2d_transpose"](value, filters, output_shape, 1, padding, dilations=int(rate))


def pool(input, window_shape, pooling_type, strides=None, padding="VALID", data_format=None, dilations=None, name=None):  # noqa: A002
    """The maximum (MAX) or mean (AVG) of windows of rows, images or volumes."""
    x = _ops["convert_to_tensor"](input)
    space = _space_of("pool", x)
    layout = _Layout("pool", data_format, space)
    window, steps = layout.numbers(window_shape, "window_shape"), layout.numbers(strides, "strides")
    apart = layout.numbers(dilations, "dilations")
    if pooling_type not in ("MAX", "AVG"):
        _refuse("pool", f"pooling_type {pooling_type!r}", "it is MAX or AVG")
    kind = pooling_type.lower()
    names = {1: f"{kind}_pool1d", 2: f"{kind}_pool2d", 3: None}

    def pooled(values, padded):
        if space == 3:
            return _pool3d(f"{kind}_pool3d", values, window, steps, padded, None)
        one = (window[0], steps[0]) if space == 1 else (window, steps)
        return _ops[names[space]](values, one[0], one[1], padded)

    if max(apart) == 1:
        return layout.back(pooled(layout.turned(x), padding))
    if max(steps) > 1:
        _refuse("pool", "strides and dilations above 1 together", "use one of them: TensorFlow has no pooling with both either")
    reach = [(w - 1) * d + 1 for w, d in zip(window, apart)]
    turned = with_space_to_batch(
        layout.turned(x), apart, padding, lambda values, _, padded: pooled(values, padded), filter_shape=reach, window=window
    )
    return layout.back(turned)


def with_space_to_batch(input, dilation_rate, padding, op, filter_shape=None, spatial_dims=None, data_format=None, window=None):  # noqa: A002
    """op with gaps of dilation_rate: on each of the parts of space that are so far apart."""
    x = _ops["convert_to_tensor"](input)
    if data_format in _FIRST:
        _refuse("with_space_to_batch", f"data_format {data_format}", "transpose the input: channels stand last")
    rates = [int(rate) for rate in dilation_rate]
    axes = list(range(1, len(rates) + 1)) if spatial_dims is None else [int(axis) for axis in spatial_dims]
    if axes != list(range(1, len(rates) + 1)):
        _refuse("with_space_to_batch", f"spatial_dims {axes}", "they are the axes behind the batch, in order")
    if max(rates) == 1:
        return op(x, len(rates), padding)
    before = [0] * len(rates)
    extents = x.shape.as_list()[1 : len(rates) + 1]
    after = [0] * len(rates)
    if _is_same("with_space_to_batch", padding):
        sizes = window if window is not None else [int(n) for n in filter_shape][: len(rates)]
        whole = [(size - 1) * rate for size, rate in zip(sizes, rates)]
        before = [extra // 2 for extra in whole]
        after = [extra - front for extra, front in zip(whole, before)]
    paddings, crops = [], []
    for extent, front, back, rate in zip(extents, before, after, rates):
        missing = -(extent + front + back) % rate
        paddings.append([front, back + missing])
        crops.append([0, missing])
    parts = _engine.space_to_batch(x, rates, paddings)
    return _engine.batch_to_space(op(parts, len(rates), "VALID"), rates, crops)


def _pairs(value):
    rows = value.numpy().tolist() if hasattr(value, "numpy") else [list(row) for row in value]
    return [[int(a), int(b)] for a, b in rows]


def _list(value):
    return [int(n) for n in (value.numpy().tolist() if hasattr(value, "numpy") else value)]


def space_to_batch(input, block_shape, paddings, name=None):  # noqa: A002
    """Parts of space that are block_shape apart as further batches."""
    return _engine.space_to_batch(input, _list(block_shape), _pairs(paddings))


def batch_to_space(input, block_shape, crops, name=None):  # noqa: A002
    """The inverse of space_to_batch."""
    x = _ops["convert_to_tensor"](input)
    blocks = [int(block_shape)] * 2 if isinstance(block_shape, int) else _list(block_shape)
    return _engine.batch_to_space(x, blocks, _pairs(crops))


def _morphology(op, value, filters, strides, padding, data_format, dilations):
    layout = _Layout(op, data_format, 2)
    if layout.channels_first:
        _refuse(op, f"data_format {data_format}", "it is NHWC")
    steps, apart = layout.numbers(strides, "strides"), layout.numbers(dilations, "dilations")
    return getattr(_engine, op)(value, filters, steps, apart, _is_same(op, padding))


def dilation2d(input, filters, strides, padding, data_format, dilations, name=None):  # noqa: A002
    """The largest sum of an element and the filter's, over each window."""
    return _morphology("dilation2d", input, filters, strides, padding, data_format, dilations)


def erosion2d(value, filters, strides, padding, data_format, dilations, name=None):
    """The smallest difference of an element and the mirrored filter's, over each window."""
    return _morphology("erosion2d", value, filters, strides, padding, data_format, dilations)


def extract_volume_patches(input, ksizes, strides, padding, name=None):  # noqa: A002
    """Patches of volumes as channels."""
    layout = _Layout("extract_volume_patches", None, 3)
    sizes, steps = layout.numbers(ksizes, "ksizes"), layout.numbers(strides, "strides")
    return _engine.extract_volume_patches(input, sizes, steps, _is_same("extract_volume_patches", padding))
