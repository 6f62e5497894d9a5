"""The random numbers of a layer."""

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad._tape import stop_recording
from whygrad.tf.keras._layer import Variable


class Draws:
    """A layer's random numbers: with a seed a stream of its own, which goes on from call to call, otherwise the program's."""

    def __init__(self, seed):
        self._state = None
        if seed is not None:
            with stop_recording():
                self._state = Variable(_ops["constant"]([int(seed), 0], dtype="int64"), trainable=False, name="seed_generator_state")

    def _next_seed(self):
        seed = _ops["identity"](self._state)
        self._state.assign_add([0, 1])
        return seed

    def normal(self, shape, mean, stddev, dtype):
        if self._state is None:
            return _whygrad.random_normal(shape, mean=mean, stddev=stddev, dtype=dtype)
        return _ops["stateless_normal"](shape, seed=self._next_seed(), mean=mean, stddev=stddev, dtype=dtype)

    def dropped(self, shape, rate, dtype):
        """The mask of a dropout: 0 with probability `rate`, else what keeps the mean."""
        if self._state is None:
            chance = _whygrad.random_uniform(shape, dtype=dtype)
        else:
            chance = _ops["stateless_uniform"](shape, seed=self._next_seed(), dtype=dtype)
        return _ops["cast"](_ops["greater_equal"](chance, rate), dtype) / (1 - rate)
