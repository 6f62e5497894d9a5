"""whygrad.testing on TensorFlow itself."""

import pytest

tf = pytest.importorskip("tensorflow")

from whygrad import testing  # noqa: E402

X, Y = tf.random.normal([16, 4]), tf.random.uniform([16], 0, 3, tf.int32)


def model():
    net = tf.keras.Sequential([tf.keras.layers.Dense(8, activation="tanh"), tf.keras.layers.Dense(3)])
    net(X)
    return net


def loss_of(net):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(Y, net(X)))


def test_gradients_that_are_fine():
    with testing.watch():
        net = model()
        with tf.GradientTape(persistent=True) as tape:
            loss = loss_of(net)
        testing.assert_gradient(tape, loss, net.trainable_variables)
        testing.assert_gradient(tape, loss, net.trainable_variables[0])
    testing.no_dead_parameters(net, loss_of)


def test_a_gradient_that_is_lost():
    with testing.watch():
        net = model()
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.argmax(net(X), 1))
        with pytest.raises(AssertionError, match="argmax"):
            testing.assert_gradient(tape, loss, net.trainable_variables)


def test_a_tape_that_nobody_watched():
    w = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(w * w)
    with pytest.raises(RuntimeError, match="nobody watched this tape"):
        testing.assert_gradient(tape, loss, w)


def test_dead_parameters():
    net = tf.Module()
    net.used, net.multiplied_by_zero = tf.Variable([1.0, 2.0], name="used"), tf.Variable([1.0, 2.0], name="multiplied_by_zero")
    with pytest.raises(AssertionError, match="variable `multiplied_by_zero`"):
        testing.no_dead_parameters(net, lambda net: tf.reduce_sum(net.used**2) + 0.0 * tf.reduce_sum(net.multiplied_by_zero))
