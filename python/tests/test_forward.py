"""Forward mode: every recorded call of a function against the tape, eagerly and traced; what is missing is explained."""

import numpy as np
import pytest

import whygrad
import whygrad.tf as tf
from test_traced_calls import CALLS, NOT_KNOWN, is_differentiable, result_of


def directions(tensors, seed):
    numbers = np.random.default_rng(seed)
    found = []
    for t in tensors:
        values = numbers.standard_normal(tuple(t.shape))
        if t.dtype.is_complex:
            values = values + 1j * numbers.standard_normal(tuple(t.shape))
        found.append(tf.cast(tf.constant(values), t.dtype))
    return found


def as_numbers(tensors):
    return [tf.convert_to_tensor(t).numpy().astype(complex) for t in tensors if t is not None]


def product(a, b):
    pairs = [(x, y) for x, y in zip(a, b) if x is not None and y is not None]
    with np.errstate(invalid="ignore"):
        return sum(float(np.real(np.sum(np.conj(x) * y))) for x, y in zip(as_numbers(x for x, _ in pairs), as_numbers(y for _, y in pairs)))


def moved(run, arguments, sources, vs):
    with tf.autodiff.ForwardAccumulator(sources, vs) as acc:
        outputs = run(*arguments)
    return acc.jvp([o for o in outputs if isinstance(o, tf.Tensor) and is_differentiable(o)])


@pytest.mark.parametrize("name", CALLS)
def test_the_derivative_is_that_of_the_tape(name):
    """<w, J v> is <J^T w, v>."""
    for call in CALLS[name][:2]:
        try:
            arguments = result_of(call)[1]
            sources = [a for a in arguments if is_differentiable(a)]
            if not sources or not all(isinstance(a, tf.Tensor) and a.shape.num_elements() for a in arguments):
                continue
            with tf.GradientTape() as tape:
                tape.watch(sources)
                outputs = result_of(call, arguments)[0]
            targets = [o for o in outputs if isinstance(o, tf.Tensor) and is_differentiable(o)]
            if not targets:
                continue
            vs, ws = directions(sources, 1), directions(targets, 2)
            gradients = tape.gradient(targets, sources, output_gradients=ws)
        except Exception:
            continue  # an error that other tests look at
        coarse = any(t.dtype in (tf.float16, tf.bfloat16) for t in sources + targets)
        size = 1 + sum(float(np.sum(np.abs(x))) for x in as_numbers(gradients))
        expected = product(gradients, vs)

        def run(*given):
            return result_of(call, given)[0]

        for traced in (False, True):
            try:
                tangents = moved(tf.function(run) if traced else run, arguments, sources, vs)
            except Exception as error:
                assert traced and any(text in str(error).replace("`run`", "`body`") for text in NOT_KNOWN), (call, error)
                continue
            found = product(ws, tangents)
            assert np.isfinite(found) == np.isfinite(expected), call
            assert not np.isfinite(expected) or abs(found - expected) <= (3e-2 if coarse else 1e-4) * size, call


def test_a_missing_tangent_has_its_reason():
    x = tf.constant([1.0, 2.0])
    with whygrad.diagnose() as report:
        with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as acc:
            y = tf.stop_gradient(x) * 2.0
            z = tf.cast(tf.argmax(x), tf.float32)
        assert acc.jvp([y, z]) == [None, None]
    stopped, position = report.findings
    assert "tf.stop_gradient  f32[2]     STOPS THE GRADIENT" in str(report)
    assert (stopped.code, position.code) == ("WG106", "WG103")
    with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as acc:
        with pytest.raises(LookupError, match="there is no gradient rule for unique"):
            tf.unique(x)


def test_what_is_no_tensor_has_no_tangent():
    x = tf.constant([1.0, 2.0])
    with pytest.raises(ValueError, match="a tangent is f32\\[1\\] and its primal f32\\[2\\]"):
        tf.autodiff.ForwardAccumulator(x, tf.constant([1.0]))
    acc = tf.autodiff.ForwardAccumulator(x, x)
    with pytest.raises(AttributeError, match="3.0 is a float"):
        acc.jvp(3.0)


def test_recomputed_functions_have_tangents():
    x, one = tf.constant(0.5), tf.constant(1.0)
    with tf.autodiff.ForwardAccumulator(x, one) as acc:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.recompute_grad(lambda x: tf.sin(x) * x)(x)
        gradient = tape.gradient(y, x)
    np.testing.assert_allclose(acc.jvp(y), np.cos(0.5) * 0.5 + np.sin(0.5), rtol=1e-6)
    np.testing.assert_allclose(acc.jvp(gradient), 2 * np.cos(0.5) - 0.5 * np.sin(0.5), rtol=1e-6)


def test_loops_of_traced_functions():
    """Trips that are known only when the function runs."""

    @tf.function
    def power(x, n):
        return tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a * x), [tf.constant(0), tf.ones_like(x)])[1]

    x = tf.constant(1.5)
    for n in (0, 1, 4):
        with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
            y = power(x, tf.constant(n))
        tangent = acc.jvp(y, unconnected_gradients="zero")
        np.testing.assert_allclose(tangent, n * 1.5 ** (n - 1), rtol=1e-6)
