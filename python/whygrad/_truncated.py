"""Normal numbers between bounds, which are not TensorFlow's, and integers put in a random order, which is."""

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


def _keys_of_rounds(seeds, half, rounds):
    """The key schedule of Simon for three words of `half` bits (Beaulieu et al. 2013, section 3.3): a list of the words of each seed."""
    import numpy

    def turned(word, by):
        return ((word >> numpy.uint64(by)) | (word << numpy.uint64(half - by))) & mask

    mask = numpy.uint64((1 << half) - 1)
    constants = 0x7369F885192C0EF5 & int(mask)  # the bits of Simon's sequence, one a round; TensorFlow has as many of them as a word
    keys = [seeds[..., i] & mask for i in range(3)]
    for i in range(3, rounds):
        bit = constants >> (i - 3) & 1
        keys.append((numpy.uint64(0xFFFFFFFC ^ bit) & mask) ^ keys[i - 3] ^ turned(keys[i - 1], 3) ^ turned(keys[i - 1], 4))
    return keys


def _encrypted(values, keys, half):
    """Simon's rounds on blocks of 2 * half bits: each is a bijection, so all of them are."""
    import numpy

    mask = numpy.uint64((1 << half) - 1)

    def turned(word, by):
        return ((word << numpy.uint64(by)) | (word >> numpy.uint64(half - by))) & mask

    left, right = values >> numpy.uint64(half) & mask, values & mask
    for key in keys:
        left, right = right, left ^ (turned(right, 1) & turned(right, 8)) ^ turned(right, 2) ^ key
    return left << numpy.uint64(half) | right


def random_index_shuffle(index, seed, max_index, rounds=4, name=None):
    """Where each index from 0 to max_index stands in an order that the seed, three numbers, decides; TensorFlow's order.

    The index is encrypted by the block cipher Simon until the result is an index again (Black and Rogaway 2002, cycle walking). A scalar or [n]; seed is
    [3] or [n, 3], max_index a scalar or [n]. int32, int64, uint32 or uint64. Throws InvalidArgumentError for an index beyond max_index, another shape of
    the seed, and rounds that are odd or fewer than 4.
    """
    import numpy

    index = _whygrad.convert_to_tensor(index)
    places = _whygrad.peek(index)
    seeds, most = (_whygrad.peek(_whygrad.convert_to_tensor(part)) for part in (seed, max_index))
    rows = numpy.broadcast_shapes(places.shape, most.shape, seeds.shape[:-1])
    if rounds < 4 or rounds % 2:
        raise InvalidArgumentError(f"[random_index_shuffle] rounds is {rounds}\nhelp: give an even number of at least 4")
    if seeds.ndim == 0 or seeds.shape[-1] != 3:
        raise InvalidArgumentError(f"[random_index_shuffle] the seed has the shape {list(seeds.shape)}\nhelp: give three numbers: [3] or [n, 3]")
    if places.size and ((places < 0) | (places > most)).any():
        raise InvalidArgumentError(f"[random_index_shuffle] an index is not in [0, {most.max()}]\nhelp: make max_index the largest index")
    places, most = (numpy.broadcast_to(part, rows).astype(numpy.uint64).reshape([-1]) for part in (places, most))
    seeds = numpy.broadcast_to(seeds, (*rows, 3)).astype(numpy.uint64).reshape([-1, 3]) & numpy.uint64(0xFFFFFFFF)
    found = places.copy()
    # Half the bits of a block, which holds max_index. TensorFlow takes a block too few where max_index is 2^16, 2^18 .., and two indices have one place.
    halves = numpy.array([max(8, (int(n).bit_length() + 1) // 2) for n in most], int)
    for half in set(halves.tolist()):
        here = numpy.flatnonzero((halves == half) & (most > 0))
        keys = _keys_of_rounds(seeds[here], half, int(rounds))
        while here.size:
            found[here] = _encrypted(found[here], keys, half)
            outside = found[here] > most[here]
            here, keys = here[outside], [key[outside] for key in keys]
    return _whygrad.constant(found.reshape(rows).astype(index.dtype.name))
