"""Functions of the host, tf.gradients, unknown extents and what is told of traces: why a function was traced again, and what it read that has changed."""

import sys

import numpy as np
import pytest

import whygrad
import whygrad.tf as tf


def value(x):
    if isinstance(x, (list, tuple)):
        return [value(part) for part in x]
    return x.numpy().tolist() if hasattr(x, "numpy") else x


def line_of(function, further=0):
    return f"test_function_facts.py:{function.python_function.__code__.co_firstlineno + further}"


# Functions of the host.


@pytest.mark.parametrize("kind", [tf.float32, tf.TensorSpec([2], tf.float32)], ids=["dtype", "spec"])
def test_numpy_function_is_called_at_each_run(kind):
    seen = []

    def doubled(a):
        seen.append(type(a))
        return a * np.float32(2.0)

    @tf.function
    def f(x):
        return tf.numpy_function(doubled, [x * 3.0], kind) + 1.0

    assert value([f(tf.constant([1.0, 2.0])), f(tf.constant([0.0, 1.0]))]) == [[7.0, 13.0], [1.0, 7.0]]
    assert seen == [np.ndarray, np.ndarray]
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    assert tape.gradient(y, x) is None
    (finding,) = whygrad.explain(tape, y, x).findings
    assert finding.line == f.python_function.__code__.co_firstlineno + 2


def test_py_function_has_a_gradient():
    seen = []

    def cubed(x, n):
        seen.append(float(x))
        return x**3, n + 1

    @tf.function
    def f(x, n):
        y, m = tf.py_function(cubed, [x, n], [tf.float32, tf.int32])
        return y * 2.0, m

    x = tf.constant(2.0)
    for _ in range(2):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y, m = f(x, tf.constant(4))
        assert value([y, m, tape.gradient(y, x)]) == [16.0, 5, 24.0]
    assert seen == [2.0, 2.0]

    @tf.function
    def inside(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.py_function(lambda a: tf.sin(a) * a, [x], tf.float32)
        return tape.gradient(y, x)

    assert value(inside(x)) == pytest.approx(float(np.sin(2.0) + 2.0 * np.cos(2.0)))


def test_host_functions_of_unknown_shape():
    f = tf.function(lambda x: tf.numpy_function(lambda a: a, [x], tf.float32))
    with pytest.raises(NotImplementedError, match=r"Tout=tf.TensorSpec\(\[2, 3\], tf.float32\)"):
        f.get_concrete_function(tf.TensorSpec([2], tf.float32))
    assert value(f(tf.constant([1.0, 2.0]))) == [1.0, 2.0]
    known = tf.function(lambda x: tf.numpy_function(lambda a: a, [x], tf.TensorSpec([2], tf.float32)))
    assert known.get_concrete_function(tf.TensorSpec([2], tf.float32)).output_shapes.as_list() == [2]
    sizes = iter([2, 3])
    g = tf.function(lambda x: tf.py_function(lambda a: tf.zeros([next(sizes)]), [x], tf.float32))
    assert value(g(tf.constant(1.0))) == [0.0, 0.0]
    with pytest.raises(tf.errors.InvalidArgumentError, match="return one shape"):
        g(tf.constant(2.0))


def test_init_scope_is_outside():
    seen = []

    @tf.function
    def f(x):
        assert tf.inside_function() and not tf.executing_eagerly()
        with tf.init_scope():
            assert tf.executing_eagerly() and not tf.inside_function()
            seen.append(value(tf.constant(2.0) * 3.0))
        assert not tf.executing_eagerly()
        return x * tf.constant(seen[0])

    assert value(f(tf.constant(2.0))) == 12.0 and seen == [6.0]
    with tf.init_scope():
        assert tf.executing_eagerly()


def test_layers_are_built_in_a_function():
    layer = tf.keras.layers.Dense(1, kernel_initializer="ones")
    f = tf.function(lambda x: layer(x))
    assert value(f(tf.constant([[1.0, 2.0]]))) == [[3.0]]
    assert len(layer.trainable_variables) == 2


# tf.gradients


def test_gradients_inside_a_function():
    v, u = tf.Variable(3.0), tf.Variable(1.0)

    @tf.function
    def f(x):
        y = x * x * v
        z = y * v
        return tf.gradients(z, [x, v, u]), tf.gradients([y, z], y, grad_ys=[tf.constant(2.0), None]), tf.gradients(tf.gradients(y, x), x)

    assert value(f(tf.constant(2.0))) == [[36.0, 24.0, None], [5.0], [6.0]]

    @tf.function
    def zero(x):
        return tf.gradients(x, u, unconnected_gradients=tf.UnconnectedGradients.ZERO)

    assert value(zero(tf.constant(2.0))) == [0.0]


def test_gradients_outside_of_a_function():
    with pytest.raises(RuntimeError, match="not supported when eager execution is enabled"):
        tf.gradients(tf.constant(1.0), tf.constant(1.0))
    with pytest.raises(NotImplementedError, match="tf.stop_gradient"):
        tf.function(lambda x: tf.gradients(x * x, x, stop_gradients=[x]))(tf.constant(1.0))


# Unknown extents.


def test_unknown_extents_in_the_answer():
    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def f(x):
        return {"rows": tf.reduce_sum(x, 1), "sum": tf.reduce_sum(x), "gram": tf.matmul(x, x, transpose_a=True)}

    concrete = f.get_concrete_function()
    assert {key: shape.as_list() for key, shape in concrete.output_shapes.items()} == {"rows": [None], "sum": [], "gram": [3, 3]}
    assert concrete.output_dtypes["rows"] == tf.float32
    assert value(concrete(tf.ones([5, 3]))["rows"]) == [3.0] * 5
    assert value(f(tf.ones([2, 3]))["sum"]) == 6.0
    assert f.experimental_get_tracing_count() == 1
    with pytest.raises(TypeError, match="another kind"):
        concrete(tf.ones([5, 4]))

    @tf.function
    def g(x, k):
        return tf.reshape(x, [-1, 4]) * k

    open_rows = g.get_concrete_function(tf.TensorSpec([None], tf.float32), 2.0)
    assert open_rows.structured_outputs.shape.as_list() == [None, 4]
    assert value(open_rows(tf.ones([4]))) == [[2.0] * 4]
    assert g.experimental_get_tracing_count() == 1
    with pytest.raises(NotImplementedError, match="no rank"):
        g.get_concrete_function(tf.TensorSpec(None, tf.float32), 2.0)


def test_reduce_retracing():
    @tf.function(reduce_retracing=True)
    def f(x):
        return tf.reduce_sum(x)

    for size in range(1, 6):
        assert value(f(tf.ones([size]))) == size
    assert f.experimental_get_tracing_count() == 2


def test_numbers_that_are_special():
    traced = tf.function(lambda x, k: x * k)
    one = tf.constant(1.0)
    for _ in range(3):
        assert value(traced(one, float("nan"))) != value(traced(one, 1.0))
    assert traced.experimental_get_tracing_count() == 2
    assert [np.signbit(traced(one, zero).numpy()) for zero in (0.0, -0.0)] == [False, True]


def test_graphs_and_sessions_say_what_to_write():
    for name in ("Graph", "Session", "compat"):
        with pytest.raises(AttributeError, match="tf.function"):
            getattr(tf, name)


def test_a_function_that_calls_itself():
    @tf.function
    def f(x):
        return f(x)

    with pytest.raises(ValueError, match="it calls itself while it is traced"):
        f(tf.constant(1.0))


# What a report says of traces.


class Settings:
    rate = 0.5


SCALE = 2.0


def remarks(run):
    with whygrad.diagnose() as report:
        run()
    return report.note


def test_the_cause_of_retracing():
    def told(argument):
        @tf.function
        def f(x, k=None, *more):
            return tf.reduce_sum(x["a"] if isinstance(x, dict) else x)

        return remarks(lambda: [f(*argument(i)) for i in range(6)]), f

    x = tf.constant([1.0])
    text, f = told(lambda i: (x, float(i)))
    assert f"`f` ({line_of(f)}) was traced 6 times" in text
    assert "the Python number `k` (4.0, now 5.0)" in text and "help: pass it as a tensor" in text
    text, _ = told(lambda i: (tf.ones([i + 1]),))
    assert "the shape of `x` ([5], now [6])" in text or "the shape of `x` ([1], now [6])" in text
    assert "help: give the function an input_signature" in text
    text, _ = told(lambda i: ({"a": x}, None, object()))
    assert "the object `more[0]`, which is another object" in text and "help: make it once" in text
    kinds = [tf.float32, tf.float64, tf.int32, tf.int64, tf.float16, tf.bfloat16]
    text, _ = told(lambda i: (tf.cast(x, kinds[i]),))
    assert "the dtype of `x`" in text and "now bfloat16" in text
    text, _ = told(lambda i: (x, 1.0))
    assert "traced" not in text
    # One remark for each function, and fewer than six traces are nothing to tell.
    g = tf.function(lambda a, n: a * n)
    text = remarks(lambda: [g(x, n) for n in range(8)])
    assert text.count("was traced") == 1 and "was traced 8 times" in text
    f = tf.function(lambda x, k: x * k)
    assert "traced" not in remarks(lambda: [f(x, float(i)) for i in range(5)])


def test_python_that_changed_since_the_trace(monkeypatch):
    table, settings = np.array([1.0, 2.0], np.float32), Settings()
    rate = 0.1

    def helper(x):
        return x * rate

    class Model:
        def __init__(self):
            self.factor = 3

        @tf.function
        def call(self, x):
            return helper(x * self.factor) * SCALE + table

    model = Model()
    x = tf.constant([1.0, 1.0])
    before = value(model.call(x))
    assert "was traced" not in remarks(lambda: model.call(x))
    rate, model.factor = 0.2, 4
    monkeypatch.setattr(sys.modules[__name__], "SCALE", 5.0)
    table[:] = 0.0
    text = remarks(lambda: model.call(x))
    assert value(model.call(x)) == before  # the graph keeps what it was
    assert "the Python value `self.factor` was 3 when `call`" in text and "is 4 now" in text
    assert "the Python value `rate` was 0.1 when `helper`" in text and "is 0.2 now" in text
    assert "the Python value `SCALE` was 2.0" in text
    assert "the array `table` was an array when `call`" in text and "has other numbers now" in text
    assert "help: pass `rate` as an argument, or keep it in a tf.Variable" in text
    assert settings.rate == 0.5


def test_reads_to_the_host_while_tracing():
    for read in (lambda x: x.numpy(), lambda x: x.numpy().tolist(), lambda x: [1, 2][x], lambda x: np.asarray(x)):
        function = tf.function(read, autograph=False)
        with pytest.raises((ValueError, TypeError, NotImplementedError)) as error:
            function(tf.constant(1))
        assert "traced" in str(error.value) and "help:" in str(error.value)
        assert any(str(entry.path) == __file__ and entry.name == "<lambda>" for entry in error.traceback)


# Reasons: those of the function that is not traced, at the same lines.

W = tf.Variable(2.0, name="w")


def _picked(a):
    scaled = a * W
    if a > 0.0:
        index = tf.argmax([scaled, a])
        out = tf.cast(index, tf.float32)
    else:
        out = tf.round(scaled)
    return out


def _in_a_branch(x):
    if x > 1.0 and x < 10.0:
        return _picked(x)
    return x


def _in_a_loop(x):
    total = tf.constant(0.0)
    for _ in tf.range(tf.cast(x, tf.int32)):
        total = total + tf.floor(x * W)
    return total


def _stopped(x):
    y = tf.stop_gradient(W) * x
    while y < 100.0:
        y = y * 2.0
    return y


def _never_used(x):
    return x * 2.0


def _through_integers(x):
    n = tf.cast(W * x, tf.int32)
    if n > 2:
        n = n + 1
    return tf.cast(n, tf.float32)


def _host(x):
    return tf.numpy_function(lambda a: a, [W * x], tf.float32)


@pytest.mark.parametrize("function", [_picked, _in_a_branch, _in_a_loop, _stopped, _never_used, _through_integers, _host])
@pytest.mark.parametrize("values", [False, True])
def test_findings_are_those_of_the_function_itself(function, values):
    def found(run):
        with whygrad.diagnose(values=values) as report:
            with tf.GradientTape() as tape:
                y = run(tf.constant(3.0))
            assert tape.gradient(y, W) is None
        (finding,) = report.findings
        return finding.cause, finding.op, finding.file, finding.line, finding.remedy

    assert found(tf.function(function))[:4] == found(function)[:4]
