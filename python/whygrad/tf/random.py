"""tf.random"""

import enum as _enum
import types as _types

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad.dtypes import as_dtype as _as_dtype
from whygrad.errors import UnsupportedError as _UnsupportedError
from whygrad.tf import _names


class Algorithm(_enum.Enum):
    """How random numbers are made of a state."""

    PHILOX = 1
    THREEFRY = 2
    AUTO_SELECT = 3


_NUMBERS = {"philox": 1, "threefry": 2, "auto_select": 3}
_STATE_SIZES = {1: 3, 2: 2, 3: 3}  # words of the counter, and the key
_BLOCK = 256  # what one number may use of a stream


def _number_of(alg):
    number = alg.value if isinstance(alg, Algorithm) else _NUMBERS.get(alg, alg)
    if number not in _STATE_SIZES:
        raise ValueError(f"[Generator] there is no algorithm {alg!r}\nhelp: it is 'philox', 'threefry' or 'auto_select'")
    return number


def _signed(word):
    return word - 2**64 if word >= 2**63 else word


def create_rng_state(seed, alg):
    """The state of a generator for a seed: a number, or a list of its words."""
    size = _STATE_SIZES[_number_of(alg)]
    if isinstance(seed, int):
        return _ops["constant"]([_signed(seed >> 64 * i & 2**64 - 1) for i in range(size)], dtype="int64")
    words = [_signed(int(word) & 2**64 - 1) for word in _ops["reshape"](seed, [-1]).numpy().tolist()][:size]
    return _ops["constant"]([0] * (size - len(words)) + words, dtype="int64")


class Generator:
    """A stream of random numbers with a state of its own, TensorFlow's very numbers for a seed."""

    def __init__(self, copy_from=None, state=None, alg=None):
        if copy_from is not None:
            state, alg = copy_from.state, copy_from.algorithm
        if state is None or alg is None:
            raise ValueError("[Generator] state and alg are given together\nhelp: write tf.random.Generator.from_seed(1)")
        self._algorithm = _number_of(alg)
        if not isinstance(state, _whygrad.Variable) or copy_from is not None:
            state = _whygrad.Variable(_ops["cast"](state, "int64"), trainable=False, name="StateVar")
        if tuple(state.shape) != (_STATE_SIZES[self._algorithm],):
            raise ValueError(f"[Generator] the state has the shape {tuple(state.shape)}\nhelp: it has {_STATE_SIZES[self._algorithm]} numbers")
        self._state = state

    @classmethod
    def from_state(cls, state, alg):
        return cls(alg=alg, state=state)

    @classmethod
    def from_seed(cls, seed, alg=None):
        alg = 1 if alg is None else alg
        return cls(state=create_rng_state(seed, alg), alg=alg)

    @classmethod
    def from_non_deterministic_state(cls, alg=None):
        import secrets

        alg = 1 if alg is None else alg
        words = [_signed(secrets.randbits(64)) for _ in range(_STATE_SIZES[_number_of(alg)])]
        return cls(state=_ops["constant"](words, dtype="int64"), alg=alg)

    @classmethod
    def from_key_counter(cls, key, counter, alg):
        return cls(state=_state_of(key, counter), alg=alg)

    @property
    def state(self):
        return self._state

    @property
    def algorithm(self):
        return self._algorithm

    @property
    def key(self):
        return self._state[-1]

    def reset(self, state):
        self._state.assign(_ops["cast"](state, "int64"))

    def reset_from_seed(self, seed):
        self._state.assign(create_rng_state(seed, self._algorithm))

    def reset_from_key_counter(self, key, counter):
        self._state.assign(_state_of(key, counter))

    def skip(self, delta):
        """Leaves out `delta` numbers and returns the state before."""
        before = self._state.read_value()
        parts = _ops["unstack"](before)
        low = parts[0] + _ops["cast"](delta, "int64") * _BLOCK
        sign = _ops["constant"](-(2**63), dtype="int64")
        bitwise_xor = _ops["bitwise_xor"]
        carry = _ops["cast"](_ops["less"](bitwise_xor(low, sign), bitwise_xor(parts[0], sign)), "int64")  # compared without signs
        parts[0] = low
        if len(parts) == 3:
            parts[1] = parts[1] + carry
        self._state.assign(_ops["stack"](parts))
        return before

    def _next(self, shape, used=None):
        if self._algorithm == 2:
            raise _UnsupportedError("[Generator] numbers come from Philox, as TensorFlow's do on CPUs\nhelp: make the generator with alg='philox'")
        shape = _ops["reshape"](shape, [-1]) if not isinstance(shape, (list, tuple, int)) else shape
        return self.skip(_ops["reduce_prod"](_ops["cast"](shape, "int64")) if used is None else used)

    def normal(self, shape, mean=0.0, stddev=1.0, dtype="float32", name=None):
        return _ops["stateless_normal"](shape, self._next(shape), mean, stddev, dtype)

    def truncated_normal(self, shape, mean=0.0, stddev=1.0, dtype="float32", name=None):
        return _ops["stateless_truncated_normal"](shape, self._next(shape), mean, stddev, dtype)

    def uniform(self, shape, minval=0, maxval=None, dtype="float32", name=None):
        dtype = _as_dtype(dtype)
        if dtype.is_integer and (minval is None) != (maxval is None):
            raise ValueError(
                f"For integer dtype {dtype}, minval and maxval must be both `None` or both non-`None`; got minval={minval} and maxval={maxval}"
            )
        return _ops["stateless_uniform"](shape, self._next(shape), minval, maxval, dtype)

    def uniform_full_int(self, shape, dtype="int64", name=None):
        return _ops["stateless_uniform"](shape, self._next(shape), None, None, dtype)

    def binomial(self, shape, counts, probs, dtype="int32", name=None):
        return _ops["stateless_binomial"](shape, self._next(shape, 100 * _ops["reduce_prod"](_ops["cast"](shape, "int64"))), counts, probs, dtype)

    def make_seeds(self, count=1):
        keys = self.uniform_full_int([count])
        return _ops["stack"]([keys, _ops["zeros_like"](keys)])

    def split(self, count=1):
        """Generators with streams of their own."""
        zeros = [_ops["zeros"]([], "int64")] * (_STATE_SIZES[self._algorithm] - 1)
        return [Generator(state=_ops["stack"]([*zeros, key]), alg=self._algorithm) for key in _ops["unstack"](self.uniform_full_int([count]))]


def _state_of(key, counter):
    return _ops["concat"]([_ops["cast"](counter, "int64"), _ops["reshape"](_ops["cast"](key, "int64"), [1])], 0)


_global = None


def get_global_generator():
    """The generator of programs that make none of their own."""
    global _global
    if _global is None:
        _global = Generator.from_non_deterministic_state()
    return _global


def set_global_generator(generator):
    global _global
    _global = generator


def split(seed, num=2, alg="auto_select"):
    """New seeds [num, 2] of one."""
    seed = _ops["convert_to_tensor"](seed)
    return _ops["stateless_uniform"]([num, 2], seed, None, None, seed.dtype, alg=alg)


def fold_in(seed, data, alg="auto_select"):
    """A new seed of one and a number."""
    data = _ops["convert_to_tensor"](data)
    return _ops["stack"]([_ops["stateless_uniform"]([], seed, None, None, data.dtype, alg=alg), data])


experimental = _types.SimpleNamespace(
    Algorithm=Algorithm,
    Generator=Generator,
    create_rng_state=create_rng_state,
    get_global_generator=get_global_generator,
    set_global_generator=set_global_generator,
    stateless_fold_in=fold_in,
    stateless_split=split,
)

__getattr__ = _names.fill("random", globals())
