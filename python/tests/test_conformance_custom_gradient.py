"""TensorFlow's promises of gradients that the user writes (CG)."""

import numpy as np
import pytest


def test_CG_01_the_rule_replaces_the_derivative(tf, same):
    @tf.custom_gradient
    def identity(x):
        return x, lambda dy: [2 * dy]

    @tf.custom_gradient
    def square(x):
        return x * x, lambda dy: [4 * dy]

    for function, expected in ((identity, 2.0), (square, 4.0)):
        x = tf.constant(1.0)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        same(tape.gradient(y, x), expected)


def test_CG_02_the_chain_rule(tf, same):
    @tf.custom_gradient
    def identity(x):
        return x, lambda dy: [3 * dy]

    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = identity(identity(x))
    same(tape.gradient(y, x), 9.0)


def test_CG_03_gradients_by_position(tf, same):
    @tf.custom_gradient
    def multiply(x1, x2):
        return x1 * x2, lambda dy: [dy * x1, dy * x2]

    x1, x2 = tf.Variable(3.0), tf.Variable(5.0)
    with tf.GradientTape() as tape:
        y = multiply(x1, x2)
    same(tape.gradient(y, [x1, x2]), [3.0, 5.0])


def test_CG_04_the_rule_uses_the_inputs(tf, same):
    @tf.custom_gradient
    def square(x):
        return tf.square(x), lambda dr: 2 * dr * x + 1

    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = square(x)
    same(tape.gradient(y, x), 7.0)
    assert tape.watched_variables()[0] is x


def test_CG_05_training(tf, same):
    @tf.custom_gradient
    def multiply(x, y):
        return x * y, lambda dr: [dr * y, dr * x]

    x, losses = tf.Variable(2.0), []
    for _ in range(5):
        with tf.GradientTape() as tape:
            loss = multiply(2.0, x.read_value())
        losses.append(loss.numpy())
        x.assign_sub(0.25 * tape.gradient(loss, x))
    assert losses == [4.0, 3.0, 2.0, 1.0, 0.0]


def test_CG_06_a_wrong_number_of_gradients(tf):
    @tf.custom_gradient
    def identity(x):
        return x, lambda dy: []

    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = identity(x)
    with pytest.raises(ValueError):
        tape.gradient(y, [x])


def test_CG_07_an_exception_of_the_rule(tf):
    @tf.custom_gradient
    def identity(x):
        def rule(dy):
            raise RuntimeError("from the rule")

        return x, rule

    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = identity(x)
    with pytest.raises(RuntimeError, match="from the rule"):
        tape.gradient(y, x)


def test_CG_08_variables_used_inside(tf, same):
    w = tf.Variable(tf.ones((2, 4)))

    @tf.custom_gradient
    def dense(x):
        def rule(dy, variables=None):
            assert len(variables) == 1 and variables[0] is w
            return tf.ones((3, 2)), [tf.ones((2, 4))]

        return tf.matmul(x, w), rule

    x = tf.ones((3, 2)) + 2.0
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = dense(x)
    dx, dw = tape.gradient(y, [x, w])
    same([tf.reduce_sum(dx), tf.reduce_sum(dw)], [6.0, 8.0])


def test_CG_09_a_rule_that_takes_no_variables(tf):
    w = tf.Variable(2.0)

    @tf.custom_gradient
    def without(x):
        return x * w, lambda dy: dy

    @tf.custom_gradient
    def too_many(x):
        return x * w, lambda dy, variables=None: (dy, [dy, dy])

    x = tf.Variable(1.0)
    with tf.GradientTape():
        with pytest.raises(TypeError):
            without(x)
    with tf.GradientTape() as tape:
        y = too_many(x)
    with pytest.raises(ValueError):
        tape.gradient(y, x)


def test_CG_10_only_the_variables_used_inside(tf, same):
    before, inside = tf.Variable(2.0), tf.Variable(3.0)

    @tf.custom_gradient
    def scaled(x):
        def rule(dy, variables=None):
            assert [v is inside for v in variables] == [True]
            return dy * inside, [dy * 9.0]

        return x * inside, rule

    with tf.GradientTape() as tape:
        y = scaled(before * 5.0)
    same(tape.gradient(y, [before, inside]), [15.0, 9.0])


def test_CG_11_a_variable_as_an_argument_is_an_input(tf, same):
    captured = tf.Variable(3.0)

    @tf.custom_gradient
    def multiplied(x):
        def rule(dy, variables=None):
            assert len(variables) == 1
            return 4.0 * captured * dy, [dy]

        return x * captured, rule

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = multiplied(x)
    same(tape.gradient(y, [x, captured]), [12.0, 1.0])


def test_CG_12_which_variables_count(tf):
    outside, frozen, through = tf.Variable(1.0), tf.Variable(1.0, trainable=False), tf.Variable(1.0)
    found = []

    @tf.custom_gradient
    def function(x):
        def rule(dy, variables=None):
            found.append(variables)
            return dy, [dy] * len(variables)

        return x * outside * frozen, rule

    with tf.GradientTape() as tape:
        y = function(through * 2.0)
    tape.gradient(y, through)
    assert [v is outside for v in found[0]] == [True]


def test_CG_13_custom_gradients_nest(tf, same):
    w = tf.Variable(tf.ones((4, 3)))

    @tf.custom_gradient
    def inner(x):
        def rule(dy, variables=None):
            return tf.matmul(dy, variables[0], transpose_b=True), [tf.ones((4, 3))]

        return tf.matmul(x, w), rule

    @tf.custom_gradient
    def outer(x):
        def rule(dy, variables=None):
            assert [v is w for v in variables] == [True]
            return tf.ones_like(x), [tf.ones((4, 3))]

        return inner(x), rule

    x = tf.Variable(tf.ones((2, 4)))
    with tf.GradientTape() as tape:
        y = outer(x)
    dx, dw = tape.gradient(y, [x, w])
    same([tf.reduce_sum(dx), tf.reduce_sum(dw)], [8.0, 12.0])


def test_CG_14_the_second_order_of_a_custom_gradient(tf, same):
    @tf.custom_gradient
    def function(x):
        def first_order(dz):
            @tf.custom_gradient
            def custom(_):
                return -1.1, lambda ddz: -2.1 * ddz

            return dz * custom(x)

        return x + 10.0, first_order

    c = tf.constant(1.0)
    with tf.GradientTape() as outer:
        outer.watch(c)
        with tf.GradientTape() as inner:
            inner.watch(c)
            d = function(c) ** 4.0
        first = inner.gradient(d, c)
    same(first, 4 * 11.0**3 * -1.1, rtol=1e-4)
    same(outer.gradient(first, c), 12 * 11.0**2 * 1.21 + 4 * 11.0**3 * -2.1, rtol=1e-4)


def test_CG_15_second_order_and_transpose(tf, same):
    @tf.custom_gradient
    def function(x):
        def rule(dz):
            @tf.custom_gradient
            def first_order(_, unused_dz):
                return 2.1, lambda ddz: (2.2, 3.1)

            return first_order(x, dz)

        return 2.0 * tf.get_static_value(x), rule

    with tf.GradientTape(persistent=True) as outer:
        with tf.GradientTape() as inner:
            c, seed = tf.constant(1.0), tf.ones([])
            outer.watch([c, seed])
            inner.watch(c)
            output = function(c)
        gradient = inner.gradient(output, c, output_gradients=seed)
    same([output, gradient, outer.gradient(gradient, c), outer.gradient(gradient, seed)], [2.0, 2.1, 2.2, 3.1])


def test_CG_16_a_decorated_rule_is_differentiated_by_its_seed(tf, same):
    @tf.custom_gradient
    def function(x):
        @tf.custom_gradient
        def rule(dy):
            return dy * 3.0 * x**2, lambda ddy: ddy * 100.0

        return x**3, rule

    x, seed = tf.constant(2.0), tf.constant(1.0)
    with tf.GradientTape(persistent=True) as outer:
        outer.watch([x, seed])
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = function(x)
        first = inner.gradient(y, x, output_gradients=seed)
    same([first, outer.gradient(first, seed)], [12.0, 100.0])


def test_CG_17_clipping_a_gradient_in_the_middle(tf, same):
    @tf.custom_gradient
    def clip(y):
        return y, lambda dy: tf.clip_by_norm(dy, 0.5)

    v = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        output = clip(v * v)
    same(tape.gradient(output, v), 2.0)


def test_CG_18_a_stable_derivative(tf, same):
    @tf.custom_gradient
    def log1pexp(x):
        e = tf.exp(x)
        return tf.math.log(1 + e), lambda upstream: upstream * (1 - 1 / (1 + e))

    x = tf.constant(100.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = log1pexp(x)
    same(tape.gradient(y, x), 1.0)


def test_CG_19_in_a_loop(tf, same):
    factor = tf.Variable(2.0)

    @tf.custom_gradient
    def scaled(x):
        return x * factor, lambda dy, variables=None: (dy * 2.0, [dy * 0.0])

    x = tf.constant([1.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        _, y = tf.while_loop(lambda i, v: i < 5, lambda i, v: (i + 1, scaled(v)), [0, x])
    same(tape.gradient(y, x), [32.0])


def test_CG_20_a_gradient_inside_of_it(tf, same):
    @tf.custom_gradient
    def derivative_of_square(x):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * x
        return tape.gradient(y, x), lambda dy: [2 * dy]

    same(derivative_of_square(1.0), 2.0)

    a, b = tf.Variable(1.0), tf.Variable(2.0)
    x = tf.constant([1.0, 2.0, 3.0])

    @tf.custom_gradient
    def function():
        def rule(dy, variables=None):
            with tf.GradientTape(persistent=True) as tape:
                again = a * x * x + b * x
            return (), [2 * tf.reduce_sum(dy * tape.jacobian(again, v)) for v in variables]

        return a * x * x + b * x, rule

    with tf.GradientTape(persistent=True) as tape:
        y = function()
    assert tape.gradient(y, x) is None
    same(tape.gradient(y, [a, b]), [28.0, 12.0])


def test_CG_21_structures(tf, same):
    @tf.custom_gradient
    def function(x):
        x1, x2 = x["x1"], x["x2"]

        def rule(*dy):
            return {"x1": dy[0] * 2.0, "x2": dy[1] * 3.0}

        return {"y1": x1 * 2.0, "y2": (x2 * 3.0,)}, rule

    x = {"x1": tf.constant(1.0), "x2": tf.constant(2.0)}
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    same(y, {"y1": 2.0, "y2": (6.0,)})
    same(tape.gradient(y, x), {"x1": 2.0, "x2": 3.0})


def test_CG_22_methods_captures_and_arrays(tf, same):
    class Model:
        @tf.custom_gradient
        def multiply(self, x1, x2):
            return x1 * x2, lambda dy: (dy * x1, dy * x2)

    x1, x2 = tf.constant(3.0), tf.constant(5.0)
    with tf.GradientTape() as tape:
        tape.watch([x1, x2])
        y = Model().multiply(x1, x2)
    same(tape.gradient(y, [x1, x2]), [3.0, 5.0])

    @tf.custom_gradient
    def identity(x):
        return x, lambda dy: dy

    same(identity(np.ones((3, 2), np.float32)), np.ones((3, 2)))


def test_CG_24_grad_pass_through(tf, same):
    x, z = tf.Variable(1.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x.assign(z**2)
    assert tape.gradient(y, z) is None
    with tf.GradientTape() as tape:
        y = tf.grad_pass_through(x.assign)(z**2)
    same(tape.gradient(y, z), 6.0)
    with tf.GradientTape() as tape:
        y = tf.grad_pass_through(lambda v: x * v)(z)
    assert tape.gradient(y, x) is None


# ---- What the function computes is recorded on the open tapes ----


def test_a_rule_that_closes_over_the_output(tf, same):
    x, w = tf.constant(3.0), tf.Variable(2.0)

    @tf.custom_gradient
    def function(a):
        s = w * w * a
        return s, lambda d, variables=None: (d * w * w, [d * 2.0 * s / w])

    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = function(x)
        first = inner.gradient(y, w)
    same(first, 12.0)
    same(outer.gradient(first, w), 6.0)


def test_a_rule_that_closes_over_something_computed(tf, same):
    @tf.custom_gradient
    def function(a):
        e = tf.exp(a)
        return e, lambda d: d * e

    x = tf.constant([2.0, 3.0])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = function(x)
        first = inner.gradient(y, x)
    same(outer.jacobian(first, x), np.diag(np.exp([2.0, 3.0])))


def test_a_value_that_the_function_hands_out(tf, same):
    x, kept = tf.constant(3.0), {}

    @tf.custom_gradient
    def function(a):
        kept["square"], kept["result"] = a * a, a * 5.0
        return kept["result"], lambda d: d * 7.0

    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = function(x)
        z = y + kept["square"]
    same([tape.gradient(target, x) for target in (y, z, kept["square"], kept["result"])], [7.0, 13.0, 6.0, 5.0])
    assert tape.gradient(y, kept["result"]) is None


def test_a_rule_that_asks_a_tape_about_the_function(tf, same):
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:

        @tf.custom_gradient
        def function(a):
            y = a * a * a
            return y, lambda d: d * tape.gradient(y, a) * 10.0

        tape.watch(x)
        z = function(x)
    same(tape.gradient(z, x), 270.0)


def test_the_rule_counts_for_a_tape_that_knows_of_its_inputs(tf, same):
    x, captured = tf.constant(3.0), tf.constant(4.0)

    @tf.custom_gradient
    def function(a):
        return a * captured, lambda d: d * 7.0

    with tf.GradientTape() as of_captured:
        of_captured.watch(captured)
        with tf.GradientTape(persistent=True) as of_both:
            of_both.watch([x, captured])
            y = function(x)
    same(of_captured.gradient(y, captured), 3.0)
    same(of_both.gradient(y, x), 7.0)
    assert of_both.gradient(y, captured) is None
    with tf.GradientTape() as tape:
        tape.watch(captured)
        y = function(x)
        tape.watch(x)
    same(tape.gradient(y, [x, captured]), [4.0, 3.0])


def test_a_function_without_arguments(tf, same):
    captured, w = tf.constant(4.0), tf.Variable(4.0)
    of_captured = tf.custom_gradient(lambda: (captured * captured, lambda d: ()))
    of_variable = tf.custom_gradient(lambda: (w * w, lambda d, variables=None: ([], [d * 100.0])))
    with tf.GradientTape() as tape:
        tape.watch(captured)
        y = of_captured()
    same(tape.gradient(y, captured), 8.0)
    with tf.GradientTape() as tape:
        y = of_variable()
    same(tape.gradient(y, w), 100.0)


def test_custom_gradients_within_the_function(tf, same):
    inner_function = tf.custom_gradient(lambda a: (a * a * a, lambda d: d * 11.0))

    @tf.custom_gradient
    def function(a):
        s = inner_function(a)
        return s, lambda d: d * s

    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = function(x)
        first = inner.gradient(y, x)
    same([first, outer.gradient(first, x)], [8.0, 11.0])


def test_a_tape_within_the_function(tf, same):
    @tf.custom_gradient
    def function(a):
        with tf.GradientTape() as tape:
            tape.watch(a)
            s = a * a * a
        slope = tape.gradient(s, a)
        return s, lambda d: d * slope

    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = function(x)
        first = inner.gradient(y, x)
    same([first, outer.gradient(first, x)], [12.0, 12.0])


# ---- Integers ----


def test_an_integer_gets_what_the_rule_returns(tf):
    def integers(answer, watch=True, late=False, make=tf.constant):
        x, n = tf.constant([1.0, 2.0]), make([1, 2])
        function = tf.custom_gradient(lambda a, b: (a * 2.0, lambda d: (d * 3.0, answer(d))))
        with tf.GradientTape() as tape:
            tape.watch([x, n] if watch and not late else x)
            y = function(x, n) * function(x, n)
            if late:
                tape.watch(n)
        of_x, of_n = tape.gradient(y, [x, n])
        np.testing.assert_allclose(of_x, [12.0, 24.0])
        return None if of_n is None else (of_n.dtype.name, of_n.numpy().tolist())

    seven = lambda d: tf.constant([7, 8])  # noqa: E731
    assert integers(seven) == ("int32", [14, 16])
    assert integers(seven, late=True) == ("int32", [14, 16])
    assert integers(seven, watch=False, make=tf.Variable) == ("int32", [14, 16])
    assert integers(lambda d: tf.constant([7.0, 8.0])) == ("float32", [14.0, 16.0])
    assert integers(seven, watch=False) is None
    assert integers(lambda d: None) is None


def test_an_integer_alone_does_not_bring_the_rule_into_play(tf, same):
    x, n = tf.constant([1.0, 2.0]), tf.constant([1, 2])
    function = tf.custom_gradient(lambda b: (tf.cast(b, tf.float32) * x, lambda d: tf.constant([7, 8])))
    with tf.GradientTape() as tape:
        tape.watch([x, n])
        y = function(n)
    same(tape.gradient(y, [x, n]), [[1.0, 2.0], None])


def test_an_integer_that_was_computed_is_watched_like_any_other(tf):
    x, n = tf.constant([1.0, 2.0]), tf.constant([1, 2])
    function = tf.custom_gradient(lambda a, b: (a * 2.0, lambda d: (d * 3.0, tf.constant([7, 8]))))
    for watch in (False, True):
        with tf.GradientTape() as tape:
            tape.watch([x, n])
            m = n * 2
            if watch:
                tape.watch(m)
            y = function(x, m)
        of_n, of_m = tape.gradient(y, [n, m])
        assert of_n is None
        assert of_m is None if not watch else of_m.numpy().tolist() == [7, 8]


def test_what_is_wrapped(tf):
    def function(x):
        return x

    class Layer:
        def __call__(self, x):
            return x * 2.0

    layer = Layer()
    for wrapper in (tf.custom_gradient, tf.recompute_grad, tf.grad_pass_through):
        assert wrapper(function).__wrapped__ is function and wrapper(function).__name__ == "function"
    assert tf.recompute_grad(layer).__wrapped__ is layer and tf.grad_pass_through(layer).__wrapped__ is layer
    assert tf.recompute_grad(layer)(tf.constant(1.0)).numpy() == 2.0
