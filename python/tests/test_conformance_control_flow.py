"""TensorFlow's promises of control flow in eager form: cond (CC), case and switch (CS), while (CW)."""

import numpy as np
import pytest


def gradient_of(tf, f, *values):
    values = [tf.identity(v) for v in values]
    with tf.GradientTape() as tape:
        tape.watch(values)
        y = f(*values)
    return tape.gradient(y, values)


def derivatives(tf, f, value, orders):
    """f and its derivatives at the value."""
    found = []
    for _ in range(orders):
        found.append(f(tf.constant(value)))
        f = (lambda g: lambda x: gradient_of(tf, g, x)[0])(f)
    return found


def test_CC_01_the_branch_that_ran(tf, same):
    v = tf.Variable([1.0])
    for pred, expected in ((True, [2.0]), (False, [3.0])):
        with tf.GradientTape() as tape:
            y = tf.cond(tf.constant(pred), lambda: v * 2.0, lambda: v * 3.0)
        same(tape.gradient(y, v), expected)


def test_CC_03_unconnected_in_every_branch(tf):
    x, y = tf.constant(1.0), tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        z = tf.cond(tf.constant(True), lambda: y * 2.0, lambda: y * 3.0)
    assert tape.gradient(z, x) is None


def test_CC_04_several_outputs(tf, same):
    x, y = tf.constant(1.0), tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        a, b = tf.cond(tf.constant(True), lambda: (x * y, y * 3.0), lambda: (x, y))
        c = tf.cond(tf.constant(False), lambda: x * y, lambda: tf.constant(42.0))
    same(tape.gradient(a, [x, y]), [2.0, 1.0])
    same(tape.gradient(b, [x, y]), [None, 3.0])
    same(tape.gradient(c, [x, y]), [None, None])


def test_CC_05_second_derivatives(tf, same):
    for pred, expected in ((True, [27.0, 27.0, 18.0]), (False, [3.0, 1.0, None])):
        x = tf.constant(3.0)
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = tf.cond(tf.constant(pred), lambda: x**3, lambda: x)
            first = inner.gradient(y, x)
        same([y, first, outer.gradient(first, x)], expected)


def test_CC_06_higher_derivatives(tf, same):
    found = derivatives(tf, lambda x: tf.cond(x > 0.0, lambda: tf.cos(x), lambda: tf.identity(x)), 1.0, 4)
    same(found, [np.cos(1.0), -np.sin(1.0), -np.cos(1.0), np.sin(1.0)])


@pytest.mark.parametrize("outer", [True, False])
@pytest.mark.parametrize("inner", [True, False])
def test_CC_07_nested(tf, same, outer, inner):
    x, y = tf.constant(2.0), tf.constant(3.0)

    def function(a, b):
        return tf.cond(
            tf.constant(outer),
            lambda: tf.cond(tf.constant(inner), lambda: a * b, lambda: a * a),
            lambda: tf.cond(tf.constant(inner), lambda: b * b, lambda: b * 5.0),
        )

    expected = {(True, True): [3.0, 2.0], (True, False): [4.0, None], (False, True): [None, 6.0], (False, False): [None, 5.0]}
    same(gradient_of(tf, function, x, y), expected[outer, inner])


def test_CC_08_a_captured_variable(tf, same):
    v = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = tf.cond(tf.constant(True), lambda: v**3, lambda: v)
    same(tape.gradient(y, v), 12.0)


def test_CC_09_a_gradient_taken_inside_a_branch(tf, same):
    x = tf.constant(7.0)
    for pred, expected in ((True, 980.0), (False, 30.0)):
        y = tf.cond(tf.constant(pred), lambda: gradient_of(tf, lambda v: v**2 * 70.0, x)[0], lambda: tf.constant(30.0))
        same(y, expected)


def test_CC_10_rows_in_one_branch(tf, same):
    for pred, expected in ((True, [1.0, 1.0]), (False, [0.0, 2.0])):
        v = tf.Variable([1.0, 42.0])
        with tf.GradientTape() as tape:
            y = tf.cond(tf.constant(pred), lambda: tf.identity(v), lambda: 2.0 * tf.gather(v, 1))
        same(tape.gradient(y, v), expected)


def test_CC_15_the_tape_follows_the_branch(tf, same):
    x = tf.constant(3.0)
    same(gradient_of(tf, lambda v: tf.cond(v < v, lambda: v, lambda: v * v), x), [6.0])


@pytest.mark.parametrize("index", [-1, 0, 2, 4, 5])
def test_CS_01_switch_case(tf, same, index):
    x = [tf.constant(float(i)) for i in range(5)]
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.switch_case(tf.constant(index), [lambda i=i: x[i] ** 2 for i in range(5)])
    ran = index if 0 <= index < 5 else 4
    same(tape.gradient(y, x, output_gradients=tf.constant(3.0)), [6.0 * i if i == ran else None for i in range(5)])


def test_CS_02_branches_of_different_shapes(tf, same):
    x = [tf.fill([i + 1], float(i)) for i in range(3)]
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.switch_case(tf.constant(1), [lambda i=i: tf.reduce_sum(x[i] ** 2) for i in range(3)])
    same(tape.gradient(y, x), [None, [2.0, 2.0], None])


def test_CS_03_higher_derivatives_of_a_case(tf, same):
    found = derivatives(tf, lambda x: tf.switch_case(tf.constant(1), [lambda: tf.identity(x), lambda: tf.cos(x)]), 1.0, 5)
    same(found, [np.cos(1.0), -np.sin(1.0), -np.cos(1.0), np.sin(1.0), np.cos(1.0)])


def test_CS_04_keys_and_index(tf):
    one = lambda: tf.constant(1.0)  # noqa: E731
    for keys in ({0: one, 2: one}, [(0, one), (0, one)]):
        with pytest.raises(ValueError):
            tf.switch_case(tf.constant(0), keys)
    with pytest.raises(TypeError):
        tf.switch_case(tf.constant(0), [("a", one)])


def test_CS_05_case_without_a_match_and_with_two(tf):
    one = lambda: tf.constant(1.0)  # noqa: E731
    with pytest.raises(tf.errors.InvalidArgumentError, match="Input error:"):
        tf.case([(tf.constant(True), one), (tf.constant(True), one)], exclusive=True, default=one)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Input error:"):
        tf.case([(tf.constant(False), one)])


def test_CS_05_the_first_true_condition(tf, same):
    x = tf.constant(3.0)
    pairs = lambda v: [(v > 5.0, lambda: v), (v > 2.0, lambda: v * v), (v > 1.0, lambda: 7.0 * v)]  # noqa: E731
    same(gradient_of(tf, lambda v: tf.case(pairs(v), default=lambda: -v), x), [6.0])
    same(gradient_of(tf, lambda v: tf.case(pairs(v), default=lambda: -v), tf.constant(0.0)), [-1.0])
