"""TensorFlow's promises of gradients that compute their intermediate values anew (RC)."""

import numpy as np


def gradients_with_and_without(tf, function, inputs, sources):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(sources)
        again, plain = tf.recompute_grad(function)(*inputs), function(*inputs)
    return tape.gradient(again, sources), tape.gradient(plain, sources)


def test_RC_01_the_same_gradients(tf, same):
    x, v = tf.constant(np.ones((3, 3), np.float32)), tf.Variable(np.ones(3, np.float32))
    for function in (lambda a, b: a * b, lambda a, b: (a * b, a * b * 2.0)):
        for source in (x, v):
            again, plain = gradients_with_and_without(tf, function, (x, v), [source])
            same(again, [g.numpy() for g in plain])


def test_RC_02_the_same_tensor_twice(tf, same):
    x = tf.ones(3)
    for function in (lambda a, b: a * b, lambda a, b: a):
        again, plain = gradients_with_and_without(tf, function, (x, x), [x])
        same(again, [g.numpy() for g in plain])


def test_RC_03_empty_and_mixed_inputs(tf, same):
    empty = tf.zeros([0, 3])
    again, plain = gradients_with_and_without(tf, lambda a: a * 2.0, (empty,), [empty])
    same(again, [g.numpy() for g in plain])
    x, n = tf.constant([2.0]), tf.constant([3])
    again, plain = gradients_with_and_without(tf, lambda a, b: a * tf.cast(b, tf.float32), (x, n), [x])
    same(again, [g.numpy() for g in plain])


def test_RC_04_higher_orders(tf, same):
    function = tf.recompute_grad(lambda x: tf.reduce_prod(tf.tanh(x) ** 2))
    x = tf.constant([1.0])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = function(x)
        first = inner.gradient(y, x)
    t = np.tanh(1.0)
    same(first, [2 * t * (1 - t * t)])
    same(outer.gradient(first, x), [2 * (1 - t * t) * (1 - 3 * t * t)])


def test_RC_05_the_function_runs_again(tf):
    calls = []

    def function(x):
        calls.append(len(calls))
        return x * x

    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.recompute_grad(function)(x)
    assert len(calls) == 1
    tape.gradient(y, x)
    assert len(calls) == 2


def test_RC_06_functions_and_loops_inside(tf, same):
    def outer(x):
        return tf.while_loop(lambda y, i: i < 10.0, lambda y, i: (y + 1, i + 1.0), [x, tf.constant(0.0)])[0]

    for _ in range(5):
        x = tf.Variable(1.0)
        with tf.GradientTape() as tape:
            y = tf.recompute_grad(outer)(x)
        same([y, tape.gradient(y, x)], [11.0, 1.0])
