"""TensorFlow's promises of what has no gradient: unconnected (UC), output_gradients (OG), stop_recording (SR), stop_gradient (SG)."""

import numpy as np
import pytest


def test_UC_01_none_by_default(tf):
    x, y = tf.constant(1.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        z = y * 2
    assert tape.gradient(z, x) is None


@pytest.mark.parametrize("zero", ["zero", "ZERO"])
def test_UC_02_zeros_on_request(tf, same, zero):
    option = zero if zero == "zero" else tf.UnconnectedGradients.ZERO
    for x in (tf.constant(1.0, shape=[2, 2]), tf.Variable(tf.constant(1.0, shape=[2, 2]))):
        y = tf.constant(3.0)
        with tf.GradientTape() as tape:
            tape.watch([x, y])
            z = y * 2
        same(tape.gradient(z, x, unconnected_gradients=option), [[0.0, 0.0], [0.0, 0.0]])


def test_UC_03_zeros_of_the_dtype_of_the_source(tf):
    for dtype in (tf.float32, tf.float64):
        x, y = tf.Variable([1.0], dtype=dtype), tf.Variable(2.0)
        with tf.GradientTape() as tape:
            z = y * 2
        assert tape.gradient(z, x, unconnected_gradients="zero").dtype == dtype


def test_UC_04_another_word_is_an_error(tf):
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        z = x * 2
    with pytest.raises(ValueError, match="Unknown value for unconnected_gradients: 'nonsense'"):
        tape.gradient(z, x, unconnected_gradients="nonsense")


def test_UC_05_zero_does_not_change_what_is_connected(tf, same):
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        z = x * 3.0
    same(tape.gradient(z, x, unconnected_gradients="zero"), 3.0)


def test_UC_06_zeros_behind_stop_gradient(tf, same):
    x = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.stop_gradient((x + 2.0) * (x + 2.0))
    same(tape.gradient(y, x, unconnected_gradients="zero"), 0.0)


def test_UC_07_one_of_several_outputs(tf, same):
    x, y = tf.constant([1.0]), tf.constant([2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        first, _ = tf.split(tf.concat([x, tf.stop_gradient(y)], 0), 2)
        left, right = tf.identity_n([x, y]) if hasattr(tf, "identity_n") else (tf.identity(x), tf.identity(y))
    same(tape.gradient(first, [x, y]), [[1.0], None])
    same(tape.gradient(first, [x, y], unconnected_gradients="zero"), [[1.0], [0.0]])
    assert tape.gradient(left, x) is not None and right.shape == [1]


def test_UC_08_read_but_without_influence(tf):
    v = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        _ = v.read_value()
        y = tf.constant(1.0)
    assert tape.gradient(y, v) is None


def test_UC_09_a_zero_is_no_none(tf, same):
    x, other = tf.Variable(-1.0), tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = tf.nn.relu(x)
    same(tape.gradient(y, [x, other]), [0.0, None])


def test_UC_10_a_tensor_in_place_of_the_variable(tf, same):
    x, found = tf.Variable(2.0), []
    for _ in range(2):
        with tf.GradientTape() as tape:
            y = x + 1
        found.append(tape.gradient(y, x))
        x = x + 1
    same(found, [1.0, None])


def test_UC_11_computed_outside(tf):
    x = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = np.mean((x**2).numpy(), axis=0)
        y = tf.reduce_mean(y, axis=0)
    assert tape.gradient(y, x) is None


def test_UC_12_through_an_integer(tf):
    x = tf.constant(10)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    assert tape.gradient(y, x) is None
    v = tf.Variable(3.5)
    with tf.GradientTape() as tape:
        y = tf.cast(tf.cast(v, tf.int32), tf.float32) * 2.0
    assert tape.gradient(y, v) is None


def test_UC_13_through_state(tf):
    x0, x1 = tf.Variable(3.0), tf.Variable(0.0)
    with tf.GradientTape() as tape:
        x1.assign_add(x0)
        y = x1**2
    assert tape.gradient(y, x0) is None


def test_UC_14_what_decided_is_not_connected(tf, same):
    x, v0, v1 = tf.constant(1.0), tf.Variable(2.0), tf.Variable(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        result = v0 if x > 0.0 else v1**2
        result = tf.identity(result)
    same(tape.gradient(result, [v0, v1, x]), [1.0, None, None])


def test_UC_15_unconnected_jacobians(tf, same):
    x, y = tf.constant([[1.0, 2.0]]), tf.constant([[3.0, 4.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        z = y * 2
    assert tape.jacobian(z, x) is None
    same(tape.batch_jacobian(z, x), np.zeros([1, 2, 2]))


def test_OG_01_a_seed_in_place_of_ones(tf, same):
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y, z = tf.identity(x), x * x
    same(tape.gradient(y, x, output_gradients=tf.constant(2.0)), 2.0)
    same(tape.gradient(z, x, output_gradients=tf.constant(2.0)), 12.0)


def test_OG_02_a_seed_for_each_target(tf, same):
    x, y = tf.constant(3.0), tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        loss = x * y
    same(tape.gradient([loss, x], [x], output_gradients=[1.0, 2.0]), [4.0])


def test_OG_03_numbers_as_seeds(tf, same):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y, z = 2 * x, 5 * x
    same(tape.gradient([y, z], x, output_gradients=[1.0, 10.0]), 52.0)


def test_OG_04_gradients_as_targets(tf, same):
    a, b = tf.Variable([1.0, 2.0]), tf.Variable(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = tf.reduce_sum(a**3) * b
        gradients = inner.gradient(y, [a, b])
    same(outer.gradient(gradients, [a, b], output_gradients=[tf.constant([1.0, -1.0]), tf.constant(2.0)]), [[24.0, -12.0], -9.0])


def test_OG_08_a_sparse_seed(tf, same):
    x = tf.constant([[1.0], [2.0], [3.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.identity(x)
    seed = tf.IndexedSlices(tf.constant([[1.0], [2.0]]), tf.constant([0, 2]), tf.constant([3, 1]))
    same(tape.gradient(y, x, output_gradients=seed), [[1.0], [0.0], [2.0]])


def test_SR_01_what_runs_while_stopped(tf):
    with tf.GradientTape() as tape:
        x = tf.Variable(1.0)
        with tape.stop_recording():
            y = x * x
    assert tape.gradient(y, x) is None


def test_SR_02_recording_goes_on(tf, same):
    with tf.GradientTape(persistent=True) as tape:
        x = tf.Variable(1.0)
        x2 = x * 2
        with tape.stop_recording():
            y = x2 * x2
        z = x2 * x2
    assert tape.gradient(y, x2) is None
    same(tape.gradient(z, [x2, x]), [4.0, 8.0])


def test_SR_03_made_while_stopped_is_a_constant(tf, same):
    x, y = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        x_square = x * x
        with tape.stop_recording():
            y_square = y * y
        z = x_square + y_square
    same(tape.gradient(z, [x, y]), [4.0, None])


def test_SR_04_a_tape_that_does_not_record_cannot_stop(tf):
    with pytest.raises((RuntimeError, ValueError)):
        with tf.GradientTape().stop_recording():
            pass


def test_SG_01_one_path_is_cut(tf, same):
    x, y = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        z = x**2 + tf.stop_gradient(y**2)
    same(z, 13.0)
    same(tape.gradient(z, {"x": x, "y": y}), {"x": 4.0, "y": None})


def test_SG_02_alone_and_around_argmax(tf):
    x = tf.constant([0.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.stop_gradient(x)
        z = tf.stop_gradient(tf.argmax(x))
    assert tape.gradient(y, x) is None and tape.gradient(z, x) is None


def test_SG_03_partial_derivatives(tf, same):
    x = tf.constant(1.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = 2 * x
        total = x + y
        partial = x + tf.stop_gradient(y)
    same(tape.gradient(total, [x, y]), [3.0, 1.0])
    same(tape.gradient(partial, x), 1.0)


def test_SG_05_results_of_a_loop(tf, same):
    x, y = tf.constant(3.0), tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        rx, ry = tf.while_loop(lambda i, j: i < 50.0, lambda i, j: [(i + j) ** 2 / 5.0, j + 1.0], [x, y], maximum_iterations=2)
        stopped = tf.stop_gradient(rx)
        with_one_stopped = stopped + ry
    assert tape.gradient(stopped, x) is None
    assert tape.gradient(rx, x) is not None
    same(tape.gradient(with_one_stopped, [x, y]), [None, 1.0])


def test_SG_07_a_gradient_that_is_stopped(tf, same):
    x, y = tf.constant(3.0), tf.constant(2.0)
    with tf.GradientTape(persistent=True) as outer:
        outer.watch([x, y])
        with tf.GradientTape() as inner:
            inner.watch(x)
            z = x * x * y
        gradient = inner.gradient(z, x)
        loss = x * tf.stop_gradient(gradient) + y
    same(outer.gradient(loss, [x, y]), [12.0, 1.0])
    same(outer.gradient(gradient, [x, y]), [4.0, 6.0])
