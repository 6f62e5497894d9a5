"""Shapes that depend on elements, in traced functions: lists and loop variables that grow, parts by a mask. The numbers are TensorFlow 2.21's, except that
its graphs have no second derivative of a loop variable that grows by concat (InvalidArgumentError); there they are those of its eager loop."""

import pytest

import whygrad
import whygrad.tf as tf
from whygrad.errors import ArgumentError, ShapeError


@tf.function
def list_in_a_loop(n, x):
    ta = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
    v = x
    for i in tf.range(n):
        v = v * x
        ta = ta.write(i, v)
    return tf.reduce_sum(ta.stack() ** 2)


@tf.function
def sized_list(n, x):
    ta = tf.TensorArray(tf.float32, size=n)
    for i in tf.range(n):
        ta = ta.write(i, x ** tf.cast(i, tf.float32))
    return tf.reduce_sum(ta.stack())


@tf.function
def concat_in_a_loop(n, x):
    def trip(i, h):
        return i + 1, tf.concat([h, h[-1:] * x], 0)

    shapes = [tf.TensorShape([]), tf.TensorShape([None])]
    _, h = tf.while_loop(lambda i, h: i < n, trip, [tf.constant(0), tf.reshape(x, [1])], shape_invariants=shapes)
    return tf.reduce_sum(h * h)


@tf.function
def concat_in_a_while(n, x):
    h = tf.reshape(x, [1])
    i = 0
    while i < n:
        tf.autograph.experimental.set_loop_options(shape_invariants=[(h, tf.TensorShape([None]))])
        h = tf.concat([h, h[-1:] * x], 0)
        i += 1
    return tf.reduce_sum(h * h)


def derivatives(f, n):
    x = tf.constant(1.5)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(tf.constant(n), x)
        first = tape.gradient(y, x)
    return [y.numpy(), first.numpy(), outer.gradient(first, x).numpy()]


@pytest.mark.parametrize(
    "f, n, expected",
    [
        (list_in_a_loop, 3, [42.08203125, 195.75, 816.75]),
        (list_in_a_loop, 5, [229.493408203125, 1618.154296875, 10735.13671875]),
        (list_in_a_loop, 3, [42.08203125, 195.75, 816.75]),  # the first trace again
        (list_in_a_loop, 1, [5.0625, 13.5, 27.0]),
        (sized_list, 3, [4.75, 4.0, 2.0]),
        (sized_list, 5, [13.1875, 24.25, 38.0]),
        (concat_in_a_loop, 0, [2.25, 3.0, 2.0]),
        (concat_in_a_loop, 3, [44.33203125, 198.75, 818.75]),
        (concat_in_a_while, 3, [44.33203125, 198.75, 818.75]),
        (concat_in_a_while, 1, [7.3125, 16.5, 29.0]),
    ],
)
def test_values_and_derivatives(f, n, expected):
    assert derivatives(f, n) == pytest.approx(expected, rel=1e-6)


def test_each_number_of_trips_has_a_trace_and_old_ones_are_found_again():
    traced = []

    @tf.function
    def f(n):
        traced.append("trace")
        ta = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        for i in tf.range(n):
            ta = ta.write(i, 1.0)
        return tf.reduce_sum(ta.stack())

    assert [float(f(tf.constant(n))) for n in (2, 3, 2, 3, 2)] == [2, 3, 2, 3, 2]
    assert len(traced) == 2
    with whygrad.diagnose() as report:
        for n in range(4, 12):
            f(tf.constant(n))
    assert "elements that decide a shape or how often a loop runs" in str(report)


def test_a_loop_until_something_holds():
    @tf.function
    def until(x):
        ta = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        i = 0
        while tf.reduce_sum(x) < 50.0:
            x = x * 2.0
            ta = ta.write(i, x)
            i += 1
        return ta.stack(), ta.size()

    rows, size = until(tf.constant([1.0, 2.0]))
    assert rows.numpy().tolist() == [[2, 4], [4, 8], [8, 16], [16, 32], [32, 64]] and int(size) == 5
    rows, size = until(tf.constant([10.0, 2.0]))
    assert rows.numpy().tolist() == [[20, 4], [40, 8], [80, 16]] and int(size) == 3


def test_parts_by_a_mask():
    @tf.function
    def f(x):
        return tf.reduce_sum(tf.boolean_mask(x, x > 0.0) ** 2)

    for values, expected in (([1.0, -2.0, 3.0], (10, [2, 0, 6])), ([-1.0, -2.0, 3.0], (9, [0, 0, 6])), ([4.0, 5.0, -3.0], (41, [8, 10, 0]))):
        x = tf.constant(values)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        assert (float(y), tape.gradient(y, x).numpy().tolist()) == expected


def test_the_value_of_a_variable_before_the_call_counts():
    v = tf.Variable(3)

    @tf.function
    def f(x):
        ta = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        for i in tf.range(v):
            ta = ta.write(i, x)
        v.assign_add(1)
        return tf.reduce_sum(ta.stack())

    assert [float(f(tf.constant(1.0))) for _ in range(3)] == [3, 4, 5]
    assert int(v) == 6


def test_unique():
    @tf.function
    def f(x):
        values, index = tf.unique(x)
        return values, tf.reduce_sum(index)

    for x, expected in (([1, 1, 2], ([1, 2], 1)), ([1, 2, 3], ([1, 2, 3], 3))):
        values, total = f(tf.constant(x))
        assert (values.numpy().tolist(), int(total)) == expected


def test_a_gradient_that_only_a_mask_reads_says_so():
    x = tf.Variable([1.0, -2.0, 3.0], name="x")

    @tf.function
    def count():
        return tf.cast(tf.reduce_sum(tf.where(x > 0.0)), tf.float32)

    with whygrad.diagnose() as report, tf.GradientTape() as tape:
        y = count()
        assert tape.gradient(y, x) is None
    (finding,) = report.findings
    assert finding.op == "Greater" and "test_growing.py" in str(report), report


def test_what_another_run_would_not_compute_again_is_refused():
    @tf.function
    def drawn(x):
        return tf.boolean_mask(x, tf.random.uniform([3]) > 0.5)

    with pytest.raises(ArgumentError, match="abstract, and the shape of the result depends on its elements"):
        drawn(tf.constant([1.0, 2.0, 3.0]))


def test_a_loop_variable_that_grows_without_invariants_is_refused():
    @tf.function
    def f(n):
        return tf.while_loop(lambda i, h: i < n, lambda i, h: (i + 1, tf.concat([h, h], 0)), [tf.constant(0), tf.constant([1.0])])

    with pytest.raises(ShapeError, match="went in as .* and came out as"):
        f(tf.constant(3))


def test_a_trace_for_specs_alone_has_no_elements():
    with pytest.raises(ArgumentError):
        list_in_a_loop.python_function  # exists
        tf.function(lambda x: tf.boolean_mask(x, x > 0.0)).get_concrete_function(tf.TensorSpec([3], tf.float32))
