"""Losses over a few sampled classes instead of all of them, and what draws the classes. The numbers are of one's own generator, not TensorFlow's."""

import math

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad._host_functions import numpy_function
from whygrad._not_there import only
from whygrad.errors import InvalidArgumentError

_LOWEST = -3.4028234663852886e38


def _drawn(name, true_classes, num_true, num_sampled, unique, range_max, probabilities):
    """(the classes, how often each of true_classes and of these was to be expected); probabilities(numpy) says how likely each class is."""
    true_classes = _ops["cast"](_whygrad.convert_to_tensor(true_classes), "int64")
    if len(true_classes.shape) != 2 or int(true_classes.shape[1]) != int(num_true):
        raise InvalidArgumentError(
            f"[{name}] true_classes are {true_classes.shape} and num_true is {num_true}\nhelp: true_classes are [batch, num_true]"
        )
    count, classes = int(num_sampled), int(range_max)
    if unique and count > classes:
        raise InvalidArgumentError(
            f"[{name}] Sampler's range is too small: {count} different classes of {classes}\nhelp: sample fewer, or unique=False"
        )

    def draw(seed, true):
        import numpy

        likely = probabilities(numpy)
        likely = likely / likely.sum()
        bounds = numpy.cumsum(likely)
        generator = numpy.random.default_rng([int(part) for part in seed])
        found, tries = [], 0
        seen = set()
        while len(found) < count:
            each = int(min(numpy.searchsorted(bounds, generator.random(), side="right"), classes - 1))
            tries += 1
            if not unique or each not in seen:
                found.append(each)
                seen.add(each)
        found = numpy.array(found, numpy.int64)

        def expected(ids):
            inside = (ids >= 0) & (ids < classes)
            p = numpy.where(inside, likely[numpy.clip(ids, 0, classes - 1)], 0.0)
            return (-numpy.expm1(tries * numpy.log1p(-p)) if unique else p * count).astype(numpy.float32)

        return found, expected(numpy.asarray(true)), expected(found)

    seed = _ops["random_uniform"]([2], 0, 2**31 - 1, "int32")  # so that tf.random.set_seed decides, and each run of a traced function draws anew
    sampled, true_count, sampled_count = numpy_function(draw, [seed, true_classes], ["int64", "float32", "float32"])
    return sampled, true_count, sampled_count


def uniform_candidate_sampler(true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None):
    """Classes of which each is as likely as any other."""
    return _drawn("uniform_candidate_sampler", true_classes, num_true, num_sampled, unique, range_max, lambda numpy: numpy.ones(int(range_max)))


def log_uniform_candidate_sampler(true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None):
    """Classes in the order of how common they are: class k has the probability log((k + 2) / (k + 1)) / log(range_max + 1)."""

    def likely(numpy):
        k = numpy.arange(int(range_max))
        return numpy.log((k + 2.0) / (k + 1.0)) / math.log(int(range_max) + 1.0)

    return _drawn("log_uniform_candidate_sampler", true_classes, num_true, num_sampled, unique, range_max, likely)


def fixed_unigram_candidate_sampler(
    true_classes,
    num_true,
    num_sampled,
    unique,
    range_max,
    vocab_file="",
    distortion=1.0,
    num_reserved_ids=0,
    num_shards=1,
    shard=0,
    unigrams=(),
    seed=None,
    name=None,
):
    """Classes by how often each is said to come."""
    only("fixed_unigram_candidate_sampler", num_shards=(num_shards, 1), shard=(shard, 0), vocab_file=(vocab_file, ""))

    def likely(numpy):
        return numpy.concatenate([numpy.zeros(int(num_reserved_ids)), numpy.array(unigrams, float) ** float(distortion)])

    if len(unigrams) + int(num_reserved_ids) != int(range_max):
        raise InvalidArgumentError(
            f"[fixed_unigram_candidate_sampler] {len(unigrams)} unigrams for {range_max} classes\nhelp: give one for each class"
        )
    return _drawn("fixed_unigram_candidate_sampler", true_classes, num_true, num_sampled, unique, range_max, likely)


def all_candidate_sampler(true_classes, num_true, num_sampled, unique, seed=None, name=None):
    """All classes, for tests: each is expected once."""
    del unique
    true_classes = _whygrad.convert_to_tensor(true_classes)
    if int(true_classes.shape[1]) != int(num_true):
        raise InvalidArgumentError(f"[all_candidate_sampler] true_classes are {true_classes.shape}\nhelp: they are [batch, num_true]")
    return (
        _whygrad.range(int(num_sampled), dtype="int64"),
        _ops["ones_like"](_ops["cast"](true_classes, "float32")),
        _whygrad.ones([int(num_sampled)]),
    )


def compute_accidental_hits(true_classes, sampled_candidates, num_true, seed=None, name=None):
    """Where a sampled class is a true one: (rows, places among the sampled classes, the lowest float for each)."""
    true_classes = _whygrad.convert_to_tensor(true_classes)
    only("compute_accidental_hits", num_true=(int(num_true), int(true_classes.shape[1])))
    same = _ops["equal"](_ops["expand_dims"](true_classes, 2), _ops["cast"](_whygrad.convert_to_tensor(sampled_candidates), true_classes.dtype))
    found = _whygrad.where(same)
    return _ops["cast"](found[:, 0], "int32"), found[:, 2], _whygrad.fill([int(found.shape[0])], _LOWEST)


def _logits(weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values, remove_accidental_hits):
    """(logits of the true and of the sampled classes [batch, num_true + num_sampled], how much of each is true)"""
    weights = weights[0] if isinstance(weights, (list, tuple)) and len(weights) == 1 else weights
    if isinstance(weights, (list, tuple)):
        weights = _ops["concat"](weights, 0)
    inputs = _whygrad.convert_to_tensor(inputs)
    labels = _ops["cast"](_whygrad.convert_to_tensor(labels), "int64")
    batch = int(labels.shape[0])
    if sampled_values is None:
        sampled_values = log_uniform_candidate_sampler(labels, num_true, num_sampled, True, num_classes)
    sampled, true_count, sampled_count = (_ops["stop_gradient"](part) for part in sampled_values)
    sampled = _ops["cast"](sampled, "int64")
    ids = _ops["concat"]([_ops["reshape"](labels, [-1]), sampled], 0)
    rows, offsets = _ops["gather"](weights, ids), _ops["gather"](biases, ids)
    split = batch * int(num_true)
    true_rows = _ops["reshape"](rows[:split], [batch, int(num_true), -1])
    true = _ops["reduce_sum"](_ops["expand_dims"](inputs, 1) * true_rows, -1) + _ops["reshape"](offsets[:split], [batch, int(num_true)])
    others = _ops["matmul"](inputs, rows[split:], transpose_b=True) + offsets[split:]
    if remove_accidental_hits:
        hit = _ops["reduce_any"](_ops["equal"](_ops["expand_dims"](labels, 2), sampled), 1)
        others = others + _ops["where"](hit, _LOWEST, _ops["zeros_like"](others))
    true = true - _ops["log"](_ops["cast"](true_count, true.dtype))
    others = others - _ops["log"](_ops["cast"](sampled_count, others.dtype))
    share = _ops["concat"]([_ops["ones_like"](true) / float(num_true), _ops["zeros_like"](others)], 1)
    return _ops["concat"]([true, others], 1), _ops["stop_gradient"](share)


def nce_loss(
    weights,
    biases,
    labels,
    inputs,
    num_sampled,
    num_classes,
    num_true=1,
    sampled_values=None,
    remove_accidental_hits=False,
    name="nce_loss",
):
    """Noise-contrastive estimation: for each example the cross entropies of its true classes and of the sampled ones, each for itself."""
    logits, share = _logits(weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values, remove_accidental_hits)
    return _ops["reduce_sum"](_ops["sigmoid_cross_entropy_with_logits"](labels=share, logits=logits), 1)


def sampled_softmax_loss(
    weights,
    biases,
    labels,
    inputs,
    num_sampled,
    num_classes,
    num_true=1,
    sampled_values=None,
    remove_accidental_hits=True,
    seed=None,
    name="sampled_softmax_loss",
):
    """The softmax cross entropy of each example over its true classes and the sampled ones."""
    logits, share = _logits(weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values, remove_accidental_hits)
    return _ops["softmax_cross_entropy_with_logits"](labels=share, logits=logits)
