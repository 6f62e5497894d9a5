"""Python's loops on tensors of a trace: the graph's loops where it decides how often, Python's where that is known."""

import itertools

import pytest

import whygrad.tf as tf


def value(x):
    if isinstance(x, (list, tuple)):
        return [value(part) for part in x]
    return x.numpy().tolist() if hasattr(x, "numpy") else x


def value_and_gradient(function, at):
    x = tf.constant(at)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return value(y), value(tape.gradient(y, x))


def raised(function, error, *arguments):
    with pytest.raises(error) as caught:
        tf.function(function)(*(arguments or [tf.constant(1.0)]))
    return str(caught.value), caught


def test_a_loop_over_rows_with_break_and_continue():
    @tf.function
    def f(x):
        s = tf.zeros([])
        for row in x:
            if row > 2.5:
                break
            if row < 1.5:
                continue
            s += row * row
        return s

    assert value_and_gradient(f, [1.0, 2.0, 3.0, 2.0]) == (4.0, [0.0, 4.0, 0.0, 0.0])
    assert value_and_gradient(f, [2.0, 2.0, 2.0, 2.0]) == (16.0, [4.0] * 4)


def test_a_return_from_a_loop_over_rows():
    @tf.function
    def f(rows):
        for row in rows:
            if row > 2.0:
                return row
        return tf.constant(-1.0)

    assert value(f(tf.constant([1.0, 3.0, 4.0]))) == 3.0
    assert value(f(tf.constant([1.0, 1.0, 1.0]))) == -1.0


def newton(a):
    x = a
    while tf.abs(x * x - a) > 1e-4:
        x = 0.5 * (x + a / x)
    return x


def test_a_loop_of_the_graph():
    f = tf.function(newton)
    for at in (7.0, 2.0):
        result, slope = value_and_gradient(f, at)
        assert result == pytest.approx(at**0.5, abs=1e-4) and slope == pytest.approx(0.5 * at**-0.5, abs=1e-3)
        assert (result, slope) == pytest.approx(value_and_gradient(newton, at), rel=1e-6)
    assert f.experimental_get_tracing_count() == 1


def test_loops_over_ranges_of_the_graph():
    @tf.function
    def breaks(x, n):
        s = tf.constant(0.0)
        for i in tf.range(n):
            if tf.cast(i, tf.float32) > x:
                break
            if i % 2 == 0:
                continue
            s += tf.cast(i, tf.float32) * x
        return s

    x = tf.constant(5.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = breaks(x, tf.constant(10))
    assert value([y, tape.gradient(y, x)]) == [45.0, 9.0]

    @tf.function
    def nested(n, x):
        s = tf.constant(0.0)
        for i in range(n):
            for j in tf.range(i):
                if (i + j) % 2 == 0:
                    s += x * tf.cast(j, tf.float32)
        return s

    x = tf.constant(2.0)
    for n, total, slope in [(5, 6.0, 3.0), (0, 0.0, 0.0)]:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = nested(tf.constant(n), x)
        assert value([y, tape.gradient(y, x)]) == [total, slope]

    @tf.function
    def downwards(n):
        last = tf.constant(-1)
        for last in tf.range(n, 0, -3):  # noqa: B007
            pass
        return last

    assert value([downwards(tf.constant(n)) for n in (10, 0)]) == [1, -1]


def test_what_only_a_loop_sets():
    @tf.function
    def f(n):
        for i in tf.range(n):
            y = i * 2
        return y

    assert value(f(tf.constant(3))) == 4

    @tf.function
    def found(x, n):
        for i in tf.range(n):
            if tf.cast(i, tf.float32) * x > 5.0:
                return i, x * 2.0
        return -1, x

    assert value([found(tf.constant(2.0), tf.constant(n)) for n in (10, 2, 0)]) == [[3, 4.0], [-1, 2.0], [-1, 2.0]]


def test_positions_and_sizes_in_loops():
    w, u = tf.Variable([[0.5]]), tf.Variable([[0.3]])

    @tf.function
    def rnn(x, n):
        h = tf.zeros([1, 1])
        for t in tf.range(n):
            h = tf.tanh(tf.matmul(x[t], w) + tf.matmul(h, u))
        return tf.reduce_sum(h)

    x = tf.constant([[[1.0]], [[2.0]], [[-1.0]], [[0.5]]])
    with tf.GradientTape() as tape:
        y = rnn(x, tf.constant(3))
    assert value(y) == pytest.approx(-0.2503758668899536, abs=1e-6)
    assert sum(value(tape.gradient(y, [w, u])), []) == [pytest.approx([-0.7251287698745728]), pytest.approx([0.8067823052406311])]

    @tf.function
    def squares(x):
        n = tf.shape(x)[0]
        rows = tf.TensorArray(tf.float32, size=n)
        for i in tf.range(n):
            rows = rows.write(i, x[i] ** 2 + x[i - 1])
        return rows.stack()

    assert value(squares(tf.constant([1.0, 2.0, 3.0]))) == [4.0, 5.0, 11.0]

    @tf.function
    def untaken(t):
        if tf.size(t) == 2:
            return t[1]
        else:
            return t[0]

    assert value([untaken(tf.constant([1.0])), untaken(tf.constant([1.0, 2.0]))]) == [1.0, 2.0]


def test_loop_options():
    @tf.function
    def f(x):
        while x < 1000.0:
            tf.autograph.experimental.set_loop_options(maximum_iterations=3, parallel_iterations=1)
            x = x * 2.0
        return x

    assert value_and_gradient(f, 1.0) == (8.0, 8.0)


def test_structures_in_loops():
    @tf.function
    def f(x, n):
        s, d, k = (x, x * 2.0), {"a": x, "b": x}, [x, x]
        for _ in tf.range(n):
            s = (s[1], s[0] + s[1])
            d = {"a": d["b"], "b": d["a"] + d["b"]}
            k[0] = k[0] + k[1]
        return s, d, k[0]

    assert value(f(tf.constant(1.0), tf.constant(4))[0]) == [8.0, 13.0]
    assert value(f(tf.constant(1.0), tf.constant(4))[1]["b"]) == 8.0
    assert value(f(tf.constant(1.0), tf.constant(4))[2]) == 5.0


def test_loops_of_known_trips_are_python():
    @tf.function
    def f(x):
        i, out = 0, []
        while i < 3:
            i += 1
            if i == 2:
                continue
            out.append(x * i)
        else:
            x = x + 1.0
        for k in range(5):
            if k == 2:
                break
        else:
            x = x * 100.0
        for j in tf.range(4):
            x = x + tf.cast(j, tf.float32)
        return tf.stack(out), x, k

    assert value(f(tf.constant(1.0))) == [[1.0, 3.0], 8.0, 2]


def test_a_data_set_is_read_at_each_run():
    calls = []
    data = tf.data.Dataset.from_tensor_slices([1.0, 2.0, 3.0, 4.0]).shuffle(4, seed=1).batch(2)

    @tf.function
    def f(k):
        calls.append(1)
        total, first = tf.zeros([]), None
        for batch in data:
            first = batch[0] if first is None else first
            total += k * tf.reduce_sum(batch)
        return total, first

    k = tf.constant(2.0)
    seen = set()
    for _ in range(12):
        with tf.GradientTape() as tape:
            tape.watch(k)
            total, first = f(k)
        assert value([total, tape.gradient(total, k)]) == [20.0, 10.0]
        seen.add(value(first))
    assert len(seen) > 1 and calls == [1]
    with pytest.raises(NotImplementedError, match="no end of elements"):
        tf.function(lambda: [x for x in data.repeat()])()


def test_loops_whose_variables_change():
    def grows(n):
        v = tf.zeros([1])
        for _ in tf.range(n):
            v = tf.concat([v, [1.0]], 0)
        return v

    words = raised(grows, TypeError, tf.constant(3))[0]
    assert (
        "`v` before and after a trip of the loop at test_autograph_loops.py:" in words
        and "the shapes (1,) and (2,)" in words
        and "tf.TensorArray" in words
    )

    def other_dtype(x):
        n = 0
        while x > 0.0:
            n = 0.5
            x = x - 1.0
        return n

    assert "the dtypes int32 and float32" in raised(other_dtype, TypeError)[0]

    def becomes_none(x):
        y = x
        while x > 0.0:
            y = None
            x = x - 1.0
        return y

    assert "are a tensor and None" in raised(becomes_none, TypeError)[0]


def test_a_python_loop_that_a_tensor_leaves():
    @tf.function
    def f(x):
        for i in range(5):  # noqa: B007
            x = x * 2.0
            if x > 10.0:
                break
        return x, i

    assert [value_and_gradient(lambda x: f(x)[0], at) for at in (1.5, 6.0, 0.1)] == [(12.0, 8.0), (12.0, 2.0), (pytest.approx(3.2), 32.0)]
    assert value(f(tf.constant(1.5))[1]) == 2

    def endless(x):
        for _ in itertools.count():
            x = x * 2.0
            if x > 10.0:
                break
        return x

    assert "not supported in such loops\nhelp: loop over a list or tf.range(n)" in raised(endless, NotImplementedError)[0]


def test_iterators_go_on_at_each_run():
    data = tf.data.Dataset.from_tensor_slices([1.0, 2.0, 3.0, 4.0, 5.0])
    iterator = iter(data)

    @tf.function
    def doubled():
        return next(iterator) * 2.0

    assert value([doubled(), doubled()]) == [2.0, 4.0]

    @tf.function
    def some(it, n):
        s = tf.constant(0.0)
        for _ in tf.range(n):
            s += next(it)
        return s

    assert value(some(iterator, tf.constant(2))) == 7.0
    with pytest.raises(tf.errors.OutOfRangeError, match="End of sequence"):
        some(iterator, tf.constant(2))

    @tf.function
    def rest(it, k):
        s = tf.constant(0.0)
        for x in it:
            if x > 4.5:
                break
            s += x * k
        return s

    k = tf.constant(2.0)
    for taken, expected in [(0, 10.0), (2, 7.0)]:
        it = iter(data)
        for _ in range(taken):
            next(it)
        with tf.GradientTape() as tape:
            tape.watch(k)
            y = rest(it, k)
        assert value([y, tape.gradient(y, k)]) == [2 * expected, expected]
    assert [value(x) for x in iter(data)] == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert value(iter(data).get_next()) == 1.0
