"""tf.function: what programs of TensorFlow expect of traced functions. Rows of the conformance list are named by their ids."""

import gc
import weakref

import pytest

import whygrad
import whygrad.tf as tf


def value(tensor):
    return None if tensor is None else tensor.numpy().tolist()


def test_python_runs_while_tracing_only():
    seen = []

    @tf.function
    def f(x):
        seen.append(x.shape)
        return x + 1.0

    assert value(f(tf.constant(1.0))) == 2.0
    assert value(f(tf.constant(5.0))) == 6.0
    assert value(f(tf.constant([1.0, 2.0]))) == [2.0, 3.0]
    assert len(seen) == 2 and f.experimental_get_tracing_count() == 2


def test_python_values_are_part_of_the_signature():
    @tf.function
    def f(x, n, squared=False):
        return x * n if not squared else x * x * n

    x = tf.constant(3.0)
    assert value(f(x, 2.0)) == 6.0
    assert value(f(x, n=2.0, squared=True)) == 18.0
    assert value(f(x, 2.0, True)) == 18.0
    assert f.experimental_get_tracing_count() == 2


def test_fn_01_differentiable_from_outside_more_than_once():
    v = tf.Variable(1.0)

    @tf.function
    def f():
        return v * v

    for _ in range(2):
        with tf.GradientTape() as tape:
            y = f()
        assert value(tape.gradient(y, v)) == 2.0


def test_fn_02_a_tape_inside():
    v = tf.Variable(1.0)

    @tf.function
    def f():
        with tf.GradientTape() as tape:
            y = v * v
        return tape.gradient(y, v)

    assert value(f()) == 2.0


def test_fn_03_functions_call_functions():
    @tf.function
    def inner(x):
        return x + 1.0

    @tf.function
    def outer(x):
        return x * inner(x)

    x = tf.constant(5.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = outer(x)
    assert value(tape.gradient(y, x)) == 11.0


def test_fn_04_other_inputs_and_assigned_variables():
    v = tf.Variable(3.0)

    @tf.function
    def f(x):
        return x * v * v

    for assigned, at, slope in [(3.0, 1.0, 6.0), (3.0, 2.0, 12.0), (5.0, 1.0, 10.0)]:
        v.assign(assigned)
        with tf.GradientTape() as tape:
            y = f(tf.constant(at))
        assert value(tape.gradient(y, v)) == slope


def test_fn_05_none_among_the_outputs():
    @tf.function
    def f(x):
        return x * x, None, {"third": x}

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y, nothing, others = f(x)
    assert nothing is None and value(others["third"]) == 3.0
    assert value(tape.gradient(y, x)) == 6.0


def test_fn_06_keyword_arguments_in_any_order():
    @tf.function
    def f(a, b):
        return tf.matmul(a, b)

    a, b = tf.constant([[1.0, 2.0]]), tf.constant([[3.0], [4.0]])
    for call in (lambda: f(a, b), lambda: f(a=a, b=b), lambda: f(b=b, a=a)):
        with tf.GradientTape() as tape:
            tape.watch(a)
            y = call()
        assert value(tape.gradient(y, a)) == [[3.0, 4.0]]
    assert f.experimental_get_tracing_count() == 1


def test_fn_07_captured_tensors_are_sources():
    x = tf.constant(2.0)

    @tf.function
    def f(y):
        return x * x * y

    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(tf.constant(1.0))
    assert value(tape.gradient(y, x)) == 4.0


def test_fn_10_higher_orders():
    @tf.function
    def f(x):
        return tf.sin(x)

    x = tf.constant(0.5, tf.float64)
    with tf.GradientTape() as a:
        a.watch(x)
        with tf.GradientTape() as b:
            b.watch(x)
            with tf.GradientTape() as c:
                c.watch(x)
                y = f(x)
            first = c.gradient(y, x)
        second = b.gradient(first, x)
    third = a.gradient(second, x)
    assert value(first) == pytest.approx(0.8775825618903728, abs=1e-12)
    assert value(second) == pytest.approx(-0.479425538604203, abs=1e-12)
    assert value(third) == pytest.approx(-0.8775825618903728, abs=1e-12)


def test_fn_11_composition():
    @tf.function
    def f(x):
        return x * x + 1.0

    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(f(x))
    assert value(tape.gradient(y, x)) == 40.0


def test_cc_02_the_other_branch_gives_zeros():
    @tf.function
    def f(p, x, y):
        return tf.cond(p, lambda: x * x, lambda: y * 5.0)

    x, y = tf.constant(2.0), tf.constant(3.0)
    for p, expected in [(True, [4.0, 0.0]), (False, [0.0, 5.0])]:
        with tf.GradientTape() as tape:
            tape.watch([x, y])
            z = f(tf.constant(p), x, y)
        assert [value(g) for g in tape.gradient(z, [x, y])] == expected


def test_cc_03_unconnected_in_every_branch_is_none():
    @tf.function
    def f(p, x, y):
        return tf.cond(p, lambda: x * x, lambda: x), y

    x, y = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        z, _ = f(tf.constant(True), x, y)
    assert [value(g) for g in tape.gradient(z, [x, y])] == [4.0, None]


def test_cc_05_second_derivative_of_a_cond():
    @tf.function
    def f(x):
        return tf.cond(x > 0.0, lambda: x**3, lambda: x)

    for at, first_expected, second_expected in [(3.0, 27.0, 18.0), (-3.0, 1.0, 0.0)]:
        x = tf.constant(at)
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = f(x)
            first = tape.gradient(y, x)
        assert value(first) == pytest.approx(first_expected)
        assert value(outer.gradient(first, x)) == pytest.approx(second_expected)


def test_cc_12_branches_of_other_structure():
    @tf.function
    def f(p, x):
        return tf.cond(p, lambda: [x], lambda: [x, x])

    with pytest.raises(ValueError, match="function 2 returns 2"):
        f(tf.constant(True), tf.constant(1.0))


def test_cs_01_switch_case():
    @tf.function
    def f(i, x):
        return tf.switch_case(i, [lambda: x, lambda: x**2, lambda: x**3])

    x = tf.constant(2.0)
    for index, slope in [(0, 1.0), (1, 4.0), (2, 12.0), (9, 12.0)]:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(tf.constant(index), x)
        assert value(tape.gradient(y, x)) == pytest.approx(slope)


def test_cw_02_a_loop_of_known_trips():
    @tf.function
    def f(x):
        return tf.while_loop(lambda i, y: i < 2, lambda i, y: (i + 1, y * 2.0), [tf.constant(0), x])[1]

    x = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    assert value(tape.gradient(y, x)) == 4.0


def test_a_loop_whose_trips_depend_on_an_argument():
    @tf.function
    def power(n, x):
        return tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * x), [0, tf.ones_like(x)])[1]

    x = tf.constant(2.0)
    for n, first, second in [(0, 0.0, 0.0), (1, 1.0, 0.0), (3, 12.0, 12.0)]:
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = power(tf.constant(n), x)
            gradient = tape.gradient(y, x)
        assert (float(y), float(gradient), float(outer.gradient(gradient, x))) == (2.0**n, first, second)
    assert power.experimental_get_tracing_count() == 1


def test_a_loop_until_it_converges():
    @tf.function
    def root(a):
        return tf.while_loop(lambda x: tf.abs(x * x - a) > 1e-6, lambda x: [0.5 * (x + a / x)], [a])[0]

    a = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(a)
        y = root(a)
    assert value(y) == pytest.approx(2**0.5)
    assert value(tape.gradient(y, a)) == pytest.approx(0.5 / 2**0.5)


@pytest.mark.parametrize("known", [False, True])
def test_a_tensor_array_in_a_loop(known):
    @tf.function
    def powers(n, x):
        array = tf.TensorArray(tf.float32, size=5, element_shape=[2] if known else None)

        def body(i, h, array):
            h = h * x
            return i + 1, h, array.write(i, h + array.read(i) if known else h)

        return tf.while_loop(lambda i, h, array: i < n, body, (tf.constant(0), tf.ones([2]), array))[2].stack()

    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = powers(tf.constant(3), x)
    assert [float(element) for element in y[:, 0]] == [2, 4, 8, 0, 0]
    assert value(tape.gradient(y, x)) == 2 * (1 + 4 + 12)


def test_the_structure_of_a_loop_is_kept():
    @tf.function
    def f(n, state):
        return tf.while_loop(lambda i, s: i < n, lambda i, s: (i + 1, {"a": s["b"], "b": s["a"] + s["b"]}), (0, state))[1]

    state = {"a": tf.constant(0), "b": tf.constant(1)}
    assert {name: int(value) for name, value in f(tf.constant(10), state).items()} == {"a": 55, "b": 89}


def test_a_loop_of_a_graph_keeps_the_shapes_of_its_variables():
    @tf.function
    def grow(n, x):
        return tf.while_loop(lambda i, x: i < n, lambda i, x: (i + 1, tf.concat([x, x], 0)), (0, x))[1]

    with pytest.raises(ValueError, match=r"loop variable 1 went in as f32\[1\] and came out as f32\[2\]"):
        grow(tf.constant(2), tf.ones([1]))


def test_a_reason_inside_of_a_loop():
    v, limit = tf.Variable(1.5), tf.Variable(10.0)

    @tf.function
    def f(x):
        return tf.while_loop(lambda i, y: i < limit, lambda i, y: (i * 2.0, y * tf.round(v)), (tf.constant(1.0), x))[1]

    with tf.GradientTape(persistent=True) as tape:
        y = f(tf.constant(3.0))
    assert tape.gradient(y, [v, limit]) == [None, None]
    assert whygrad.explain(tape, y, v).findings[0].op == "Round"
    assert whygrad.explain(tape, y, limit).findings[0].op == "Less"


def test_methods_have_traces_of_their_own():
    class Model:
        def __init__(self, k):
            self.w = tf.Variable(k)

        @tf.function
        def call(self, x):
            return self.w * x

    a, b = Model(2.0), Model(3.0)
    assert value(a.call(tf.constant(2.0))) == 4.0
    assert value(b.call(tf.constant(2.0))) == 6.0
    a.w.assign(10.0)
    assert value(a.call(tf.constant(2.0))) == 20.0


def test_a_method_is_given_the_object_itself():
    class Base:
        def scale(self, x):
            return x * 2.0

    class Derived(Base):
        @tf.function
        def scale(self, x):
            assert type(self) is Derived and self in {self}
            return super().scale(x) + 1.0

    thing = Derived()
    assert value(thing.scale(tf.constant(3.0))) == 7.0
    gone = weakref.ref(thing)
    del thing
    gc.collect()
    assert gone() is None


def test_a_variable_is_made_once():
    class Layer:
        w = None

        @tf.function
        def call(self, x):
            if self.w is None:
                self.w = tf.Variable(tf.random.normal([3]))
            return x * self.w

    layer = Layer()
    first = value(layer.call(tf.ones([3])))
    assert value(layer.call(tf.ones([3]))) == first == value(layer.w)


def test_random_numbers_are_drawn_at_each_run():
    @tf.function
    def f():
        return tf.random.normal([4])

    assert value(f()) != value(f())


def test_a_whole_step_of_training():
    def losses(decorate):
        tf.random.set_seed(1)
        w = tf.Variable(tf.random.normal([3, 1], seed=1))
        x, y = tf.random.normal([8, 3], seed=2), tf.random.normal([8, 1], seed=3)
        adam = tf.keras.optimizers.Adam(0.1)

        def step(x, y):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(x @ w - y))
            adam.apply_gradients(zip(tape.gradient(loss, [w]), [w]))
            return loss

        run = decorate(step)
        return [value(run(x, y)) for _ in range(5)]

    assert losses(tf.function) == losses(lambda f: f)


def test_assignments_and_parts_of_variables():
    table = tf.Variable(tf.zeros([3, 2]))

    @tf.function
    def f(x):
        table[1].assign(x)
        table.scatter_nd_add([[2]], [x])
        return tf.reduce_sum(table)

    assert value(f(tf.constant([1.0, 2.0]))) == 6.0
    assert value(table) == [[0.0, 0.0], [1.0, 2.0], [1.0, 2.0]]


def test_print_writes_at_each_run(capsys):
    @tf.function
    def f(x):
        tf.print("x is", x)
        return x

    f(tf.constant(1.0))
    f(tf.constant(2.0))
    assert capsys.readouterr().err == "x is 1.0\nx is 2.0\n"


def test_checks_are_made_at_each_run():
    @tf.function
    def f(x):
        tf.debugging.assert_positive(x, message="too small")
        tf.debugging.Assert(tf.reduce_all(x < 10.0), [x])
        return tf.debugging.check_numerics(1.0 / (x - 3.0), "divided")

    assert value(f(tf.constant(5.0))) == 0.5
    for at, words in [(-1.0, "too small"), (11.0, "to be true"), (3.0, "divided")]:
        with pytest.raises(tf.errors.InvalidArgumentError, match=words):
            f(tf.constant(at))
    assert value(f(tf.constant(5.0))) == 0.5 and f.experimental_get_tracing_count() == 1


def test_input_signature():
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def f(x):
        return tf.reduce_sum(x)

    assert value(f([1, 2, 3])) == 6.0
    with pytest.raises(TypeError, match="input_signature"):
        f([[1.0]])


def test_get_concrete_function():
    @tf.function
    def f(x, k):
        return x * k

    concrete = f.get_concrete_function(tf.TensorSpec([2], tf.float32), 3.0)
    assert value(concrete(tf.constant([1.0, 2.0]), 3.0)) == [3.0, 6.0]
    assert "multiply" in str(concrete.graph())


def test_run_functions_eagerly():
    seen = []

    @tf.function
    def f(x):
        seen.append(value(x))
        return x

    tf.config.run_functions_eagerly(True)
    try:
        f(tf.constant(1.0))
        f(tf.constant(2.0))
    finally:
        tf.config.run_functions_eagerly(False)
    assert seen == [1.0, 2.0]


def test_elements_are_not_known_while_tracing():
    @tf.function(autograph=False)
    def f(x):
        return x if x > 0.0 else -x

    with pytest.raises(NotImplementedError, match="only known when the traced function `f` runs") as error:
        f(tf.constant(1.0))
    assert "tf.cond()" in str(error.value)

    @tf.function(autograph=False)
    def g(x):
        assert repr(x) == "<tf.Tensor: shape=(), dtype=float32>"
        return float(x)

    with pytest.raises(ValueError, match="not known while the function `g` is traced"):
        g(tf.constant(1.0))


def test_a_tensor_that_leaked_is_refused():
    kept = []

    @tf.function
    def leak(x):
        kept.append(x * 2.0)
        return x

    @tf.function
    def use(x):
        return x + kept[0]

    leak(tf.constant(1.0))
    place = f"at test_function.py:{leak.python_function.__code__.co_firstlineno + 2}"
    for elsewhere in (lambda: use(tf.constant(1.0)), lambda: kept[0] + 1.0, lambda: kept[0].numpy(), lambda: tf.print(kept[0])):
        with pytest.raises(ValueError, match="made while `leak` was traced") as error:
            elsewhere()
        assert place in str(error.value) and "help: return it from that function" in str(error.value)


def test_a_missing_gradient_names_the_op_inside():
    w = tf.Variable([1.0, 2.0])

    @tf.function
    def f(x):
        return tf.cast(tf.argmax(w * x), tf.float32)

    with tf.GradientTape() as tape:
        y = f(tf.constant([1.0, 1.0]))
    (finding,) = whygrad.explain(tape, y, w).findings
    assert finding.op == "ArgMax"
    assert finding.line == f.python_function.__code__.co_firstlineno + 2
