"""Jacobians and vectorized_map for all rows at once: the values are TensorFlow 2.21's, a mapped function is called once, and findings name its lines."""

import numpy as np
import pytest

import whygrad

ROWS = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], np.float32)


@pytest.mark.parametrize("traced", [False, True])
def test_a_mapped_function_is_called_once(tf, same, traced):
    calls = []

    def f(row):
        calls.append(row.shape)
        return tf.reduce_sum(row * row), {"twice": row * 2.0}

    run = tf.function(lambda x: tf.vectorized_map(f, x)) if traced else (lambda x: tf.vectorized_map(f, x))
    squares, rest = run(tf.constant(ROWS))
    same(squares, [5.0, 25.0, 61.0])
    same(rest["twice"], ROWS * 2)
    assert [tuple(shape) for shape in calls] == [(2,)]


def test_a_function_that_looks_at_elements_is_called_for_each_row(tf, same):
    def f(row):
        return row * 2.0 if float(row[0]) > 2 else row

    same(tf.vectorized_map(f, tf.constant(ROWS)), [[1, 2], [6, 8], [10, 12]])
    with pytest.raises(ValueError, match="abstract"):
        tf.vectorized_map(f, tf.constant(ROWS), fallback_to_while_loop=False)


def test_shapes_are_known_in_a_mapped_function(tf, same):
    same(tf.vectorized_map(lambda row: tf.reshape(row, [tf.shape(row)[0] // 2, 2]), tf.constant(ROWS)), ROWS[:, None])


def test_a_branch_of_a_mapped_function(tf, same):
    def f(row):
        return tf.cond(row[0] > 2.0, lambda: row * 2.0, lambda: row)

    same(tf.vectorized_map(f, tf.constant(ROWS)), [[1, 2], [6, 8], [10, 12]])
    same(tf.function(lambda x: tf.vectorized_map(f, x))(tf.constant(ROWS)), [[1, 2], [6, 8], [10, 12]])


@pytest.mark.parametrize("traced", [False, True])
def test_gradients_of_each_example(tf, same, traced):
    w, b = tf.Variable([[1.0], [-1.0]]), tf.Variable([0.5])

    def of_one(example):
        x, y = example
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum((x[None] @ w + b - y) ** 2)
        return tape.gradient(loss, [w, b])

    def run(x, y):
        return tf.vectorized_map(of_one, (x, y))

    dw, db = (tf.function(run) if traced else run)(tf.constant(ROWS), tf.constant([[0.0], [1.0], [2.0]]))
    same(dw, [[[-1], [-2]], [[-9], [-12]], [[-25], [-30]]])
    same(db, [[-1], [-3], [-5]])


@pytest.mark.parametrize("traced", [False, True])
def test_gradients_through_a_mapped_function(tf, same, traced):
    w = tf.Variable([1.0, -1.0])

    def hessian():
        with tf.GradientTape() as outer:
            with tf.GradientTape() as tape:
                y = tf.reduce_sum(tf.vectorized_map(lambda row: tf.reduce_prod(row * w), tf.constant(ROWS)))
            g = tape.gradient(y, w)
        return g, outer.jacobian(g, w)

    g, h = (tf.function(hessian) if traced else hessian)()
    same(g, [-44, 44])
    same(h, [[0, 44], [44, 0]])


def test_random_numbers_differ_from_row_to_row(tf):
    drawn = tf.vectorized_map(lambda row: tf.random.uniform([4]) + 0.0 * row[0], tf.constant(ROWS)).numpy()
    assert len({tuple(row) for row in drawn}) == 3


def test_a_custom_gradient_in_a_mapped_function(tf, same):
    @tf.custom_gradient
    def f(x):
        return x * x, lambda dy: dy * 7.0

    x = tf.constant(ROWS)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.vectorized_map(f, x)
    same(y, ROWS * ROWS)
    same(tape.gradient(y, x), np.full((3, 2), 7.0))


@pytest.mark.parametrize("looks", [False, True])
def test_the_jacobian_of_a_custom_gradient(tf, same, looks):
    @tf.custom_gradient
    def f(x):
        return x * x, lambda dy: dy * (7.0 if not looks or float(tf.reduce_sum(dy)) < 2 else 0.0)

    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    same(tape.jacobian(y, x), [[7, 0], [0, 7]])


@pytest.mark.parametrize("construct", ["while", "cond", "call"])
def test_the_jacobian_of_a_traced_function(tf, same, construct):
    @tf.function
    def f(x):
        if construct == "while":
            return tf.while_loop(lambda i, v: i < 2, lambda i, v: (i + 1, v * v), (0, x))[1]
        if construct == "cond":
            return tf.cond(tf.reduce_sum(x) > 0, lambda: x**4, lambda: x)
        return tf.function(lambda v: v * v)(x) ** 2

    x = tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = f(x)
    same(tape.jacobian(y, x), [[4, 0], [0, 32]])
    same(tape.jacobian(y, x, experimental_use_pfor=False), [[4, 0], [0, 32]])


def test_an_error_of_one_row_is_that_of_the_row(tf):
    with pytest.raises(Exception, match=r"indices\[0\] is 7"):
        tf.vectorized_map(lambda row: tf.gather(row, [7]), tf.constant(ROWS))
    with pytest.raises(Exception, match="matmul"):
        tf.vectorized_map(lambda row: row @ row, tf.constant(ROWS))


@pytest.mark.parametrize("values", [False, True])
def test_a_finding_names_the_line_of_the_mapped_function(tf, values):
    w = tf.Variable([1.0, 2.0], name="w")

    def f(row):
        chosen = tf.argmax(row * w)
        return tf.cast(chosen, tf.float32) * 2.0

    with whygrad.diagnose(values=values) as report:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.vectorized_map(f, tf.constant(ROWS)))
        assert tape.gradient(loss, w) is None
    (finding,) = report.findings
    assert finding.status == "absent"
    assert "argmax" in finding.why


def test_a_missing_jacobian_has_its_reason(tf):
    w = tf.Variable([1.0, 2.0], name="w")
    reasons = []
    for pfor in (True, False):
        with whygrad.diagnose(values=False) as report:
            with tf.GradientTape(persistent=True) as tape:
                y = tf.round(w) * 2.0
                z = tf.cast(tf.cast(y, tf.int32), tf.float32)
            assert tape.jacobian(z, w, experimental_use_pfor=pfor) is None
        (finding,) = report.findings
        reasons.append((finding.status, finding.why, finding.remedy))
    assert reasons[0] == reasons[1]
