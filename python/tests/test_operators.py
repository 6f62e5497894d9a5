"""Operators and indexing."""

import numpy as np
import pytest

import whygrad.tf as tf


@pytest.mark.parametrize("other", [2, 2.0, np.float64(2), np.array([2, 2]), [2, 2], (2.0, 2.0), np.float32(2)])
def test_the_other_side_takes_the_dtype(other):
    x = tf.constant([1.0, 4.0])
    for result, expected in [
        (x + other, [3, 6]),
        (other + x, [3, 6]),
        (x - other, [-1, 2]),
        (other - x, [1, -2]),
        (x * other, [2, 8]),
        (other * x, [2, 8]),
        (x / other, [0.5, 2]),
        (other / x, [2, 0.5]),
        (x**other, [1, 16]),
        (other**x, [2, 16]),
        (x // other, [0, 2]),
        (x % other, [1, 0]),
    ]:
        assert isinstance(result, tf.Tensor) and result.dtype is tf.float32
        np.testing.assert_allclose(result.numpy(), expected)
    assert (x < other).numpy().tolist() == [True, False] and (other < x).numpy().tolist() == [False, True]


def test_integers_divide_to_floats():
    assert (tf.constant([1, 2]) / 2).dtype is tf.float64
    assert (tf.constant([1, 2], tf.int16) / tf.constant(2, tf.int16)).dtype is tf.float32
    assert (tf.constant(7) // 2).numpy() == 3 and (tf.constant(-7) % 4).numpy() == 1


def test_types_do_not_mix():
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.constant(1.0) + tf.constant(1)
    with pytest.raises(TypeError):
        tf.constant(1) + 2.5
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.ones([2]) + tf.ones([3])
    with pytest.raises(TypeError):
        tf.constant(1.0) + "x"
    with pytest.raises(TypeError):
        None + tf.constant(1.0)


def test_unary_logical_and_matrix():
    x = tf.constant([-1.0, 2.0])
    assert (-x).numpy().tolist() == [1, -2] and abs(x).numpy().tolist() == [1, 2]
    b = tf.constant([True, False])
    assert (~b).numpy().tolist() == [False, True] and (b & True).numpy().tolist() == [True, False]
    assert (b | [True, True]).numpy().tolist() == [True, True] and (b ^ b).numpy().tolist() == [False, False]
    a = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    assert (a @ a).numpy().tolist() == [[7, 10], [15, 22]] and (np.eye(2) @ a).numpy().tolist() == a.numpy().tolist()


def test_comparison_is_by_element_and_never_raises_for_strangers():
    x = tf.constant([1.0, 2.0])
    assert (x == [1.0, 3.0]).numpy().tolist() == [True, False] and (x != 1.0).numpy().tolist() == [False, True]
    assert (x == None) is False and (x != None) is True and (x == "x") is False  # noqa: E711
    assert not bool(x == tf.ones([3])) and bool(x != tf.ones([3]))


def test_another_class_may_take_over():
    class Other:
        def __radd__(self, left):
            return "taken"

    assert tf.constant(1.0) + Other() == "taken"


def test_variables_are_operands():
    v = tf.Variable([1.0, 2.0])
    assert (v + v).numpy().tolist() == [2, 4] and (1.0 - v).numpy().tolist() == [0, -1] and (v[tf.newaxis] @ tf.ones([2, 1])).numpy() == 3
    assert (np.array([1.0, 1.0]) * v).dtype is tf.float32 and len(v) == 2 and [float(e) for e in v] == [1, 2] and bool(v[0] < v[1])


@pytest.mark.parametrize(
    "key",
    [
        0,
        -1,
        slice(1, 3),
        slice(None, None, 2),
        slice(None, None, -1),
        slice(3, 0, -2),
        slice(5, 9),
        Ellipsis,
        None,
        (0, 1),
        (slice(None), 1),
        (Ellipsis, 0),
        (0, Ellipsis, 1),
        (slice(None), None, 2),
        (None, Ellipsis, None),
        (slice(1, None), slice(None, -1), slice(0, 1)),
        (1, 2, 3),
        (np.int64(1), slice(np.int64(0), np.int64(2))),
    ],
)
def test_indexing_is_numpys(key):
    a = np.arange(60.0, dtype=np.float32).reshape(3, 4, 5)
    np.testing.assert_array_equal(tf.constant(a)[key].numpy(), a[key])


def test_indexing_by_tensors_carries_gradients_to_the_values_only():
    x = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    for i in (tf.constant(1), tf.constant(-1, tf.int64), tf.Variable(1)):
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(x[i] * x[0])
        assert tape.gradient(y, x).numpy().tolist() == [[3, 4], [1, 2]]
    assert x[tf.constant(0), 1].numpy() == 2 and x[:, tf.constant(1)].numpy().tolist() == [2, 4]
    assert x[tf.constant(1) :].numpy().tolist() == [[3, 4]]


def test_wrong_indices():
    x = tf.ones([2, 3])
    with pytest.raises(IndexError):
        x[2]
    with pytest.raises(IndexError):
        x[0, 0, 0]
    for key in ([0, 1], "a", 1.0, True, tf.constant([True, False]), tf.constant(0.0), (Ellipsis, Ellipsis)):
        with pytest.raises(TypeError):
            x[key]
    with pytest.raises(ValueError):
        x[::0]
    with pytest.raises(TypeError):
        x[0] = 1


def test_iteration_is_one_op_whose_gradient_flows():
    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        total = sum(value * (i + 1.0) for i, value in enumerate(x))
    assert tape.gradient(total, x).numpy().tolist() == [1, 2, 3]
    assert list(tf.zeros([0, 2])) == []


def test_assignment():
    v = tf.Variable([1.0, 2.0, 3.0])
    assert v.assign_add([1, 1, 1]) is v and v.assign_sub(tf.ones([3])) is v and v.numpy().tolist() == [1, 2, 3]
    v.assign(np.array([4.0, 5.0, 6.0]))
    assert v[1].assign(0) is v
    v[::2].assign([7.0, 8.0])
    v[0].assign_add(1.0)
    assert v.numpy().tolist() == [8, 0, 8]
    m = tf.Variable(tf.zeros([2, 3]))
    m[:, 1].assign([1.0, 2.0])
    m[tf.constant(1)].assign(3.0)
    m[..., tf.newaxis, 0].assign([[5.0], [6.0]])
    assert m.numpy().tolist() == [[5, 1, 0], [6, 3, 3]]
    with pytest.raises(ValueError):
        v.assign([1.0])
    with pytest.raises((TypeError, ValueError)):
        v.assign(tf.constant([1, 2, 3]))
