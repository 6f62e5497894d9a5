"""Memory that cannot be had: an exception that says for what, and a program that goes on."""

import numpy as np
import pytest

import whygrad.tf as tf


def refused(call):
    with pytest.raises(tf.errors.ResourceExhaustedError) as caught:
        call()
    assert isinstance(caught.value, MemoryError)
    return str(caught.value)


def test_the_op_and_the_bytes_are_named():
    words = refused(lambda: tf.zeros([10**12]))
    assert words.startswith("[zeros] there is no memory for a tensor f32[1000000000000]: it needs 4,000,000,000,000 bytes (3.6 TiB), and ")
    assert "can be had\nhelp: " in words


@pytest.mark.parametrize(
    "op, call",
    [
        ("matmul", lambda: tf.matmul(tf.zeros([10**6, 1]), tf.zeros([1, 10**7]))),
        ("add", lambda: tf.zeros([10**6, 1]) + tf.zeros([1, 10**7])),
        ("tile", lambda: tf.tile(tf.ones([1000]), [10**9])),
        ("range", lambda: tf.range(10**13)),
        ("one_hot", lambda: tf.one_hot(tf.zeros([10**6], tf.int32), 10**7)),
        ("eye", lambda: tf.eye(10**6, 10**7)),
        ("concat", lambda: tf.concat([tf.broadcast_to(1.0, [10**12])] * 2, 0)),
        ("random_normal", lambda: tf.random.normal([10**12])),
        ("reduce_sum", lambda: tf.reduce_sum(tf.broadcast_to(tf.ones([10**6, 1, 1]), [10**6, 10**7, 1]), 2)),
    ],
)
def test_ops(op, call):
    assert refused(call).startswith(f"[{op}] ")
    assert tf.reduce_sum(tf.ones([3])).numpy() == 3


def test_a_tape_goes_on():
    w = tf.Variable([2.0, 3.0])
    optimizer = tf.keras.optimizers.Adam(0.1)
    with tf.GradientTape(persistent=True) as tape:
        loss = tf.reduce_sum(w * w)
        refused(lambda: tf.reduce_sum(w[:, tf.newaxis] * tf.broadcast_to(1.0, [2, 10**12])))
        loss = loss + tf.reduce_sum(w)
    gradient = tape.gradient(loss, w)
    assert gradient.numpy().tolist() == [5.0, 7.0]
    assert w.numpy().tolist() == [2.0, 3.0]
    optimizer.apply_gradients([(gradient, w)])
    assert np.allclose(w.numpy(), [1.9, 2.9])


def test_within_the_limits_of_a_process():
    """Requests that the machine could grant, and the process may not have."""
    import subprocess
    import sys

    program = """
import resource
import whygrad.tf as tf

kept, ones = [], tf.ones([1000])
for size in (10, 1000):
    tf.reduce_sum(tf.ones([size]) * 2.0)
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (256 << 20), resource.getrlimit(resource.RLIMIT_AS)[1]))
words = []
for size in (1 << 23, 1 << 22):
    try:
        while True:
            kept.append(ones[0] + tf.zeros([size]))
    except tf.errors.ResourceExhaustedError as error:
        words.append(str(error))
kept.clear()
assert len(words) == 2 and all(word.startswith("[") and "can be had" in word for word in words), words
assert float(tf.reduce_sum(tf.ones([1 << 20]))) == 1 << 20
print("went on")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "went on\n", done.stderr
