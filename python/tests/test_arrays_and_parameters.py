"""Arrays where another dtype is asked for, and parameters that must not be swallowed."""

import numpy as np
import pytest

import whygrad.tf as tf


def test_arrays_take_the_dtype_that_is_asked_for():
    assert tf.constant(np.array([True, False]), dtype=tf.float32).numpy().tolist() == [1.0, 0.0]
    assert tf.constant(np.array([1.5, -2.5]), dtype=tf.int32).numpy().tolist() == [1, -2]
    assert tf.constant(np.arange(6.0)[::2], dtype=tf.int64).numpy().tolist() == [0, 2, 4]
    assert tf.constant(np.array([2**53 + 1]), dtype=tf.int64).numpy().tolist() == [2**53 + 1]
    assert tf.Variable(np.array([1, 2], np.uint32), dtype=tf.float32).numpy().tolist() == [1.0, 2.0]
    assert (tf.constant([1.0]) + np.array([True])).numpy().tolist() == [2.0]
    with pytest.warns(np.exceptions.ComplexWarning if hasattr(np, "exceptions") else np.ComplexWarning):
        assert tf.constant(np.array([1 + 2j]), dtype=tf.float32).numpy().tolist() == [1.0]
    with pytest.raises(tf.errors.InvalidArgumentError, match="format"):
        tf.constant(np.array([1], np.longdouble))
    with pytest.raises(TypeError):
        tf.constant([1.5], dtype=tf.int32)  # a list says what its numbers are


def test_arrays_of_bfloat16():
    import ml_dtypes

    array = np.array([[1.5, 2.0], [-3.0, 0.25]], ml_dtypes.bfloat16)
    assert tf.constant(array).dtype == tf.bfloat16 and (tf.constant(array).numpy() == array).all()
    assert (tf.constant(array.T).numpy() == array.T).all()
    assert tf.cast(array, tf.float32).numpy().tolist() == [[1.5, 2.0], [-3.0, 0.25]]
    assert tf.constant(array, dtype=tf.float64).numpy().tolist() == [[1.5, 2.0], [-3.0, 0.25]]
    assert tf.constant(np.array([1.5]), dtype=tf.bfloat16).dtype == tf.bfloat16


@pytest.mark.parametrize("array", [np.array(["a", "bc"]), np.array([b"a", b"bc"]), np.array(["a", "bc"], object)])
def test_arrays_of_text(array):
    text = tf.constant(array)
    assert text.dtype == tf.string and text.numpy().tolist() == [b"a", b"bc"]
    assert tf.convert_to_tensor(array).shape == [2]


def test_misspelt_parameters_are_refused():
    for call in (
        lambda: tf.Variable(1.0, trainble=False),
        lambda: tf.zeros([1], dytpe=tf.int32),
        lambda: tf.keras.layers.Dense(2, activaton="relu"),
        lambda: tf.nn.relu([1.0], alpha=1),
    ):
        with pytest.raises(TypeError):
            call()


def test_a_dense_gradient_through_diagonals():
    x = tf.Variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    with tf.GradientTape(persistent=True) as tape:
        part = tf.reduce_sum(tf.linalg.diag_part(x, k=(-1, 1), padding_value=9.0) ** 2)
        whole = tf.reduce_sum(tf.linalg.diag(x, k=(0, 1)) * tf.reshape(tf.range(9.0), [3, 3]))
        changed = tf.reduce_sum(tf.linalg.set_diag(x, [7.0, 8.0], k=1) ** 2)
    assert tape.gradient(part, x).numpy().tolist() == [[2.0, 4.0, 0.0], [8.0, 10.0, 12.0]]
    assert tape.gradient(whole, x).numpy().tolist() == [[0.0, 1.0, 5.0], [0.0, 4.0, 8.0]]
    assert tape.gradient(changed, x).numpy().tolist() == [[2.0, 0.0, 6.0], [8.0, 10.0, 0.0]]


def test_integers_keep_64_bits():
    n = 2**53
    assert tf.searchsorted(tf.constant([n, n + 1, n + 2]), tf.constant([n + 1])).numpy().tolist() == [1]
    assert tf.math.in_top_k([0, 1], tf.constant([[n, n + 1], [n, n + 1]]), 1).numpy().tolist() == [False, True]
    assert (tf.constant([n]) == n + 1).numpy().tolist() == [False]
    assert tf.pad(tf.constant([n]), [[1, 0]], constant_values=n + 1).numpy().tolist() == [n + 1, n]
    assert (tf.constant([0], tf.int64) + (2**63 - 1)).numpy().tolist() == [2**63 - 1]
    assert tf.random.uniform([1], n + 1, n + 2, tf.int64).numpy().tolist() == [n + 1]
