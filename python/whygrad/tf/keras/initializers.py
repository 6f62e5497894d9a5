"""tf.keras.initializers"""

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad._not_there import only as _only
from whygrad.tf.keras import backend as _backend
from whygrad.tf.keras._near import missing as _missing

_nn = _whygrad.nn


class Initializer:
    """Called with a shape and a dtype, returns a tensor. Derived classes define __call__, or are one of the engine's."""

    _native = None
    _seed = None

    def __call__(self, shape, dtype=None, **kwargs):
        seed = _nn.next_seed() if self._seed is None else self._seed
        return self._native(shape, dtype or _backend.floatx(), seed)


class _OfTheEngine(Initializer):
    """Has no arguments except the seed."""

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        _only(type(self).__name__, input_axes=(input_axes, None, "axes"), output_axes=(output_axes, None, "axes"))
        self._native = getattr(_nn, self._name)()
        self._seed = seed


class Zeros(Initializer):
    _native = _nn.constant(0.0)


class Ones(Initializer):
    _native = _nn.constant(1.0)


class Constant(Initializer):
    """One number throughout, or an array that broadcasts to the shape."""

    def __init__(self, value=0.0):
        self.value = value
        if isinstance(value, (int, float)):
            self._native = _nn.constant(value)

    def __call__(self, shape, dtype=None, **kwargs):
        if self._native is not None:
            return super().__call__(shape, dtype)
        return _ops["broadcast_to"](_ops["cast"](self.value, dtype or _backend.floatx()), shape)


class RandomNormal(Initializer):
    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self._native, self._seed = _nn.random_normal(mean, stddev), seed


class TruncatedNormal(Initializer):
    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self._native, self._seed = _nn.truncated_normal(mean, stddev), seed


class RandomUniform(Initializer):
    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        self._native, self._seed = _nn.random_uniform(minval, maxval), seed


class GlorotUniform(_OfTheEngine):
    _name = "glorot_uniform"


class GlorotNormal(_OfTheEngine):
    _name = "glorot_normal"


class HeUniform(_OfTheEngine):
    _name = "he_uniform"


class HeNormal(_OfTheEngine):
    _name = "he_normal"


class LecunUniform(_OfTheEngine):
    _name = "lecun_uniform"


class LecunNormal(_OfTheEngine):
    _name = "lecun_normal"


class Orthogonal(Initializer):
    """Orthonormal columns, or rows where these are fewer, times gain."""

    def __init__(self, gain=1.0, seed=None):
        self._native, self._seed = _nn.orthogonal(gain), seed


OrthogonalInitializer = orthogonal = Orthogonal
zeros, ones, constant = Zeros, Ones, Constant
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal
glorot_uniform, glorot_normal = GlorotUniform, GlorotNormal
he_uniform, he_normal = HeUniform, HeNormal
lecun_uniform, lecun_normal = LecunUniform, LecunNormal


def get(identifier):
    """An initializer, from its name, its class or itself; None stays None."""
    if isinstance(identifier, str):
        identifier = globals().get(identifier) or __getattr__(identifier)
    return identifier() if isinstance(identifier, type) else identifier


__getattr__ = _missing("tf.keras.initializers", globals())
