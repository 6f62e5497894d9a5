"""GradientTape and its relatives with TensorFlow's answers and errors."""

import numpy as np
import pytest

import whygrad.tf as tf


def test_structures_come_back():
    a, b = tf.Variable(1.0), tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        y = a * b
        z = 3.0 * a
    g = tape.gradient(y, {"a": a, "b": [b, (a,)]})
    assert g["a"].numpy() == 2 and g["b"][0].numpy() == 1 and g["b"][1][0].numpy() == 2
    assert tape.gradient([y, z], a).numpy() == 5
    assert tape.gradient(y, [a, b], output_gradients=tf.constant(2.0))[0].numpy() == 4


def test_absent_is_none_or_zeros():
    x, unused = tf.Variable([1.0, 2.0]), tf.Variable([[1.0]])
    with tf.GradientTape(persistent=True) as tape:
        y = tf.reduce_sum(x)
    assert tape.gradient(y, unused) is None
    for zero in ("zero", tf.UnconnectedGradients.ZERO):
        assert tape.gradient(y, unused, unconnected_gradients=zero).numpy().tolist() == [[0]]
    with pytest.raises(ValueError):
        tape.gradient(y, unused, unconnected_gradients="nothing")


def test_a_tape_is_used_up():
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    with pytest.raises(RuntimeError):
        tape.gradient(y, x)
    with pytest.raises(RuntimeError):
        tf.GradientTape().gradient(y, x)
    with tf.GradientTape() as fresh:
        pass
    with pytest.raises(TypeError):
        fresh.gradient(None, x)


def test_watch_pause_reset_and_reentry():
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        with tape.stop_recording():
            z = x * x
        with pytest.raises(ValueError):
            with tape:
                pass
    assert tape.gradient(y, x).numpy() == 6 and tape.gradient(z, x) is None
    with tape:
        u = y * 2.0
    assert tape.gradient(u, x).numpy() == 12
    with pytest.raises(ValueError):
        tape.watch(3.0)
    v = tf.Variable(1.0, name="v")
    with tf.GradientTape() as tape:
        _ = v * 1.0
        assert [w.name for w in tape.watched_variables()] == ["v:0"]
        tape.reset()
        y = v * 2.0
    assert tape.gradient(y, v).numpy() == 2


def test_an_exception_inside_leaves_no_tape_behind():
    with pytest.raises(KeyError):
        with tf.GradientTape():
            raise KeyError
    v = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = v * v
    assert tape.gradient(y, v).numpy() == 2


def test_second_order_and_jacobians():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = tf.reduce_sum(x**3)
        g = inner.gradient(y, x)
    assert outer.gradient(g, x).numpy().tolist() == [6, 12]
    with tf.GradientTape() as tape:
        y = tf.stack([x[0] * x[1], x[0]])
    assert tape.jacobian(y, x).numpy().tolist() == [[2, 1], [1, 0]]
    with pytest.raises(RuntimeError):
        tape.jacobian(y, x)
    with tf.GradientTape() as tape:
        with pytest.raises(AttributeError):
            tape.jacobian([x, x], x)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x**3
        j = inner.jacobian(y, x)
    np.testing.assert_allclose(outer.gradient(j, x).numpy(), [6, 12])
    b = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(b)
        y = b * b
    assert tape.batch_jacobian(y, b).numpy().tolist() == [[[2, 0], [0, 4]], [[6, 0], [0, 8]]]
    assert tape.jacobian(y, b).shape == [2, 2, 2, 2]
    other = tf.Variable([1.0])
    assert tape.jacobian(y, other) is None
    assert tape.jacobian(y, other, unconnected_gradients="zero").shape == [2, 2, 1]


def test_custom_gradient():
    @tf.custom_gradient
    def double(x):
        return x + 1.0, lambda dy: dy * 2.0

    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = double(v) * v
    assert tape.gradient(y, v).numpy() == 10

    @tf.custom_gradient
    def scaled(x):
        def rule(dy, variables=None):
            return dy * v, [dy * x for _ in variables]

        return x * v, rule

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = scaled(x)
    assert [g.numpy() for g in tape.gradient(y, [x, v])] == [3, 2]

    @tf.custom_gradient
    def wrong(x):
        return x, lambda dy: (dy, dy)

    with tf.GradientTape() as tape:
        y = wrong(x)
    with pytest.raises(ValueError):
        tape.gradient(y, x)

    @tf.custom_gradient
    def failing(x):
        def rule(dy):
            raise KeyError("from the rule")

        return x, rule

    with tf.GradientTape() as tape:
        y = failing(x)
    with pytest.raises(KeyError, match="from the rule"):
        tape.gradient(y, x)


def test_recompute_and_pass_through():
    v, x = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.recompute_grad(lambda a: a * a * v)(x)
    assert [g.numpy() for g in tape.gradient(y, [x, v])] == [12, 9]
    with tf.GradientTape() as tape:
        y = tf.grad_pass_through(tf.round)(x * 1.3)
    assert y.numpy() == 4 and tape.gradient(y, x).numpy() == np.float32(1.3)


def test_control_flow():
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        a = tf.cond(x > 0.0, lambda: x * x, lambda: x)
        b = tf.case([(x < 0.0, lambda: x)], default=lambda: 5.0 * x)
        c = tf.switch_case(tf.constant(1), [lambda: x, lambda: 2.0 * x])
        d = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), (tf.constant(0), tf.constant(1.0)))[1]
        e = tf.reduce_sum(tf.map_fn(lambda z: z * x, tf.constant([1.0, 2.0])))
    assert [tape.gradient(t, x).numpy() for t in (a, b, c, d, e)] == [6, 5, 2, 27, 3]
    array = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
    assert array.write(1, 2.0).write(0, 1.0).stack().numpy().tolist() == [1, 2]


def test_missing_rule_is_a_lookup_error():
    w = tf.Variable([0.5, 1.5, 0.5])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.unique(w).y)
    with pytest.raises(LookupError):
        tape.gradient(y, w)


def test_functions_of_arrays():
    w = tf.Variable([3.0, 1.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.numpy_function(np.sort, [w], tf.float32))
    assert y.numpy() == 4 and tape.gradient(y, w) is None
    with tf.GradientTape() as tape:
        y = tf.py_function(lambda a: a * a, [w], tf.float32)
    assert tape.gradient(y, w).numpy().tolist() == [6, 2]
    with pytest.raises(ZeroDivisionError):
        tf.py_function(lambda: 1 / 0, [], tf.float32)


def test_later_modes_say_so():
    with pytest.raises(RuntimeError, match="tf.gradients is not supported when eager execution is enabled"):
        tf.gradients(1, 2)
    with pytest.raises(AttributeError, match="reduce_mean"):
        tf.reduce_men
    with pytest.raises(AttributeError, match="tf.math.log"):
        tf.log
