"""Python's statements on tensors of a trace: what TensorFlow 2.21 gives of the same functions, and Python's own answer where a condition is a Python value."""

import ast
import functools
import inspect

import pytest

import whygrad
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


def a_choice(x):
    if x > 0.0:
        y = x * x
    else:
        y = -x
    return y


def early_returns(x):
    if x > 10.0:
        return x
    if x > 0.0:
        if x > 5.0:
            return 2.0 * x
        x = x + 1.0
    y = x * x
    return y


def locals_of_one_branch(x):
    if x > 0.0:
        t = tf.stack([x, x])
        y = tf.reduce_sum(t)
    else:
        t = tf.stack([x, x, x])
        y = tf.reduce_sum(t)
    return y


def a_ternary(x):
    return x * 2.0 if x > 0.0 else -x


def a_nested_function(x):
    def scaled(y):
        if y > 0.0:
            return y * k
        return y

    k = tf.constant(3.0)
    return scaled(x)


def an_element_of_a_dict(x):
    d = {"a": x}
    if x > 0.0:
        d["a"] = d["a"] * 2.0
    return d["a"]


def within_try_and_with(x):
    try:
        if x > 0.0:
            x = x * 2.0
        else:
            x = x * 3.0
    finally:
        y = x + 1.0
    with tf.name_scope("scope"):
        if y > 2.0:
            return y
        y = y * 2.0
    return y


def _relu(x):
    if x > 0.0:
        return x
    return 0.0 * x


def a_called_function(x):
    return _relu(x) + _relu(-x) * 2.0


def booleans(x):
    if x > 0.0 and x < 2.0:
        return x * 2.0
    elif not x > -2.0 or x == 5.0:
        return x * 3.0
    else:
        return x


def a_chain(x):
    return x * 2.0 if 0.0 < x < 2.0 else x


CASES = [
    (a_choice, [(3.0, 9.0, 6.0), (-3.0, 3.0, -1.0)]),
    (early_returns, [(11.0, 11.0, 1.0), (6.0, 12.0, 2.0), (2.0, 9.0, 6.0), (-1.0, 1.0, -2.0)]),
    (locals_of_one_branch, [(1.0, 2.0, 2.0), (-1.0, -3.0, 3.0)]),
    (a_ternary, [(2.0, 4.0, 2.0), (-2.0, 2.0, -1.0)]),
    (a_nested_function, [(1.0, 3.0, 3.0), (-1.0, -1.0, 1.0)]),
    (an_element_of_a_dict, [(1.0, 2.0, 2.0), (-1.0, -1.0, 1.0)]),
    (within_try_and_with, [(1.0, 3.0, 2.0), (-1.0, -4.0, 6.0)]),
    (a_called_function, [(2.0, 2.0, 1.0), (-2.0, 4.0, -2.0)]),
    (booleans, [(1.0, 2.0, 2.0), (-3.0, -9.0, 3.0), (5.0, 15.0, 3.0), (-1.0, -1.0, 1.0)]),
    (a_chain, [(1.0, 2.0, 2.0), (3.0, 3.0, 1.0)]),
]


@pytest.mark.parametrize("function, expected", CASES, ids=[f.__name__ for f, _ in CASES])
def test_a_choice_is_made_when_the_graph_runs(function, expected):
    traced = tf.function(function)
    for at, result, slope in expected:
        assert value_and_gradient(traced, at) == (result, slope)
        assert value_and_gradient(function, at) == (result, slope)
    assert traced.experimental_get_tracing_count() == 1


def test_a_python_condition_is_decided_while_tracing():
    @tf.function
    def f(x, double, mask=None):
        if mask is not None:
            x = x * mask
        if double:
            if x > 0.0:
                x = x * 2.0
        elif x < 0.0:
            x = x * 3.0
        return x

    assert value(f(tf.constant(1.0), True)) == 2.0
    assert value(f(tf.constant(-1.0), False)) == -3.0
    assert value(f(tf.constant(1.0), False, tf.constant(2.0))) == 2.0


def test_python_runs_once_in_each_branch():
    seen = []

    @tf.function
    def f(x):
        if x > 0.0:
            seen.append("main")
            y = x
        else:
            seen.append("else")
            y = -x
        return y

    f(tf.constant(1.0)), f(tf.constant(2.0))
    assert seen == ["main", "else"]


def test_parts_of_variables_in_branches():
    v = tf.Variable([1, 2, 3])

    @tf.function
    def f():
        if v[0] > 3:
            v[0].assign(1)
        else:
            v[0].assign(9)

    f()
    assert value(v) == [9, 2, 3]
    f()
    assert value(v) == [1, 2, 3]


def test_variables_are_written_in_the_branch_that_runs():
    v = tf.Variable(1.0)

    @tf.function
    def f(x):
        if x > 0.0:
            v.assign_add(x)
        else:
            v.assign(0.0)
        return v * x

    assert value([f(tf.constant(2.0)), v]) == [6.0, 3.0]
    assert value([f(tf.constant(-1.0)), v]) == [0.0, 0.0]


def test_what_only_the_other_branch_uses_has_zeros():
    v, w = tf.Variable(2.0), tf.Variable(3.0)

    @tf.function
    def f(x):
        if x > 0.0:
            return v * x
        else:
            return w * x

    for at, expected in [(1.0, [1.0, 0.0]), (-1.0, [0.0, -1.0])]:
        with tf.GradientTape() as tape:
            y = f(tf.constant(at))
        assert value(tape.gradient(y, [v, w])) == expected


def test_attributes_and_methods():
    class Model(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = tf.keras.layers.Dense(1, kernel_initializer="ones")
            self.last = tf.constant(0.0)

        def call(self, x):
            y = self.dense(x)
            if tf.reduce_sum(y) > 0.0:
                y = y * 2.0
            return y

    class Doubled(Model):
        def call(self, x):
            y = super().call(x)
            if y[0, 0] > 0.0:
                y = super().call(x) * 2.0
            return y

    for model, expected in [(Model(), [[[6.0]], [[-3.0]]]), (Doubled(), [[[12.0]], [[-3.0]]])]:
        f = tf.function(model)
        assert value([f(tf.constant([[1.0, 2.0]])), f(tf.constant([[-1.0, -2.0]]))]) == expected

    class State:
        pass

    state = State()

    @tf.function
    def g(x):
        state.h = tf.constant(1.0)
        if x > 0.0:
            state.h = state.h + x
        return state.h * 2.0

    assert value([g(tf.constant(1.0)), g(tf.constant(-1.0))]) == [4.0, 2.0]


def test_functions_that_the_library_is_given():
    def step(x):
        if x > 0.0:
            return x * 2.0
        return x

    @tf.function
    def f(x):
        return tf.map_fn(step, x)

    assert value_and_gradient(f, [1.0, -1.0]) == ([2.0, -1.0], [2.0, 1.0])


def test_a_tape_in_a_branch_and_a_second_derivative():
    v = tf.Variable(2.0)

    @tf.function
    def f(x):
        if x > 0.0:
            with tf.GradientTape() as tape:
                y = v * v * x
            g = tape.gradient(y, v)
        else:
            g = tf.zeros([])
        return g

    assert value([f(tf.constant(3.0)), f(tf.constant(-1.0))]) == [12.0, 0.0]

    @tf.function
    def cubed(x):
        if x > 0.0:
            return x**3
        return x**2

    for at, expected in [(2.0, [12.0, 12.0]), (-2.0, [-4.0, 2.0])]:
        x = tf.constant(at)
        with tf.GradientTape() as outer:
            outer.watch(x)
            first = value_and_gradient_of(cubed, x)
        assert value([first, outer.gradient(first, x)]) == pytest.approx(expected)


def value_and_gradient_of(function, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x)


def test_builtins_take_tensors():
    @tf.function
    def f(x, y):
        return [float(x > 0.0), int(x), max(x, y), min(x, y), abs(x), len(tf.stack([x, y])), sum(tf.stack([x, y]))]

    assert value(f(tf.constant(-1.5), tf.constant(2.0))) == [0.0, -1, 2.0, -1.5, 1.5, 2, 0.5]


def test_assert_is_checked_when_the_graph_runs():
    @tf.function
    def f(x):
        assert x > 0.0, "too small"
        assert True
        return x

    assert value(f(tf.constant(1.0))) == 1.0
    with pytest.raises(tf.errors.InvalidArgumentError, match="too small"):
        f(tf.constant(-1.0))


def raised(function, error, *arguments):
    with pytest.raises(error) as caught:
        tf.function(function)(*(arguments or [tf.constant(1.0)]))
    return str(caught.value), caught


def test_branches_that_differ():
    def one_branch(x):
        if x > 0.0:
            y = x
        return y

    words, caught = raised(one_branch, ValueError)
    assert "'y' must also be initialized in the else branch" in words and "help: give `y` a value before the `if`" in words
    line = one_branch.__code__.co_firstlineno + 1
    assert f"test_autograph.py:{line}" in words
    assert (__file__, line) in [(str(entry.path), entry.lineno + 1) for entry in caught.traceback]

    def other_dtype(x):
        if x > 0.0:
            y = x
        else:
            y = 1
        return y

    assert "`y`" in raised(other_dtype, TypeError)[0] and "the dtypes float32 and int32" in raised(other_dtype, TypeError)[0]

    def other_structure(x):
        if x > 0.0:
            y = (x, x)
        else:
            y = (x,)
        return y

    assert "do not have the same nested structure" in raised(other_structure, TypeError)[0]

    def no_result(x):
        if x > 0.0:
            return x

    assert "the else branch must also have a return statement" in raised(no_result, ValueError)[0]


def test_what_is_left_as_it_is():
    @tf.autograph.experimental.do_not_convert
    def as_it_is(x):
        return x if x > 0.0 else -x

    for function in (tf.function(lambda x: as_it_is(x)), tf.function(autograph=False)(a_choice)):
        with pytest.raises(NotImplementedError, match="only known when the traced function"):
            function(tf.constant(1.0))


def test_lines_and_names_are_the_users():
    w = tf.Variable(2.0, name="w")

    @tf.function
    def f(x):
        if x > 0.0:
            index = tf.argmax([x * w, x])
            y = tf.cast(index, tf.float32)
        else:
            y = x
        return y

    with tf.GradientTape() as tape:
        y = f(tf.constant(1.0))
    (finding,) = whygrad.explain(tape, y, w).findings
    first = f.python_function.__code__.co_firstlineno
    assert finding.op == "ArgMax" and finding.line == first + 3
    assert "ag__" not in str(whygrad.explain(tape, y, w))


def test_to_code_and_to_graph():
    source = tf.autograph.to_code(a_choice)
    ast.parse(source)
    assert "ag__.if_(x > 0.0" in source
    assert tf.autograph.to_code(tf.function(a_choice)) == source
    run = tf.autograph.to_graph(a_choice)
    assert value(run(tf.constant(-3.0))) == 3.0
    with pytest.raises(ValueError, match="source of `f` cannot be rewritten: <string> cannot be read\nhelp: define it in a file"):
        made = {}
        exec("def f(x): return x", made)
        tf.autograph.to_code(made["f"])


# Every statement of Python that jumps, held against Python itself: a rewritten function runs as the original does on plain values.


def _search(n):
    found = []
    for i in range(n):
        if i % 2:
            continue
        j = 0
        while True:
            j += 1
            if j > i:
                break
            if (i + j) % 7 == 0:
                return found, i, j
            if j == 3:
                found.append((i, j))
                continue
        else:
            found.append("never")
        try:
            if i == 4:
                raise KeyError(i)
            found.append(i)
        except KeyError as error:
            found.append(error.args)
        finally:
            found.append("end")
    else:
        found.append("else")
    return found


def _first(items, default=None):
    for item in items:
        with tf.name_scope("x"):
            if item and (last := item) > 2:
                return last, item
    return default


def _counted(n):
    total, k = 0, n
    while k > 0:
        k -= 1
        for i in range(k):
            if i == 3:
                break
            total += i
        else:
            total += 10
            continue
        total += 1
    a, *rest = [x for x in range(n) if x % 2 or not x] or [0]
    return total, a, rest, 0 <= n < 5, {**dict(q=n)}, f"{n:>3}"


def _nested(n):
    count = 0

    def add(k):
        nonlocal count
        if k > 1:
            count += k
            return add(k - 1)
        return count

    global _seen
    if n > 2:
        _seen = add(n)
    else:
        _seen = -1
    return _seen, count


@pytest.mark.parametrize("function", [_search, _counted, _nested])
def test_a_rewritten_function_is_pythons(function):
    rewritten = tf.autograph.to_graph(function)
    assert rewritten is not function and "ag__" in rewritten.__code__.co_freevars
    for n in range(9):
        assert rewritten(n) == function(n)
    assert inspect.signature(rewritten) == inspect.signature(function)


def test_lambdas_of_one_line():
    first, second, third = lambda x: [x], lambda x: [x, x], lambda x: x if x > 0 else -x
    assert [tf.autograph.to_graph(f)(-1) for f in (first, second, third)] == [[-1], [-1, -1], 1]
    f = tf.function(lambda x: (lambda a: a * 2.0 if a > 0.0 else a)(x) + (lambda a: a * 4.0 if a > 0.0 else a)(x))
    assert value([f(tf.constant(1.0)), f(tf.constant(-1.0))]) == [6.0, -2.0]


def test_walrus_and_defaults():
    rewritten = tf.autograph.to_graph(_first)
    for items in ([], [1, 2], [0, 3, 4]):
        assert rewritten(items, default=7) == _first(items, default=7)


def test_partials_and_objects():
    def scaled(x, k):
        if x > 0.0:
            return x * k
        else:
            return x

    class Thing:
        def __call__(self, x):
            if x > 0.0:
                return self.twice(x)
            else:
                return x

        @staticmethod
        def twice(x):
            if x > 1.0:
                return x * 2.0
            else:
                return x * 3.0

    part = functools.partial(scaled, k=3.0)
    for function in (part, lambda x: part(x), Thing(), lambda x: Thing()(x)):
        assert value([tf.function(function)(tf.constant(at)) for at in (1.0, -1.0)]) == [3.0, -1.0]


@tf.custom_gradient
def _clipped(x):
    if x > 1.0:
        y = x * 0.0 + 1.0
    else:
        y = x

    def rule(dy):
        if dy > 10.0:
            dy = dy * 0.0 + 10.0
        return dy

    return y, rule


def test_functions_with_a_rule_of_their_own():
    for function in (_clipped, tf.recompute_grad(a_choice)):
        traced = tf.function(lambda x, function=function: function(x) * 3.0)
        assert [value_and_gradient(traced, at) for at in (3.0, -2.0)] == [
            value_and_gradient(lambda x, f=function: f(x) * 3.0, at) for at in (3.0, -2.0)
        ]
    assert value_and_gradient(tf.function(lambda x: _clipped(x) * 30.0), 0.5) == (15.0, 10.0)
