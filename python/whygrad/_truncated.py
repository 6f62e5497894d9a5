"""Normal numbers between bounds, and integers put in a random order; the numbers are not TensorFlow's."""

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad.errors import InvalidArgumentError

_ROOT_HALF = 0.7071067811865476


def _below(x):
    """How probable a normal number below x is."""
    return 0.5 * _ops["erfc"](x * -_ROOT_HALF)


def _between(uniform, means, stddevs, minvals, maxvals):
    """The number below which a normal one between the bounds lies with the probability `uniform`. Its gradient moves it with the parameters."""
    low, high = _below((minvals - means) / stddevs), _below((maxvals - means) / stddevs)
    number = means + stddevs * _ops["ndtri"](low + uniform * (high - low))
    return _ops["clip_by_value"](number, minvals, maxvals)


def stateless_parameterized_truncated_normal(shape, seed, means=0.0, stddevs=1.0, minvals=-2.0, maxvals=2.0, name=None):
    """Normal numbers between bounds, for a seed. They move with their parameters."""
    means = _whygrad.convert_to_tensor(means)
    rest = [_whygrad.convert_to_tensor(part, dtype=means.dtype) for part in (stddevs, minvals, maxvals)]
    uniform = _ops["stateless_uniform"](shape, seed, dtype=means.dtype)
    return _between(uniform, means, *rest)


def parameterized_truncated_normal(shape, means, stdevs, minvals, maxvals, seed):
    means = _whygrad.convert_to_tensor(means)
    rest = [_whygrad.convert_to_tensor(part, dtype=means.dtype) for part in (stdevs, minvals, maxvals)]

    def spread(part):  # a parameter of each row
        return _ops["reshape"](part, [-1, *[1] * (len(shape) - 1)]) if len(part.shape) else part

    uniform = _ops["stateless_uniform"](shape, seed, dtype=means.dtype) if any(seed) else _ops["random_uniform"](shape, dtype=means.dtype)
    return _ops["stop_gradient"](_between(uniform, spread(means), *map(spread, rest)))


def random_index_shuffle(index, seed, max_index, rounds=4, name=None):
    """Where each index from 0 to max_index stands in an order that the seed decides."""
    import numpy

    index = _whygrad.convert_to_tensor(index)
    places, count = _whygrad.peek(index).astype(numpy.int64), int(max_index) + 1
    if places.size and not 0 <= places.min() <= places.max() < count:
        raise InvalidArgumentError(f"[random_index_shuffle] an index is not in [0, {count - 1}]\nhelp: make max_index the largest index")
    seeds = [int(n) & 0xFFFFFFFF for n in _whygrad.peek(_whygrad.convert_to_tensor(seed)).reshape(-1)]
    if len(seeds) != 3:
        raise InvalidArgumentError(f"[random_index_shuffle] the seed has {len(seeds)} numbers\nhelp: give three")
    bits = max(2, int(count - 1).bit_length())
    half = (bits + 1) // 2
    mask = (1 << half) - 1
    keys = numpy.random.default_rng(seeds).integers(0, 2**31, int(rounds) + 2)

    def once(value):
        left, right = value >> half, value & mask
        for key in keys:  # rounds of a Feistel network: a bijection of 2 * half bits
            mixed = ((right.astype(numpy.uint64) * numpy.uint64(2654435761) + numpy.uint64(key)) >> numpy.uint64(7)).astype(numpy.int64) & mask
            left, right = right, left ^ mixed
        return (left << half) | right

    found = once(places)
    while (found >= count).any():  # until it is an index again
        found = numpy.where(found >= count, once(found), found)
    return _whygrad.constant(found.astype(index.dtype.name))
