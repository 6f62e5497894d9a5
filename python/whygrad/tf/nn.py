"""tf.nn"""

from whygrad import _whygrad as _w
from whygrad._functions import functions as _f
from whygrad.tf import _names


def crelu(features, axis=-1, name=None):
    """relu of the features and of their negatives, side by side."""
    features = _w.convert_to_tensor(features)
    return _f["relu"](_f["concat"]([features, -features], axis))


def weighted_cross_entropy_with_logits(labels, logits, pos_weight, name=None):
    """The logistic loss in which a missed positive costs pos_weight times as much."""
    logits = _w.convert_to_tensor(logits)
    labels = _w.convert_to_tensor(labels, dtype_hint=logits.dtype)
    weight = 1 + (pos_weight - 1) * labels
    return (1 - labels) * logits + weight * (_f["log1p"](_f["exp"](-_f["abs"](logits))) + _f["relu"](-logits))


def log_poisson_loss(targets, log_input, compute_full_loss=False, name=None):
    """exp(log_input) - log_input * targets, with Stirling's approximation of log(targets!) if the full loss is wanted."""
    log_input = _w.convert_to_tensor(log_input)
    targets = _w.convert_to_tensor(targets, dtype_hint=log_input.dtype)
    result = _f["exp"](log_input) - log_input * targets
    if compute_full_loss:
        stirling = targets * _f["log"](targets) - targets + 0.5 * _f["log"](6.283185307179586 * targets)
        result += _f["where"]((targets >= 0) & (targets <= 1), _w.zeros_like(targets), stirling)
    return result


def conv1d(input, filters, stride, padding, data_format="NWC", dilations=None, name=None):  # noqa: A002
    """Convolution of [batch, width, channels] with [width, channels, filters]: conv2d of images one pixel high."""
    if data_format != "NWC":
        raise NotImplementedError("whygrad has [batch, width, channels] only\nhelp: transpose the input")
    stride = stride if isinstance(stride, int) else list(stride)[-2 if len(stride) == 3 else -1]
    dilation = 1 if dilations is None else dilations if isinstance(dilations, int) else list(dilations)[-2 if len(dilations) == 3 else -1]
    image = _f["expand_dims"](_w.convert_to_tensor(input), 1)
    kernel = _f["expand_dims"](_w.convert_to_tensor(filters), 0)
    return _f["squeeze"](_f["conv2d"](image, kernel, [1, stride], padding, dilations=[1, dilation]), [1])


def weighted_moments(x, axes, frequency_weights, keepdims=False, name=None):
    """(mean, variance) of elements that count as often as their weights say."""
    x = _w.convert_to_tensor(x)
    weights = _f["broadcast_to"](_w.cast(frequency_weights, x.dtype), x.shape)
    total = _w.reduce_sum(weights, axes, keepdims=True)
    mean = _w.reduce_sum(weights * x, axes, keepdims=True) / total
    variance = _w.reduce_sum(weights * _f["squared_difference"](x, mean), axes, keepdims=True) / total
    return (mean, variance) if keepdims else (_f["squeeze"](mean, axes), _f["squeeze"](variance, axes))


__getattr__ = _names.fill("nn", globals())
