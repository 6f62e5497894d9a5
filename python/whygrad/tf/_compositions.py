"""What TensorFlow itself writes in Python over its ops, and the engine has no function for."""

from whygrad import _whygrad as _w
from whygrad._functions import functions as _f


def _value(x, like=None):
    return _w.convert_to_tensor(x) if like is None else _w.convert_to_tensor(x, dtype_hint=like.dtype)


def linspace(start, stop, num, name=None, axis=0):
    """num numbers at equal distances from start to stop, both included; gradients flow to both ends."""
    num = int(num)
    start = _value(float(start) if isinstance(start, int) else start)
    stop = _value(stop, start)
    if num < 1:
        raise ValueError(f"[linspace] num is {num}\nhelp: ask for at least one number")
    if num == 1:
        return _f["expand_dims"](start, axis)
    shape = [1] * (len(start.shape) + 1)
    shape[axis] = num
    steps = _w.reshape(_w.cast(_w.range(num), start.dtype), shape)
    delta = _f["expand_dims"]((stop - start) / float(num - 1), axis)
    inner = _f["expand_dims"](start, axis) + delta * steps
    # The end exactly, whatever the rounding on the way.
    last = _w.reshape(_w.cast(_w.range(num), start.dtype) == float(num - 1), shape)
    return _f["where"](last, _f["expand_dims"](stop, axis), inner)


def norm(tensor, ord="euclidean", axis=None, keepdims=None, name=None):
    """The norm of vectors: 'euclidean', 1, 2, inf or another order."""
    x = _value(tensor)
    keepdims = bool(keepdims)
    if ord in ("euclidean", "fro", 2, 2.0):
        return _f["sqrt"](_w.reduce_sum(x * x, axis=axis, keepdims=keepdims))
    size = _f["abs"](x)
    if ord in (1, 1.0):
        return _w.reduce_sum(size, axis=axis, keepdims=keepdims)
    if ord == float("inf"):
        return _w.reduce_max(size, axis=axis, keepdims=keepdims)
    if isinstance(ord, (int, float)) and ord > 0:
        return _f["pow"](_w.reduce_sum(_f["pow"](size, float(ord)), axis=axis, keepdims=keepdims), 1.0 / ord)
    raise ValueError(f"'ord' must be a supported vector norm, got {ord}")


def l2_normalize(x, axis=None, epsilon=1e-12, name=None):
    """x / sqrt(max(sum(x^2), epsilon))."""
    x = _value(x)
    total = _w.reduce_sum(_f["square"](x), axis=axis, keepdims=True)
    return x * _f["rsqrt"](_f["maximum"](total, epsilon))


def moments(x, axes, shift=None, keepdims=False, name=None):
    """The mean and the variance of x over the axes."""
    x = _value(x)
    mean = _w.reduce_mean(x, axis=axes, keepdims=True)
    variance = _w.reduce_mean(_f["squared_difference"](x, _f["stop_gradient"](mean)), axis=axes, keepdims=True)
    return (mean, variance) if keepdims else (_w.squeeze(mean, axes), _w.squeeze(variance, axes))


def clip_by_norm(t, clip_norm, axes=None, name=None):
    """t, scaled down to this norm where its own is larger; a zero vector stays zero, with a gradient of its own."""
    t = _value(t)
    clip_norm = _value(clip_norm, t)
    total = _w.reduce_sum(t * t, axis=axes, keepdims=True)
    positive = total > 0.0
    safe = _f["where"](positive, total, _w.ones_like(total))
    length = _f["where"](positive, _f["sqrt"](safe), total)
    return t * clip_norm / _f["maximum"](length, clip_norm)


def global_norm(t_list, name=None):
    """sqrt(sum of the squares of all elements of all tensors); None is left out."""
    halves = [_f["l2_loss"](_value(t)) for t in t_list if t is not None]
    return _f["sqrt"](_w.reduce_sum(_w.stack(halves)) * 2.0)


def clip_by_global_norm(t_list, clip_norm, use_norm=None, name=None):
    """The tensors scaled down together, and their global norm."""
    norm_ = global_norm(t_list) if use_norm is None else use_norm
    clip_norm = _value(clip_norm, norm_)
    # NaN where the norm is not finite, as in TensorFlow.
    scale = clip_norm * _f["minimum"](1.0 / norm_, 1.0 / clip_norm) + (norm_ - norm_)
    return [None if t is None else _value(t) * scale for t in t_list], norm_


def dropout(x, rate, noise_shape=None, seed=None, name=None):
    """x with elements set to 0 at this rate, the others scaled up by 1 / (1 - rate)."""
    x = _value(x)
    if isinstance(rate, (int, float)) and not 0 <= rate < 1:
        raise ValueError("rate must be a scalar tensor or a float in the range [0, 1)")
    kept = _w.random_uniform(x.shape if noise_shape is None else noise_shape, dtype=x.dtype, seed=seed) >= rate
    return _f["where"](kept, x / (1.0 - rate), _w.zeros_like(x))


def tensordot(a, b, axes, name=None):
    """The products of a and b summed over these axes of each."""
    a = _value(a)
    b = _value(b, a)
    if isinstance(axes, int):
        of_a, of_b = list(range(a.ndim - axes, a.ndim)), list(range(axes))
    else:
        of_a, of_b = ([x] if isinstance(x, int) else list(x) for x in axes)
    of_a, of_b = [x % a.ndim for x in of_a], [x % b.ndim for x in of_b]
    free_a = [x for x in range(a.ndim) if x not in of_a]
    free_b = [x for x in range(b.ndim) if x not in of_b]
    inner = 1
    for axis in of_a:
        inner *= a.shape[axis]
    left = _w.reshape(_w.transpose(a, free_a + of_a), [-1, inner])
    right = _w.reshape(_w.transpose(b, of_b + free_b), [inner, -1])
    return _w.reshape(_f["matmul"](left, right), [a.shape[x] for x in free_a] + [b.shape[x] for x in free_b])


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


def batch_normalization(x, mean, variance, offset, scale, variance_epsilon, name=None):
    """(x - mean) / sqrt(variance + epsilon) * scale + offset."""
    factor = _f["rsqrt"](_value(variance) + variance_epsilon)
    if scale is not None:
        factor = factor * scale
    return x * factor + ((offset - mean * factor) if offset is not None else -mean * factor)
