"""TensorFlow's promises of forward mode (FM), and of forward mode elsewhere (SR-06 has no public name, CG-15, HS-06)."""

import gc
import weakref

import numpy as np
import pytest


@pytest.fixture
def accumulator(tf):
    return tf.autodiff.ForwardAccumulator


def test_FM_01_basic(tf, same, accumulator):
    x = tf.constant(0.1)
    with accumulator(x, tf.constant(0.2)) as acc:
        y = tf.sin(x)
    same(acc.jvp(y), np.cos(0.1) * 0.2)
    a, b = tf.constant(3.0), tf.constant(4.0)
    with accumulator([a, b], [tf.constant(2.0), tf.constant(4.0)]) as acc:
        total, product = a + b, a * b
    same(acc.jvp([total, product]), [6.0, 20.0])


def test_FM_02_a_value_is_one_primal(tf, accumulator):
    x = tf.constant(-2.0)
    with pytest.raises(ValueError, match="multiple times"):
        accumulator([x, x], [tf.constant(1.0), tf.constant(2.0)])


def test_FM_03_watching_again(tf, same, accumulator):
    x = tf.constant(-2.0)
    with accumulator(x, tf.constant(3.0)) as acc:
        same(acc.jvp(x), 3.0)
        acc._watch(x, tf.constant(10.0))
        same(acc.jvp(x), 13.0)
        acc._watch(x, tf.constant(11.0))
        same(acc.jvp(x), 24.0)
        y = tf.constant(3.0) * x
    same(acc.jvp([x, y]), [24.0, 72.0])


def test_FM_04_leaving_and_entering_again(tf, same, accumulator):
    x = tf.constant(-2.0)
    with accumulator(x, tf.constant(1.5)) as acc:
        same(acc.jvp(x), 1.5)
        y = 4.0 * x
        same(acc.jvp(y), 6.0)
        with pytest.raises(ValueError, match="already recording"):
            with acc:
                pass
    z = 4.0 * x
    assert acc.jvp(z) is None
    with acc:
        yy = y * y
    same(acc.jvp(yy), 6.0 * -8.0 * 2.0)


def test_FM_05_asked_at_any_time(tf, same, accumulator):
    x = tf.constant([1.0, 2.0])
    with accumulator(x, tf.ones_like(x)) as acc:
        y = x * x
        inside = acc.jvp(y)
    same(inside, [2.0, 4.0])
    same(acc.jvp(y), [2.0, 4.0])
    same(acc.jvp({"y": y, "x": (x,)}), {"y": [2.0, 4.0], "x": ([1.0, 1.0],)})


def test_FM_06_unconnected(tf, same, accumulator):
    x = tf.constant(-1.0)
    with accumulator(x, tf.constant(0.1)) as acc:
        same(acc.jvp(x, unconnected_gradients="zero"), 0.1)
        assert acc.jvp(tf.constant(-2.0)) is None
        same(acc.jvp(tf.constant(-2.0), unconnected_gradients=tf.UnconnectedGradients.ZERO), 0.0)
        with pytest.raises(ValueError):
            acc.jvp(x, unconnected_gradients="nonsense")


@pytest.mark.parametrize("traced", [False, True])
def test_FM_07_an_argument_that_is_not_used(tf, accumulator, traced):
    def f(x):
        del x
        return tf.constant(1.0)

    x = tf.constant(2.0)
    with accumulator(x, tf.constant(1.0)) as acc:
        y = (tf.function(f) if traced else f)(x)
    assert acc.jvp(y) is None


def test_FM_08_nested(tf, same, accumulator):
    x, one = tf.constant(1.1), tf.constant(1.0)
    with accumulator(x, one) as outer:
        with accumulator(x, one) as inner:
            y = x**3.5
        first = inner.jvp(y)
    same(first, 3.5 * 1.1**2.5)
    same(outer.jvp(first), 3.5 * 2.5 * 1.1**1.5)
    same(outer.jvp(y), 3.5 * 1.1**2.5)
    assert inner.jvp(outer.jvp(y)) is None


@pytest.mark.parametrize("traced", [False, True])
def test_FM_09_three_orders(tf, same, accumulator, traced):
    def forwards(f):
        def derivative(x):
            with accumulator(x, tf.constant(1.0)) as acc:
                y = f(x)
            return acc.jvp(y)

        return tf.function(derivative) if traced else derivative

    f = lambda x: x**3.5  # noqa: E731
    x, expected, factor = tf.constant(1.1), [1.1**3.5], 1.0
    for order in range(3):
        factor *= 3.5 - order
        expected.append(factor * 1.1 ** (2.5 - order))
    for value in expected:
        same(f(x), value)
        f = forwards(f)


@pytest.mark.parametrize("traced", [False, True])
def test_FM_10_forwards_over_backwards(tf, same, accumulator, traced):
    def product(f, x, v):
        with accumulator(x, v) as acc:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = f(x)
            gradient = tape.gradient(y, x)
        return gradient, acc.jvp(gradient)

    def twice(f, x, v):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = f(x)
            gradient = tape.gradient(y, x)
        return outer.gradient(gradient, x, output_gradients=v)

    cube = lambda x: x**3  # noqa: E731
    call = tf.function(product) if traced else product
    x, v = tf.constant([1.0, 2.0]), tf.constant([1.0, 0.0])
    same(call(cube, x, v), ([3.0, 12.0], [6.0, 0.0]))
    w = tf.constant([[0.3, -0.7], [1.2, 0.4]])
    f = lambda x: tf.reduce_sum(tf.tanh(tf.linalg.matvec(w, x)) * tf.sin(x))  # noqa: E731
    same(call(f, x, v)[1], twice(f, x, v).numpy())


def test_FM_11_backwards_over_forwards(tf, same, accumulator):
    x = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        with accumulator(x, tf.constant(0.1)) as acc:
            y = tf.cos(x)
    same(tape.gradient(acc.jvp(y), x), -0.1 * np.cos(1.0))


def test_FM_12_the_order_of_entering(tf, same, accumulator):
    x = tf.constant(1.0)
    tape = tf.GradientTape(persistent=True)
    acc = accumulator(x, tf.constant(0.1))
    with acc:
        with tape:
            tape.watch(x)
            y = tf.cos(x)
            tangent = acc.jvp(y)
            z = tangent * x
    assert tape.gradient(tangent, x) is None
    same(tape.gradient(z, x), -0.1 * np.sin(1.0))
    same(tape.gradient(y, x), -np.sin(1.0))


def test_FM_13_custom_gradients(tf, same, accumulator):
    @tf.custom_gradient
    def sine(x):
        return np.sin(x.numpy()), lambda dy: dy * tf.cos(x)

    @tf.custom_gradient
    def squared(x):
        return x * x, lambda dy: dy * 7.0

    x, one = tf.constant(0.5), tf.constant(1.0)
    with accumulator(x, one) as outer:
        with accumulator(x, one) as inner:
            y = sine(x)
        first = inner.jvp(y)
        z = squared(x)
    same(first, np.cos(0.5))
    same(outer.jvp(first), -np.sin(0.5))
    same(outer.jvp(z), 1.0)  # what the ops of the function give goes before its rule


def test_FM_14_exceptions_of_rules(tf, accumulator):
    @tf.custom_gradient
    def f(x):
        def rule(dy):
            raise ValueError("of the rule")

        return tf.constant(1.0), rule

    x = tf.constant(1.0)
    with accumulator(x, tf.constant(1.0)):
        with pytest.raises(ValueError, match="of the rule"):
            f(x)


@pytest.mark.parametrize("traced", [False, True])
def test_FM_15_branches(tf, same, accumulator, traced):
    def f(flag, x):
        return tf.cond(flag, lambda: 3.0 * x, lambda: tf.constant(0.0) * x)

    if traced:
        f = tf.function(f)
    x = tf.constant(2.0)
    for flag, expected in ((True, 3.0), (False, 0.0)):
        with accumulator(x, tf.constant(1.0)) as acc:
            y = f(tf.constant(flag), x)
        same(acc.jvp(y), expected)

    @tf.function
    def inside(flag, x):
        with accumulator(x, tf.constant(1.0)) as acc:
            y = tf.cond(flag, lambda: x * x, lambda: x)
        return acc.jvp(y)

    same(inside(tf.constant(True), x), 4.0)
    same(inside(tf.constant(False), x), 1.0)


def test_FM_15_loops(tf, same, accumulator):
    def f(x):
        return tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * x), [tf.constant(0), x])[1]

    for call in (f, tf.function(f)):
        x = tf.constant(2.0)
        with accumulator(x, tf.constant(1.0)) as acc:
            y = call(x)
        same(acc.jvp(y), 4 * 2.0**3)


def test_FM_16_variables(tf, same, accumulator):
    v = tf.Variable([1.0, 2.0, 3.0])
    with accumulator(v, tf.constant([0.1, -0.2, 0.3])) as acc:
        same(acc.jvp(v), [0.1, -0.2, 0.3])
        x = v * 2.0
        same(acc.jvp(x), [0.2, -0.4, 0.6])
        y = v + 0.1
        v.assign(v * 10.0)
        z = v * 1.0
    same(acc.jvp(y), [0.1, -0.2, 0.3])
    same(acc.jvp(z), [0.1, -0.2, 0.3])
    frozen = tf.Variable(2.0, trainable=False)
    with accumulator(frozen, tf.constant(1.0)) as acc:
        y = frozen * frozen
    same(acc.jvp(y), 4.0)


def test_FM_16_variables_in_functions(tf, same, accumulator):
    v = tf.Variable([1.0, 2.0])

    @tf.function
    def f(x):
        return v * x

    x = tf.constant([3.0, 4.0])
    with accumulator(v, tf.constant([11.0, 22.0])) as acc:
        y = f(x)
    same(acc.jvp(y), [33.0, 88.0])

    @tf.function
    def inside(t):
        with accumulator(v, t) as acc:
            y = v * v
        return acc.jvp(y)

    same(inside(tf.constant([1.0, 1.0])), [2.0, 4.0])


def test_FM_17_ops_without_a_derivative_run(tf, same, accumulator):
    v = tf.Variable(1.0)
    with accumulator(v, tf.constant(1.0)):
        v.assign_sub(0.5)
    same(v, 0.5)


def test_FM_18_one_function_and_two_tangents(tf, same, accumulator):
    @tf.function
    def f(x, y):
        return tf.sin(x) * y

    x, y, t = tf.constant(0.3), tf.constant(0.7), tf.constant(1.0)
    with accumulator(x, t) as acc:
        z = f(x, y)
    same(acc.jvp(z), np.cos(0.3) * 0.7)
    with accumulator(y, t) as acc:
        z = f(x, y)
    same(acc.jvp(z), np.sin(0.3))
    with accumulator([x, y], [t, t]) as acc:
        z = f(x, y)
    same(acc.jvp(z), np.cos(0.3) * 0.7 + np.sin(0.3))


def test_FM_19_values_that_are_gone(tf, accumulator):
    x, t = tf.ones([100]), tf.zeros([100])
    of_x, of_t = weakref.ref(x), weakref.ref(t)
    with accumulator(x, t) as acc:
        y = 2.0 * x
        del t, x
        gc.collect()
        assert of_x() is None and of_t() is None
        tangent = acc.jvp(y)
        of_y, of_tangent = weakref.ref(y), weakref.ref(tangent)
        del y, tangent
        gc.collect()
        assert of_y() is None and of_tangent() is None


FUNCTIONS = {
    "sin tan": lambda tf, x: tf.reduce_sum(tf.sin(x) * tf.tan(x)),
    "elu": lambda tf, x: tf.reduce_sum(tf.nn.elu(x) * x),
    "swish": lambda tf, x: tf.reduce_sum(tf.nn.swish(x)),
    "softmax": lambda tf, x: tf.reduce_sum(tf.nn.softmax(tf.reshape(x, [2, 2])) ** 2),
    "conv": lambda tf, x: tf.reduce_sum(tf.nn.conv2d(tf.reshape(x, [1, 2, 2, 1]), tf.reshape(x, [2, 2, 1, 1]), 1, "SAME") ** 2),
    "log_sum_exp": lambda tf, x: tf.reduce_logsumexp(x * x),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_FM_20_three_orders_against_differences(tf, accumulator, name):
    def f(x):
        return FUNCTIONS[name](tf, x)

    def forwards(f):
        def derivative(x):
            with accumulator(x, v) as acc:
                y = f(x)
            return acc.jvp(y)

        return derivative

    x = tf.constant([0.4, -0.7, 0.9, 0.2], tf.float64)
    v = tf.constant([0.5, 1.0, -0.3, 0.8], tf.float64)
    for _ in range(3):
        h = 1e-5
        expected = (f(x + h * v).numpy() - f(x - h * v).numpy()) / (2 * h)
        f = forwards(f)
        np.testing.assert_allclose(f(x).numpy(), expected, rtol=1e-6, atol=1e-7)


def test_FM_22_what_does_not_move(tf, same, accumulator):
    x, y = tf.constant(2.0), tf.constant(5.0)
    with accumulator(x, tf.constant(1.0)) as acc:
        z = tf.stack([x, y])
    same(acc.jvp(z), [1.0, 0.0])


def test_FM_23_dtypes(tf, same, accumulator):
    x = tf.constant(1.0, tf.float64)
    with accumulator(x, 2.0) as acc:
        y = x * x
    same(acc.jvp(y), 4.0)
    n = tf.constant(1)
    with accumulator(n, tf.constant(1)) as acc:
        m = n + n
    assert acc.jvp(m) is None


def test_CG_15_custom_gradients_of_both_orders(tf, same, accumulator):
    @tf.custom_gradient
    def f(x):
        def rule(dy):
            @tf.custom_gradient
            def first_order(x, dy):
                return tf.constant(2.1), lambda ddx: (tf.constant(2.2), tf.constant(3.1))

            return first_order(x, dy)

        return tf.constant(2.0), rule

    x = tf.constant(1.0)
    with tf.GradientTape(persistent=True) as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        first = inner.gradient(y, x)
    same(y, 2.0)
    same(first, 2.1)
    same(outer.gradient(first, x), 2.2)
    with accumulator(x, tf.constant(1.0)) as acc:
        y = f(x)
    same(acc.jvp(y), 3.1)


@pytest.mark.parametrize("traced", [False, True])
def test_HS_06_hessians_forwards_over_backwards(tf, same, accumulator, traced):
    a = np.array([[1.0, -2.0, 0.5], [3.0, 0.25, -1.0], [2.0, 1.0, 4.0]], np.float32)

    def product(x, v):
        with accumulator(x, v) as acc:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = tf.reduce_sum(x * tf.linalg.matvec(tf.constant(a), x))
            gradient = tape.gradient(y, x)
        return acc.jvp(gradient)

    call = tf.function(product) if traced else product
    x = tf.constant([1.0, 2.0, -0.5])
    rows = [call(x, tf.constant(v)) for v in np.eye(3, dtype=np.float32)]
    same(tf.stack(rows), a + a.T)


def test_HS_06_hessians_of_variables(tf, accumulator):
    v, b = tf.Variable([[[0.3], [-0.2]], [[0.7], [0.1]], [[-0.4], [0.5]]]), tf.Variable([[0.2], [0.4], [-0.1]])

    def product(dv, db):
        with accumulator([v, b], [dv, db]) as acc:
            with tf.GradientTape() as tape:
                y = tf.reduce_sum(tf.tanh(tf.reduce_sum(v, axis=1) * b + v[:, 0] * v[:, 1]) ** 2)
            gradients = tape.gradient(y, [v, b])
        return acc.jvp(gradients)

    size = 6 + 3
    columns = []
    for k in range(size):
        e = np.zeros(size, np.float32)
        e[k] = 1
        parts = product(tf.constant(e[:6].reshape(3, 2, 1)), tf.constant(e[6:].reshape(3, 1)))
        columns.append(np.concatenate([p.numpy().ravel() for p in parts]))
    hessian = np.stack(columns)
    np.testing.assert_allclose(hessian, hessian.T, rtol=1e-5, atol=1e-6)
