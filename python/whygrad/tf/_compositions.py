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
