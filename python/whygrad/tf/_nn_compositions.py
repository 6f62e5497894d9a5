"""What TensorFlow's tf.nn itself writes in Python over its ops."""

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


def swish(features, beta=1.0):
    """features * sigmoid(beta * features)."""
    features = _value(features)
    if isinstance(beta, (int, float)) and beta == 1 and not features.dtype.is_complex:
        return _f["silu"](features)
    return features * _f["sigmoid"](_value(beta, features) * features)


def embedding_lookup(params, ids, max_norm=None, name=None):
    """The rows of params that ids name, none longer than max_norm."""
    rows = _w.gather(params, ids)
    if max_norm is None:
        return rows
    return _w.clip_by_norm(rows, max_norm, list(range(_value(ids).ndim, rows.ndim)))


def cross_entropy_of(labels, logits, axis=-1, name=None):
    """-sum(labels * log(softmax(logits))) along the axis."""
    logits = _value(logits)
    axis, last = int(axis), logits.ndim - 1
    if axis in (-1, last):
        return _w.softmax_cross_entropy_with_logits(labels, logits)
    if not -logits.ndim <= axis < logits.ndim:
        raise ValueError(f"[softmax_cross_entropy_with_logits] axis is {axis} and logits have shape {logits.shape}\nhelp: give one of their axes")
    perm = [i for i in range(logits.ndim) if i != axis % logits.ndim] + [axis % logits.ndim]
    return _w.softmax_cross_entropy_with_logits(_w.transpose(_value(labels, logits), perm), _w.transpose(logits, perm))


def _pool_of(name, pool1d, pool2d):
    def pool(input, ksize, strides, padding, data_format=None, name=None):  # noqa: A002
        """Of windows of rows [batch, width, channels] or of images [batch, height, width, channels]."""
        value = _value(input)
        if value.ndim == 3:
            return pool1d(value, ksize, strides, padding, data_format or "NWC")
        return pool2d(value, ksize, strides, padding, data_format or "NHWC")

    pool.__name__ = pool.__qualname__ = name
    return pool


def crelu(features, axis=-1, name=None):
    """relu of the features and of their negatives, one after the other."""
    features = _value(features)
    return _f["relu"](_w.concat([features, -features], axis))


def _same_shapes(what, a, b):
    if a.shape != b.shape:
        raise ValueError(f"[{what}] the shapes are {a.shape} and {b.shape}\nhelp: they need one shape: broadcasting here is nearly always a mistake")


def log_poisson_loss(targets, log_input, compute_full_loss=False, name=None):
    """e^log_input - log_input * targets; the full loss adds Stirling's approximation where targets > 1."""
    log_input = _value(log_input)
    targets = _value(targets, log_input)
    _same_shapes("log_poisson_loss", log_input, targets)
    loss = _f["exp"](log_input) - log_input * targets
    if not compute_full_loss:
        return loss
    stirling = targets * _f["log"](targets) - targets + 0.5 * _f["log"](6.283185307179586 * targets)
    inside = _f["logical_and"](targets >= 0.0, targets <= 1.0)
    return loss + _f["where"](inside, _w.zeros_like(targets), stirling)


def weighted_cross_entropy_with_logits(labels, logits, pos_weight, name=None):
    """The cross entropy of sigmoid(logits) in which positive examples count pos_weight times."""
    logits = _value(logits)
    labels = _value(labels, logits)
    _same_shapes("weighted_cross_entropy_with_logits", logits, labels)
    weight = 1 + (pos_weight - 1) * labels
    return (1 - labels) * logits + weight * (_f["log1p"](_f["exp"](-_f["abs"](logits))) + _f["relu"](-logits))


def sufficient_statistics(x, axes, shift=None, keepdims=False, name=None):
    """(the number of elements, their sum, the sum of their squares, shift)"""
    x = _value(x)
    count = 1
    for axis in axes:
        count *= x.shape[axis]
    moved = x if shift is None else x - shift
    squares = _f["square"](x) if shift is None else _f["squared_difference"](x, shift)
    count, shift = _w.cast(_value(count), x.dtype), None if shift is None else _value(shift, x)
    return count, _w.reduce_sum(moved, axes, keepdims), _w.reduce_sum(squares, axes, keepdims), shift


def normalize_moments(counts, mean_ss, variance_ss, shift, name=None):
    """(mean, variance) of sufficient statistics."""
    divisor = 1 / _value(counts, _value(mean_ss))
    shifted = mean_ss * divisor
    return (shifted if shift is None else shifted + shift), variance_ss * divisor - _f["square"](shifted)


def weighted_moments(x, axes, frequency_weights, keepdims=False, name=None):
    """(mean, variance) in which elements count as often as their weight says."""
    x = _value(x)
    weights = _value(frequency_weights, x) + _w.zeros_like(x)
    total = _w.reduce_sum(weights, axes, True)
    mean = _f["divide_no_nan"](_w.reduce_sum(weights * x, axes, True), total)
    variance = _f["divide_no_nan"](_w.reduce_sum(weights * _f["squared_difference"](x, mean), axes, True), total)
    if keepdims or (isinstance(axes, (list, tuple)) and not axes):
        return mean, variance
    return _f["squeeze"](mean, axes), _f["squeeze"](variance, axes)


def _rows(what, data_format):
    """(the axis for height in an image of one line, its data_format, how numbers for width alone become those of an image)"""
    if data_format not in ("NWC", "NCW", None):
        raise ValueError(f"[{what}] data_format {data_format!r}\nhelp: it is NWC or NCW")
    first = data_format == "NCW"

    def of_image(numbers):
        numbers = list(numbers) if isinstance(numbers, (list, tuple)) else [numbers]
        if len(numbers) == 3:  # in the order of the axes of rows
            numbers = numbers[2:] if first else numbers[1:2]
        if len(numbers) != 1:
            raise ValueError(f"[{what}] {len(numbers)} numbers for the width\nhelp: give one, or one for each axis")
        return [1, numbers[0]]

    return (-2, "NCHW", of_image) if first else (-3, "NHWC", of_image)


def conv1d(input, filters, stride, padding, data_format="NWC", dilations=None, name=None):  # noqa: A002
    """Rows [batch, width, channels] with filters [width, in, out], as an image of one line."""
    height, data_format, of_image = _rows("conv1d", data_format)
    image, kernel = _f["expand_dims"](_value(input), height), _f["expand_dims"](_value(filters), 0)
    made = _w.conv2d(image, kernel, of_image(stride), padding, data_format, of_image(1 if dilations is None else dilations))
    return _f["squeeze"](made, [height])


def _pool1d(what, pool):
    def pool1d(input, ksize, strides, padding, data_format="NWC", name=None):  # noqa: A002
        """Of windows of rows [batch, width, channels]."""
        height, data_format, of_image = _rows(what, data_format)
        image = _f["expand_dims"](_value(input), height)
        return _f["squeeze"](pool(image, of_image(ksize), of_image(1 if strides is None else strides), padding, data_format), [height])

    return pool1d


max_pool1d, avg_pool1d = _pool1d("max_pool1d", _w.max_pool2d), _pool1d("avg_pool1d", _w.avg_pool2d)
max_pool_of, avg_pool_of = _pool_of("max_pool", max_pool1d, _w.max_pool2d), _pool_of("avg_pool", avg_pool1d, _w.avg_pool2d)


def depthwise_conv2d(input, filter, strides, padding, data_format=None, dilations=None, name=None):  # noqa: A002
    """Each channel with filters of its own: [height, width, channels, multiplier] -> channels * multiplier."""
    x = _value(input)
    kernel = _value(filter, x)
    height, width, channels, multiplier = kernel.shape
    kernel = _w.reshape(kernel, [height, width, 1, channels * multiplier])
    return _w.conv2d(x, kernel, strides, padding, **{key: value for key, value in (("data_format", data_format), ("dilations", dilations)) if value})


def separable_conv2d(input, depthwise_filter, pointwise_filter, strides, padding, data_format=None, dilations=None, name=None):  # noqa: A002
    """depthwise_conv2d, and then a mixture of its channels at each place."""
    mixture = _value(pointwise_filter)
    if mixture.shape.rank != 4 or mixture.shape.as_list()[:2] != [1, 1]:
        raise ValueError(f"[separable_conv2d] pointwise_filter has shape {mixture.shape}\nhelp: it is [1, 1, channels, results]")
    between = depthwise_conv2d(input, depthwise_filter, strides, padding, data_format, dilations)
    return _w.conv2d(between, mixture, [1, 1, 1, 1], "VALID", data_format or "NHWC")
