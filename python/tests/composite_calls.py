"""Calls of functions on sparse and ragged tensors, and what TensorFlow answers: values, first and second gradients.

    composite_calls.py --record        under TensorFlow: writes composite_calls.jsonl beside this file

test_composites.py holds whygrad.tf against the record. In the expressions v1, v2, v6, m6 and d are dense and watched, a and b are sparse with the values v1 and v2,
r and rm are ragged with the values v6 and m6, q is 2 r, and rr is ragged in two axes.
"""

import json
import math
import pathlib
import sys

import numpy as np

from composite_lines import OTHERS, RAGGED, SPARSE

ALL = SPARSE + RAGGED + OTHERS
RECORD = pathlib.Path(__file__).with_suffix(".jsonl")


def made_of(tf, v1, v2, d, v6, m6):
    rows = [0, 2, 2, 5, 6]
    return {
        "tf": tf,
        "T": tf.RaggedTensor,
        "a": tf.SparseTensor([[0, 1], [2, 0], [2, 3]], v1, [3, 4]),
        "b": tf.SparseTensor([[0, 0], [2, 0]], v2, [3, 4]),
        "r": tf.RaggedTensor.from_row_splits(v6, rows),
        "rm": tf.RaggedTensor.from_row_splits(m6, rows),
        "rr": tf.RaggedTensor.from_nested_row_splits(v6, [[0, 2, 2, 3], [0, 2, 5, 6]]),
        "q": tf.RaggedTensor.from_row_splits(v6 * 2.0, rows),
        **{"v1": v1, "v2": v2, "d": d, "v6": v6, "m6": m6},
    }


def watched(tf):
    numbers = tf.reshape(tf.range(1.0, 13.0), [3, 4])
    return tf.constant([1.0, -2.0, 3.0]), tf.constant([5.0, 2.0]), numbers, tf.range(1.0, 7.0), tf.reshape(numbers, [6, 2])


def plain(tf, value):
    """A result in the words of JSON."""
    if isinstance(value, tf.SparseTensor):
        return {"indices": value.indices.numpy().tolist(), "values": plain(tf, value.values), "shape": [int(n) for n in value.dense_shape]}
    if isinstance(value, tf.RaggedTensor):
        return {"flat": plain(tf, value.flat_values), "splits": [plain(tf, s) for s in value.nested_row_splits], "shape": str(value.shape)}
    if isinstance(value, (list, tuple)):
        return [plain(tf, item) for item in value]
    if isinstance(value, tf.IndexedSlices):
        return plain(tf, tf.convert_to_tensor(value))
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, bytes):
        return value.decode()
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    return {"dtype": array.dtype.name, "of": array.tolist()}


def floats_in(tf, value):
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in floats_in(tf, item)]
    value = value.values if isinstance(value, tf.SparseTensor) else value.flat_values if isinstance(value, tf.RaggedTensor) else value
    return [value] if isinstance(value, tf.Tensor) and value.dtype.is_floating else []


def measure(tf, value):
    """A number that depends on every element, not linearly."""
    total = tf.constant(0.0)
    for leaf in floats_in(tf, value):
        size = math.prod(leaf.shape)
        weights = tf.reshape(tf.cast(tf.range(1, 1 + size), leaf.dtype), leaf.shape)
        total += tf.cast(tf.reduce_sum(weights * leaf * leaf), tf.float32) if size else 0.0
    return total


def answer(tf, expression):
    """{gives, first, second} or {raises}."""
    sources = watched(tf)
    with tf.GradientTape(persistent=True) as outer:
        for source in sources:
            outer.watch(source)
        with tf.GradientTape(persistent=True) as inner:
            for source in sources:
                inner.watch(source)
            try:
                value = eval(expression, made_of(tf, *sources))
            except Exception as error:
                return {"raises": type(error).__name__, "message": str(error)}
            target = measure(tf, value)
        found = {"gives": plain(tf, value)}
        if not floats_in(tf, value):
            return found
        try:
            first = [inner.gradient(target, source) for source in sources]
        except Exception as error:
            return {**found, "first": type(error).__name__}
        squares = [tf.reduce_sum(tf.convert_to_tensor(g) ** 2) for g in first if g is not None]
        total = tf.add_n(squares) if squares else None
    found["first"] = [plain(tf, g) for g in first]
    if total is not None:
        try:
            found["second"] = [plain(tf, outer.gradient(total, source)) for source in sources]
        except Exception as error:
            found["second"] = type(error).__name__
    return found


def record():
    import os

    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
    import tensorflow as tf

    # Messages of TensorFlow's are its own: that it raises is enough.
    kept = (({k: v for k, v in answer(tf, expression).items() if k != "message"}, expression) for expression in ALL)
    RECORD.write_text("".join(json.dumps([expression, found]) + "\n" for found, expression in kept))


if __name__ == "__main__" and "--record" in sys.argv:
    record()
