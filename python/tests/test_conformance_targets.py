"""TensorFlow's promises of gradient(): nesting and higher order (NH), sources and targets (ST). The names begin with the rows of docs/conformance.md."""

import numpy as np
import pytest


def gradient_of(tf, f, *values):
    """f's gradients at these values, which may be tensors that an outer tape watches."""
    values = [tf.identity(v) for v in values]
    with tf.GradientTape() as tape:
        tape.watch(values)
        y = f(*values)
    return tape.gradient(y, values)


def test_NH_01_gradient_ops_are_recorded_by_the_outer_tape(tf, same):
    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        y = x * x
        with tf.GradientTape() as inner:
            inner.watch(y)
            z = 2 * y
        gradient = inner.gradient(z, [y])[0]
        same(gradient, 2.0)
        y += gradient
    same(outer.gradient(y, [x]), [6.0])


def test_NH_02_second_derivatives(tf, same):
    for function, value, first, second in ((lambda v: v * v * v, 1.0, 3.0, 6.0), (lambda v: v * v, 5.0, 10.0, 2.0)):
        x = tf.Variable(value)
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                y = function(x)
            dy = inner.gradient(y, x)
        same([dy, outer.gradient(dy, x)], [first, second])


def test_NH_03_gradient_of_a_gradient_function(tf, same):
    same(gradient_of(tf, lambda x: gradient_of(tf, lambda v: v * v, x), 3.0), [2.0])
    same(gradient_of(tf, lambda x: gradient_of(tf, tf.exp, x), 0.0), [1.0])


def test_NH_04_second_order_of_softmax_cross_entropy(tf, same):
    def first(x):
        return tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits(labels=tf.constant([[0.0]]), logits=x), tf.constant([0]))

    same(gradient_of(tf, lambda x: tf.reduce_sum(gradient_of(tf, first, x)[0], tf.constant([0])), tf.constant([[0.1]])), [[[0.0]]])


def test_NH_05_a_gradient_depends_on_its_seed(tf, same):
    x, seed = tf.constant(1.0), tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(seed)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.cos(x)
        gradient = inner.gradient(y, x, output_gradients=seed)
    same(gradient, -2 * np.sin(1.0))
    same(outer.gradient(gradient, seed), -np.sin(1.0))


def test_NH_06_iterated_gradients(tf, same):
    expected = [np.cos(1.0), -np.sin(1.0), -np.cos(1.0), np.sin(1.0), np.cos(1.0)]
    function = tf.cos
    for wanted in expected:
        same(function(tf.constant(1.0)), wanted)
        function = (lambda f: lambda x: gradient_of(tf, f, x)[0])(function)


def test_NH_07_the_norm_of_an_input_gradient(tf):
    x, w = tf.constant([[0.5, -1.0], [2.0, 0.25]]), tf.Variable([[0.1, 0.2, 0.3], [0.4, -0.5, 0.6]])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.nn.sigmoid(tf.matmul(x, w))
        norm = tf.norm(inner.gradient(y, x))
    assert outer.gradient(norm, w).shape == w.shape


def test_NH_08_a_jacobian_of_a_jacobian(tf, same):
    x = tf.ones((10, 2))
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.reduce_sum(tf.square(x))
        first = inner.jacobian(y, x)
    same(outer.batch_jacobian(first, x), [[[2.0, 0.0], [0.0, 2.0]]] * 10)


def test_NH_10_hessian_vector_products(tf, same):
    x, vector = tf.constant([1.0, 2.0]), tf.constant([1.0, 0.5])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.reduce_sum(x**3) + x[0] * x[1] ** 2
        first = inner.gradient(y, x)
    same(outer.gradient(first, x, output_gradients=vector), [6 * 1 + 4 * 0.5, 4 * 1 + (12 + 2) * 0.5])


def test_ST_01_several_targets_are_summed(tf, same):
    x, y = tf.constant(3.0), tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        targets = [2 * x, 3 * y]
    same(tape.gradient(targets, [x, y]), [2.0, 3.0])
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y0, y1 = x**2, 1 / x
    same(tape.gradient({"y0": y0, "y1": y1}, x), 3.75)


def test_ST_02_a_target_with_many_elements_is_summed(tf, same):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x * [3.0, 4.0]
    same(tape.gradient(y, x), 7.0)


@pytest.mark.parametrize("shape", [[], [2, 2]])
def test_ST_03_the_target_is_the_source(tf, same, shape):
    x = tf.constant(3.0, shape=shape)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y, z = x, tf.identity(x)
    same([tape.gradient(y, x), tape.gradient(z, x)], [np.ones(shape), np.ones(shape)])


def test_ST_04_one_of_the_targets_is_a_source(tf, same):
    x, y = tf.constant(2.0), tf.constant(5.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        square, z = x * x, y * y
    same(tape.gradient([x, square], x), 5.0)
    same(tape.gradient([x, y, z], [x, y]), [1.0, 11.0])


@pytest.mark.parametrize("shape", [[], [2, 2]])
def test_ST_05_a_target_listed_twice_counts_twice(tf, same, shape):
    x = tf.constant(3.0, shape=shape)
    with tf.GradientTape() as tape:
        tape.watch(x)
    same(tape.gradient([x, x], x), np.full(shape, 2.0))


def test_ST_06_a_source_listed_twice_is_answered_twice(tf, same):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = 2 * x
    same(tape.gradient(y, [x, x]), [2.0, 2.0])


def test_ST_07_the_structure_of_the_sources(tf, same):
    x1, x2, x3 = tf.constant(3.0), tf.constant(3.1), tf.constant(3.2)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x1, x2, x3])
        y = x1 + 2 * x2 + 3 * x3
    same(tape.gradient(y, x1), 1.0)
    for sources, expected in (
        ((x1,), (1.0,)),
        ((x1, x2), (1.0, 2.0)),
        ([(x1, x2), (x2, x3)], [(1.0, 2.0), (2.0, 3.0)]),
        ((x1, x2, [x1, x3]), (1.0, 2.0, [1.0, 3.0])),
        ([x1, {"x2": x2, "x3": x3}], [1.0, {"x2": 2.0, "x3": 3.0}]),
    ):
        gradients = tape.gradient(y, sources)
        assert type(gradients) is type(sources)
        same(gradients, expected)


def test_ST_08_an_intermediate_value_as_source(tf, same):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        z = y * y
    same(tape.gradient(z, [x, y]), [108.0, 18.0])


def test_ST_09_the_shape_of_the_source(tf):
    w, b, x = tf.Variable(tf.ones((3, 2))), tf.Variable(tf.zeros(2)), [[1.0, 2.0, 3.0]]
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w + b) ** 2)
    dw, db = tape.gradient(loss, [w, b])
    assert dw.shape == w.shape and db.shape == b.shape


def test_ST_10_a_target_that_the_tape_never_saw(tf):
    with tf.GradientTape() as tape:
        x, y = tf.Variable([3.0]), tf.Variable([2.0])
    assert tape.gradient(x, y) is None


def test_ST_11_control_of_the_host(tf, same):
    x = [tf.Variable(2.0), tf.Variable(3.0), tf.Variable(5.0)]
    with tf.GradientTape() as tape:
        y = max(x)
    same(y, 5.0)
    same(tape.gradient(y, x), [None, None, 1.0])


def test_ST_12_two_outputs_are_summed(tf, same):
    x = tf.constant([0.0, 1.0, 2.0])
    same(gradient_of(tf, lambda v: (v + 2, v * v), x), [[1.0, 3.0, 5.0]])
    same(gradient_of(tf, lambda v: (v, 2 * v), 1.0), [3.0])


def test_ST_13_some_outputs_of_an_op(tf, same):
    same(gradient_of(tf, lambda x: sum(tf.split(x, 2)), tf.constant([1.0, 2.0])), [[1.0, 1.0]])
    same(gradient_of(tf, lambda x: tf.split(x, 2)[1], tf.constant([1.0, 2.0])), [[0.0, 1.0]])


@pytest.mark.parametrize("identity", [False, True])
def test_ST_14_targets_that_depend_on_each_other(tf, same, identity):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x**2
        if identity:
            y = tf.identity(y)
        z = y**4
    same(tape.gradient([y, z], x), 17502.0)


def test_ST_15_the_same_tensor_as_two_arguments(tf, same):
    x = tf.constant(1.0)
    same(gradient_of(tf, tf.multiply, x, x), [1.0, 1.0])


def test_ST_16_one_argument_of_an_op(tf, same):
    image, kernel = tf.constant([[[[1.0]]]]), tf.constant([[[[2.0]]]])
    same(gradient_of(tf, lambda i: tf.nn.conv2d(i, kernel, [1, 1, 1, 1], "SAME"), image), [[[[[2.0]]]]])


def test_ST_17_no_target(tf):
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        _ = x * x
    with pytest.raises(TypeError):
        tape.gradient(None, x)


def test_ST_18_what_made_a_source_is_not_differentiated(tf, same):
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = 2 * x
        z = 3 * y
    same(tape.gradient(z, [x, y]), [6.0, 3.0])
    same(tape.gradient(z, y), 3.0)
