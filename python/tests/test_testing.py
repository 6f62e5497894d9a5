"""The checks for tests, and the pytest plugin."""

import pytest

import whygrad.tf as tf
from whygrad import testing

pytest_plugins = ["pytester"]


def losses():
    w = tf.Variable([-1.0, 2.0], name="w")
    with tf.GradientTape() as tape:
        fine = tf.reduce_sum(w**2)
        accuracy = tf.cast(tf.argmax(w), tf.float32)
        dead = tf.reduce_sum(tf.nn.relu(w) * tf.constant([1.0, 0.0]))
        broken = tf.reduce_sum(tf.math.log(w + 1.0))
    return tape, w, fine, accuracy, dead, broken


def test_a_gradient_that_is_there():
    tape, w, fine, *_ = losses()
    testing.assert_gradient(tape, fine, w)
    testing.assert_gradient(tape, fine, [w])  # the tape was not used up
    with pytest.raises(AssertionError, match="there is a gradient"):
        testing.assert_no_gradient(tape, fine, w, "NONDIFF_OP")


def test_a_gradient_that_is_not():
    tape, w, _, accuracy, dead, broken = losses()
    with pytest.raises(AssertionError, match="argmax"):
        testing.assert_gradient(tape, accuracy, w)
    testing.assert_no_gradient(tape, accuracy, w, "NONDIFF_OP")
    testing.assert_no_gradient(tape, accuracy, w, "WG103")
    with pytest.raises(AssertionError, match="UNUSED was expected"):
        testing.assert_no_gradient(tape, accuracy, w, "UNUSED")
    for bad in (dead, broken):
        with pytest.raises(AssertionError):
            testing.assert_gradient(tape, bad, w)


def test_dead_parameters():
    net = tf.Module()
    net.used, net.idle = tf.Variable([1.0, 2.0], name="used"), tf.Variable([1.0, 2.0], name="idle")
    testing.no_dead_parameters(net, lambda net: tf.reduce_sum(net.used * net.idle))
    with pytest.raises(AssertionError, match="variable `idle`"):
        testing.no_dead_parameters(net, lambda net: tf.reduce_sum(net.used**2))
    with pytest.raises(TypeError, match="has neither parameters"):
        testing.no_dead_parameters(3, lambda net: net)


def test_the_plugin_prints_the_explanation(pytester, pytestconfig):
    pytester.makepyfile(
        """
        import whygrad.tf as tf

        def test_it(assert_gradient):
            w = tf.Variable([1.0, 2.0], name="w")
            with tf.GradientTape() as tape:
                loss = tf.cast(tf.argmax(w), tf.float32)
            assert_gradient(tape, loss, w)
        """
    )
    installed = pytestconfig.pluginmanager.hasplugin("whygrad")  # by the wheel's entry point
    result = pytester.runpytest_subprocess(*([] if installed else ["-p", "whygrad.pytest_plugin"]))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no gradient of*`w`*", "*argmax*STOPS THE GRADIENT*test_the_plugin_prints_the_explanation.py:6*"])
