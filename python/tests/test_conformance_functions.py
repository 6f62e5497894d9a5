"""TensorFlow's promises of traced functions: rows of graphs (FN, NH, PS, UC), and of control flow in graphs (CC, CS, CW), MM and PF where they are of graphs."""

import numpy as np
import pytest


def gradients_of(tf, f, *sources):
    with tf.GradientTape() as tape:
        tape.watch([s for s in sources if not isinstance(s, tf.Variable)])
        y = f(*sources)
    return tape.gradient(y, list(sources))


def derivative(tf, f, source):
    def g():
        with tf.GradientTape() as tape:
            tape.watch(source)
            y = f()
        return tape.gradient(y, source)

    return g


COS = [-np.sin(1.0), -np.cos(1.0), np.sin(1.0), np.cos(1.0)]


@pytest.mark.parametrize("of_variable", [False, True])
@pytest.mark.parametrize("traced", [0, 1, 2, 4, 6, 8, 9, 15])
def test_NH_06_each_level_traced_or_not(tf, same, traced, of_variable):
    source = tf.Variable(1.0) if of_variable else tf.constant(1.0)
    f = lambda: tf.cos(source)  # noqa: E731
    for order, expected in enumerate(COS):
        f = derivative(tf, f, source)
        f = tf.function(f) if traced >> order & 1 else f
        same(f(), expected, 1e-6)


def test_PS_05_iterated_with_a_traced_function(tf, same):
    f, x = tf.function(tf.cos), tf.constant(1.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = f(x)
        for expected in COS:
            y = tape.gradient(y, x)
            same(y, expected, 1e-6)


def test_UC_06_zeros_through_nested_functions(tf, same):
    @tf.function
    def f(x):
        return tf.stop_gradient(x)

    @tf.function
    def g(x):
        return f(x)

    x = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = g(x)
    same(tape.gradient(y, x, unconnected_gradients=tf.UnconnectedGradients.ZERO), 0.0)


def test_NH_09_a_first_order_where_there_is_no_second(tf):
    v = tf.Variable([1.0, 1.0])

    @tf.function
    def f():
        with tf.GradientTape() as outer, tf.GradientTape() as tape:
            y = tf.nn.sparse_softmax_cross_entropy_with_logits([0], [v * v])
        del outer
        return tape.gradient(y, v)

    assert f().shape == [2]


def test_FN_07_captured_tensors_across_two_levels(tf, same):
    x1, x2 = tf.constant(1.0), tf.constant(2.0)

    @tf.function
    def outer():
        y = x1 * 2.0

        @tf.function
        def inner():
            return tf.gradients(y * x2, [x1, x2])

        return tf.gradients(y * x2, [x1, x2]), inner()

    (dx1, dx2), (inner1, inner2) = outer()
    same([dx1, dx2], [4.0, 2.0])
    same([inner1, inner2], [None, 2.0])  # inside, y is a value from outside


def test_FN_08_captured_tensors_that_are_no_sources(tf, same):
    k = tf.constant(2.0)

    @tf.function
    def f(x):
        return tf.gradients(x * k * k, x)[0]

    same(f(tf.constant(1.0)), 4.0)


def test_FN_10_with_an_idle_tape_around(tf, same):
    @tf.function
    def f(x):
        y = tf.cos(x)
        out = []
        for _ in range(4):
            y = tf.gradients(y, x)[0]
            out.append(y)
        return out

    same(f(tf.constant(1.0)), COS, 1e-6)
    with tf.GradientTape():
        same(f(tf.constant(1.0)), COS, 1e-6)


def test_FN_12_a_function_with_a_gradient_of_its_own(tf, same):
    @tf.custom_gradient
    def squared(x):
        return x * x, lambda dy: dy * 100.0

    @tf.function
    def f(x):
        return squared(x) * x

    same(gradients_of(tf, f, tf.constant(3.0)), [309.0])


def test_FN_14_inputs_that_are_no_sources_are_skipped(tf, same):
    @tf.function
    def f(x, y):
        return x * y, y * y

    x, y = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        first, second = f(x, y)
    same(tape.gradient([first, second], [x, y]), [3.0, None])


def test_CC_01_the_branch_that_runs(tf, same):
    v = tf.Variable(1.0)

    @tf.function
    def f(p, x):
        if p:
            return v * 2.0 * x
        else:
            return v * 3.0 * x

    for p, expected in [(True, 2.0), (False, 3.0)]:
        same(gradients_of(tf, lambda v, p=p: f(tf.constant(p), tf.constant(1.0)), v), [expected])


def test_CC_06_and_CS_03_four_orders(tf, same):
    @tf.function
    def of_cond(x):
        return tf.cond(x > 0.0, lambda: tf.cos(x), lambda: x)

    @tf.function
    def of_case(x):
        return tf.switch_case(tf.cast(x, tf.int32), [lambda: x, lambda: tf.cos(x)])

    for f in (of_cond, of_case):
        x = tf.constant(1.0)
        g = lambda f=f, x=x: f(x)  # noqa: E731
        for expected in COS:
            g = tf.function(derivative(tf, g, x))
            same(g(), expected, 1e-5)


def test_CC_07_nested(tf, same):
    @tf.function
    def f(p, q, x, y):
        if p:
            if q:
                z = x * x
            else:
                z = tf.function(lambda: x * y)()
        elif q:
            z = y * y
        else:
            z = y * 5.0
        return z

    x, y = tf.constant(2.0), tf.constant(3.0)
    table = {(True, True): [4.0, 0.0], (True, False): [3.0, 2.0], (False, True): [0.0, 6.0], (False, False): [0.0, 5.0]}
    for (p, q), expected in table.items():
        same(gradients_of(tf, lambda x, y, p=p, q=q: f(tf.constant(p), tf.constant(q), x, y), x, y), expected)


def test_CC_08_a_captured_variable(tf, same):
    v = tf.Variable(2.0)
    f = tf.function(lambda p: tf.cond(p, lambda: v**3, lambda: v**2))
    same(gradients_of(tf, lambda v: f(tf.constant(True)), v), [12.0])


def test_CC_09_a_gradient_in_a_branch(tf, same):
    @tf.function
    def f(x):
        if x > 0.0:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = x * x * x
            y = tape.gradient(y, x)
        else:
            y = x
        return y

    same(gradients_of(tf, f, tf.constant(5.0)), [30.0])


def test_CC_11_none_among_the_results(tf, same):
    @tf.function
    def f(p, x):
        return tf.cond(p, lambda: (None, x * 2.0, None), lambda: (None, x, None))

    first, second, third = f(tf.constant(False), tf.constant([1.0]))
    assert first is None and third is None
    same(second, [1.0])


def test_CS_06_a_tensor_of_another_branch(tf):
    kept = []

    @tf.function
    def f(i, x):
        def first():
            kept.append(x * 2.0)
            return kept[0]

        return tf.switch_case(i, [first, lambda: kept[0]])

    with pytest.raises((TypeError, ValueError)):
        f(tf.constant(0), tf.constant(1.0))


def test_CW_01_trips_that_depend_on_the_data(tf, same):
    @tf.function
    def f(v):
        while v < 8.0:
            v = v * v
        return v

    x = tf.constant(2.0)
    same(f(x), 16.0)
    same(gradients_of(tf, f, x), [32.0])


def test_CW_05_and_06_captured_values(tf, same):
    a, v, w = tf.constant(3.0), tf.constant(2.0), tf.Variable(3.0)

    @tf.function
    def f(v, a):
        while v < 100.0:
            v = v * a
        return v

    same(gradients_of(tf, f, v, a), [81.0, 216.0])

    @tf.function
    def g(v):
        while v < 100.0:
            v = v * w
        return v

    same(gradients_of(tf, lambda w: g(v), w), [216.0])


def test_CW_08_second_derivative(tf, same):
    @tf.function
    def f(x):
        while x < 8.0:
            x = x * x
        return x

    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        first = gradients_of(tf, f, x)[0]
    same([first, outer.gradient(first, x)], [32.0, 48.0])


def test_CW_10_nested_loops(tf, same):
    @tf.function
    def f(x, n, m):
        for _ in tf.range(n):
            for _ in tf.range(m):
                x = x * 2.0
        return x

    same(gradients_of(tf, lambda x: f(x, tf.constant(2), tf.constant(4)), tf.constant(1.0)), [256.0])


def test_CW_11_a_branch_in_a_loop(tf, same):
    @tf.function
    def f(x, n):
        for i in tf.range(n):
            if i < 5:
                x = x * 2.0
            else:
                x = x * 4.0
        return x

    same(gradients_of(tf, lambda x: f(x, tf.constant(7)), tf.constant(1.0)), [512.0])


def test_CW_12_a_tape_in_a_loop(tf, same):
    v = tf.Variable(3.0)

    @tf.function
    def f(n):
        total = tf.constant(0.0)
        for i in tf.range(n):
            with tf.GradientTape() as tape:
                y = v * v * tf.cast(i, tf.float32)
            total += tape.gradient(y, v)
        return total

    same(f(tf.constant(3)), 18.0)
    same(gradients_of(tf, lambda v: f(tf.constant(3)), v), [6.0])


def test_CW_21_rows_of_a_variable_in_called_functions(tf, same):
    v = tf.Variable(tf.ones([4]))

    @tf.function
    def inner(rows):
        return tf.reduce_sum(tf.gather(v, rows))

    @tf.function
    def f(n):
        total = tf.constant(0.0)
        for _ in tf.range(n):
            total += inner([1, 3])
        return total

    with tf.GradientTape() as tape:
        y = f(tf.constant(2))
    same(tf.convert_to_tensor(tape.gradient(y, v)), [0.0, 2.0, 0.0, 2.0])


def test_CW_26_unknown_shapes(tf, same):
    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32), tf.TensorSpec([], tf.int32)])
    def f(x, n):
        for _ in tf.range(n):
            x = x * 2.0
        return x

    same(gradients_of(tf, lambda x: f(x, tf.constant(10)), tf.constant([1.0, 1.0])), [[1024.0, 1024.0]])
    same(gradients_of(tf, lambda x: f(x, tf.constant(10)), tf.constant(1.0)), [1024.0])


def test_CW_32_results_that_nobody_uses(tf, same):
    @tf.function
    def f(x, n):
        rows = tf.TensorArray(tf.float32, size=4)
        k = tf.constant(0)
        for i in tf.range(n):
            rows = rows.write(i, x)
            k += 1
            x = x * 2.0
        return x, rows.stack(), k

    x = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y, _, k = f(x, tf.constant(4))
    same(tape.gradient([y, k], x), 16.0)


def test_MM_09_and_MM_11_a_second_request_and_another_graph(tf, same):
    @tf.function
    def f(x):
        while x < 100.0:
            x = x * 2.0
        return x

    x = tf.constant(1.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = f(x)
    same([tape.gradient(y, x), tape.gradient(y, x)], [128.0, 128.0])
    for g in (tf.function(lambda x, u: x * 2.0 + 0.0 * u), tf.function(lambda x, u: x * 2.0 + 0.0 * u)):
        same(gradients_of(tf, g, x, tf.constant(1.0)), [2.0, 0.0])


def test_PF_03_a_jacobian_in_a_function(tf, same):
    traced = []

    @tf.function
    def f(x):
        traced.append(1)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * x
        return tape.jacobian(y, x)

    for _ in range(2):
        same(f(tf.constant([1.0, 2.0])), [[2.0, 0.0], [0.0, 4.0]])
    assert traced == [1]
