"""TensorFlow's promises of loops in eager form (CW)."""

import numpy as np
import pytest


def gradient_of(tf, f, *values):
    values = [tf.identity(v) for v in values]
    with tf.GradientTape() as tape:
        tape.watch(values)
        y = f(*values)
    return tape.gradient(y, values)


def doubled(tf, x, trips, by=2.0):
    return tf.while_loop(lambda i, v: i < trips, lambda i, v: (i + 1, v * by), [tf.constant(0), x])[1]


def test_CW_01_trips_that_depend_on_the_data(tf, same):
    x = tf.constant(2.0)
    function = lambda x: tf.while_loop(lambda v: v < 8.0, lambda v: [v * v], [x])[0]  # noqa: E731
    same(function(x), 16.0)
    same(gradient_of(tf, function, x), [32.0])


def test_CW_02_on_a_tape(tf, same):
    same(gradient_of(tf, lambda x: doubled(tf, x, 2), 2.0), [4.0])


def test_CW_04_variables_that_feed_each_other(tf, same):
    x, y = tf.constant(5.0), tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        rx, ry = tf.while_loop(lambda v, w: v < 6.0, lambda v, w: (v * w, v + w), [x, y])
    same([rx, ry], [15.0, 8.0])
    same(tape.gradient(rx, [x, y]), [3.0, 5.0])
    same(tape.gradient(ry, [x, y]), [1.0, 1.0])
    same(tape.gradient([rx, ry], [x, y]), [4.0, 6.0])


def test_CW_05_captured_values(tf, same):
    v, a = tf.constant(2.0), tf.constant(3.0)
    function = lambda v, a: tf.while_loop(lambda w: w < 100.0, lambda w: [w * a], [v])[0]  # noqa: E731
    same(gradient_of(tf, function, v, a), [81.0, 216.0])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_CW_06_a_captured_variable(tf, same, dtype):
    a = tf.Variable(3.0, dtype=dtype)
    with tf.GradientTape() as tape:
        y = tf.while_loop(lambda v: v < 100.0, lambda v: [v * a], [tf.constant(2.0, dtype=dtype)])[0]
    same(tape.gradient(y, a), 216.0)


def test_CW_07_in_series_and_in_parallel(tf, same):
    same(gradient_of(tf, lambda x: doubled(tf, doubled(tf, x, 5), 5), 2.0), [1024.0])
    same(gradient_of(tf, lambda x: doubled(tf, x, 5) + doubled(tf, x, 5), 2.0), [64.0])


def test_CW_08_second_derivatives(tf, same):
    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.while_loop(lambda v: v < 8.0, lambda v: [v**2], [x])[0]
        first = inner.gradient(y, x)
    same([first, outer.gradient(first, x)], [32.0, 48.0])


def test_CW_09_three_derivatives_with_a_list(tf, same):
    def function(x):
        def body(i, v, array):
            return i + 1, v * x, array.write(i, v * x)

        array = tf.TensorArray(tf.float32, size=3)
        return tf.reduce_sum(tf.while_loop(lambda i, *_: i < 3, body, [tf.constant(0), x, array])[2].stack())  # x^2 + x^3 + x^4

    found, f = [], function
    for _ in range(3):
        f = (lambda g: lambda x: gradient_of(tf, g, x)[0])(f)
        found.append(f(tf.constant(1.0)))
    same(found, [9.0, 20.0, 30.0])


def test_CW_10_nested(tf, same):
    def function(x):
        outer = lambda i, v: (i + 1, tf.while_loop(lambda j, w: j < 2, lambda j, w: (j + 1, w * 2.0), [tf.constant(0), v])[1])  # noqa: E731
        return tf.while_loop(lambda i, v: i < 2, outer, [tf.constant(0), x])[1]

    same(gradient_of(tf, function, 1.0), [16.0])


def test_CW_11_branches_in_loops(tf, same):
    body = lambda i, v: (i + 1, tf.cond(tf.constant(True), lambda: v * 2.0, lambda: v * 3.0))  # noqa: E731
    same(gradient_of(tf, lambda x: tf.while_loop(lambda i, v: i < 10, body, [tf.constant(0), x])[1], 1.0), [1024.0])

    def inner(v):
        return tf.cond(v > 0.0, lambda: tf.while_loop(lambda j, w: j < 3, lambda j, w: (j + 1, w * 2.0), [tf.constant(0), v])[1], lambda: v)

    same(gradient_of(tf, lambda x: tf.while_loop(lambda i, v: i < 3, lambda i, v: (i + 1, inner(v)), [tf.constant(0), x])[1], 1.0), [512.0])


def test_CW_12_a_tape_inside_the_body(tf, same):
    body = lambda i, v: (i + 1, gradient_of(tf, lambda w: w * w * w, v)[0])  # noqa: E731
    same(tf.while_loop(lambda i, v: i < 1, body, [tf.constant(0), tf.constant(2.0)])[1], 12.0)
    same(gradient_of(tf, lambda x: tf.while_loop(lambda i, v: i < 1, body, [tf.constant(0), x])[1], 2.0), [12.0])


def test_CW_13_three_nested_loops(tf, same):
    def nest(depth, v):
        if depth == 0:
            return v * v
        return tf.while_loop(lambda i, w: i < 1, lambda i, w: (i + 1, nest(depth - 1, w)), [tf.constant(0), v])[1]

    same(gradient_of(tf, lambda x: nest(3, x), 3.0), [6.0])


def test_CW_14_overwritten_by_a_constant(tf):
    # A graph answers 0.
    gradient = gradient_of(tf, lambda x: tf.while_loop(lambda i, v: i < 1, lambda i, v: (i + 1, tf.constant(1.0)), [tf.constant(0), x])[1], 2.0)
    assert gradient == [None]


def test_CW_15_passed_through(tf, same):
    x = tf.ones([2, 3])
    same(gradient_of(tf, lambda x: tf.while_loop(lambda i, v: i < 4, lambda i, v: (i + 1, v), [tf.constant(0), x])[1], x), [np.ones([2, 3])])


def test_CW_16_a_counter_among_the_targets(tf, same):
    x = tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        i, y = tf.while_loop(lambda i, v: i < 10, lambda i, v: (i + 1, v * 2.0), [tf.constant(0), x])
    same(tape.gradient([i, y], x), 1024.0)
    same(tape.gradient(y, x), 1024.0)


def test_CW_17_a_result_used_several_times(tf, same):
    def cubed(x):
        r = tf.while_loop(lambda v: v < 100.0, lambda v: [v * 2.0], [x])[0]
        return tf.square(r) * r

    same(gradient_of(tf, cubed, 4.0), [3 * 128.0**2 * 32.0])
    same(gradient_of(tf, lambda x: doubled(tf, x, 10) + doubled(tf, x, 10), 1.0), [2048.0])


def test_CW_18_lists_and_maps(tf, same):
    def body(i, x, array):
        return i + 1, x * 2.0, array.write(i, tf.map_fn(lambda v: x * v, tf.constant([1.0, 2.0])))

    def function(x):
        array = tf.while_loop(lambda i, *_: i < 3, body, [tf.constant(0), x, tf.TensorArray(tf.float32, size=3)])[2]
        return tf.reduce_sum(array.stack())

    same(gradient_of(tf, function, 1.0), [21.0])


def test_CW_19_a_list_that_is_not_used(tf, same):
    body = lambda i, v, array: (i + 1, v * 2.0, array.write(i, v))  # noqa: E731
    function = lambda x: tf.while_loop(lambda i, *_: i < 5, body, [tf.constant(0), x, tf.TensorArray(tf.float32, size=5)])[1]  # noqa: E731
    same(gradient_of(tf, function, 5.0), [32.0])


def test_CW_20_rows_in_the_body(tf, same):
    params, x = tf.constant([5.0, 100.0, 5.0, 100.0, 5.0]), tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(params)
        body = lambda i, v: (i + 1, v * tf.gather(params, 0))  # noqa: E731
        y = tf.while_loop(lambda i, v: i < 2, body, [tf.constant(0), x])[1]
    same(tape.gradient(y, params), [20.0, 0.0, 0.0, 0.0, 0.0])
    v = tf.Variable([1.0, 1.0, 1.0])
    with tf.GradientTape() as tape:
        y = tf.while_loop(lambda i, w: i < 3, lambda i, w: (i + 1, w + tf.gather(v, 0)), [tf.constant(0), x])[1]
    same(tape.gradient(y, v), [3.0, 0.0, 0.0])


def test_CW_20_sparse_read_in_the_body(tf, same):
    v = tf.Variable([1.0, 2.0, 3.0, 4.0])
    with tf.GradientTape() as tape:
        body = lambda i, w: (i + 1, w + tf.reduce_sum(v.sparse_read([1, 3])))  # noqa: E731
        y = tf.while_loop(lambda i, w: i < 2, body, [tf.constant(0), tf.constant(0.0)])[1]
    same(tape.gradient(y, v), [0.0, 2.0, 0.0, 2.0])


def test_CW_24_a_shape_that_grows(tf, same):
    w = tf.Variable([[1.0, 2.0]])
    with tf.GradientTape() as tape:
        r = tf.while_loop(lambda i, v: i < 2, lambda i, v: (i + 1, tf.concat([v, w], 0)), [tf.constant(0), tf.zeros([1, 2])])[1]
        loss = tf.reduce_sum(r)
    w.assign_sub(0.01 * tape.gradient(loss, w))
    same(w, [[0.98, 1.98]])


def test_CW_25_through_an_integer(tf, same):
    def function(x):
        def body(i, v, n):
            n = tf.cast(v, tf.int32) + n
            return i + 1, v + tf.cast(n, tf.float32), n

        return tf.while_loop(lambda i, *_: i < 3, body, [tf.constant(0), x, tf.constant(0)])

    result = gradient_of(tf, lambda x: function(x)[1], tf.constant([1.0, 2.0]))
    same(result, [[1.0, 1.0]])
    assert gradient_of(tf, lambda x: function(x)[2], tf.constant([1.0, 2.0])) == [None]


def test_CW_30_a_variable_in_loop_branch_loop(tf, same):
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        inner = lambda x: tf.while_loop(lambda j, w: j < 2, lambda j, w: (j + 1, w * v), [tf.constant(0), x])[1]  # noqa: E731
        body = lambda i, x: (i + 1, tf.cond(tf.constant(True), lambda: inner(x), lambda: x))  # noqa: E731
        y = tf.while_loop(lambda i, x: i < 2, body, [tf.constant(0), tf.constant(1.0)])[1]
    same([y, tape.gradient(y, v)], [81.0, 108.0])


def test_CW_31_a_map_in_a_map(tf, same):
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.map_fn(lambda row: tf.map_fn(lambda e: e * v, row), tf.constant([[1.0, 2.0], [3.0, 4.0]]))
        loss = tf.reduce_sum(y)
    same(tape.gradient(loss, v), 10.0)


def test_CW_maximum_iterations(tf, same):
    function = lambda x: tf.while_loop(lambda i, v: True, lambda i, v: [i + 1, v * 2.0], [tf.constant(0), x], maximum_iterations=3)[1]  # noqa: E731
    same(gradient_of(tf, function, 1.0), [8.0])


def test_CW_the_checks_are_those_of_the_engine(tf, same):
    with pytest.raises(ValueError, match=r"\[while_loop\] the body took 2 values and returned 1"):
        tf.while_loop(lambda i, v: i < 2, lambda i, v: i + 1, [tf.constant(0), tf.constant(1.0)])
    same(tf.while_loop(lambda i: i < 2, lambda i: i + 1, [tf.constant(0)], maximum_iterations=-1), [0])  # TensorFlow's answer
    with pytest.raises(ZeroDivisionError):
        tf.while_loop(lambda i: i < 2, lambda i: 1 // 0, [tf.constant(0)])
    with pytest.raises(ValueError, match=r"\[switch_case\] there are no branches"):
        tf.switch_case(tf.constant(0), {})
