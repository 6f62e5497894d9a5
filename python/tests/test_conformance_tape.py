"""TensorFlow's promises of a tape's life: tape lifetime (TL), persistence (PS), watching (WT). The names begin with the rows of docs/conformance.md."""

import numpy as np
import pytest


def test_TL_01_a_tape_can_be_entered_again(tf, same):
    tape = tf.GradientTape()
    with tape:
        x = tf.constant(3.0)
        tape.watch(x)
        y = 2 * x
    with tape:
        z = 2 * y
    same(tape.gradient(target=z, sources=[x]), [4.0])


def test_TL_02_entering_a_tape_that_records_is_an_error(tf):
    with tf.GradientTape() as tape:
        with pytest.raises(ValueError, match="Tape is still recording"):
            with tape:
                pass


@pytest.mark.parametrize("persistent", [False, True])
def test_TL_03_gradient_inside_the_block(tf, same, persistent):
    v = tf.Variable(1.0)
    with tf.GradientTape(persistent=persistent) as tape:
        loss = 2 * v
        gradient = tape.gradient(loss, v)
    same(gradient, 2.0)


def test_TL_04_a_non_persistent_tape_answers_once(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        z = y * y
    tape.gradient(z, [x])
    with pytest.raises(RuntimeError, match="A non-persistent GradientTape can only be used to compute one set of gradients"):
        tape.gradient(y, [x])


def test_TL_05_reset_forgets(tf, same):
    v = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        loss = v * v
        tape.reset()
        loss += v * v
    same(tape.gradient(loss, v), 2.0)

    x, y = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y_square = y * y
        if True:
            tape.reset()
        z = x * x + y_square
    same(tape.gradient(z, [x, y]), [4.0, None])


def test_TL_06_watched_variables_fill_and_reset(tf):
    with tf.GradientTape() as tape:
        assert len(tape.watched_variables()) == 0
        v = tf.Variable(1.0)
        loss = v * v
        assert [w is v for w in tape.watched_variables()] == [True]
        tape.reset()
        assert len(tape.watched_variables()) == 0
        loss += v * v
        assert [w is v for w in tape.watched_variables()] == [True]


def test_TL_07_watched_variables_after_the_gradient(tf):
    with tf.GradientTape() as tape:
        x = tf.Variable(1.0)
        tape.watch(x)
    tape.gradient(x, x)
    assert isinstance(tape.watched_variables(), tuple) and tape.watched_variables()[0] is x


def test_TL_08_watched_variables_of_this_tape_only(tf):
    for value in (1.0, 2.0):
        with tf.GradientTape() as tape:
            v = tf.Variable(value)
            tape.watch(v)
    tape.gradient(v, v)
    assert [w is v for w in tape.watched_variables()] == [True]


def test_TL_09_an_exception_leaves_no_tape_behind(tf, same):
    with pytest.raises(ValueError):
        with tf.GradientTape():
            raise ValueError
    x = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    same(tape.gradient(y, x), 2.0)


def test_TL_10_asking_a_persistent_tape_inside_is_no_error(tf, same):
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        same(tape.gradient(y, x), 6.0)
        z = x * x * x
    same(tape.gradient(z, x), 27.0)


def test_PS_01_a_persistent_tape_answers_often(tf, same):
    for value, dz, dy in ((3.0, 108.0, 6.0), ([1.0, 3.0], [4.0, 108.0], [2.0, 6.0])):
        x = tf.constant(value)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = x * x
            z = y * y
        same(tape.gradient(z, x), dz)
        same(tape.gradient(y, x), dy)


def test_PS_02_repeated_and_reordered_sources(tf, same):
    x, y = tf.constant(3.0), tf.constant(5.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        z = x * x + x * y
    same(tape.gradient(z, [x, x]), [11.0, 11.0])
    same(tape.gradient(z, [y, x]), [3.0, 11.0])


def test_PS_03_persistent_in_persistent(tf, same):
    with tf.GradientTape(persistent=True) as outer:
        x = tf.constant(3.0)
        outer.watch(x)
        y = x * x
        with tf.GradientTape(persistent=True) as inner:
            inner.watch(y)
            z = 2 * y
        for _ in range(2):
            gradient = inner.gradient(z, [y])[0]
            same(gradient, 2.0)
        y += gradient
    same(outer.gradient(y, [x]), [6.0])
    same(outer.gradient(z, [x]), [12.0])


def test_PS_04_gradients_of_gradients_of_one_tape(tf, same):
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x**3
        first = tape.gradient(y, x)
        second = tape.gradient(first, x)
    same([y, first, second, tape.gradient(second, x)], [27.0, 27.0, 18.0, 6.0])


def test_PS_06_the_first_gradient_lets_go(tf):
    v = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = v * v
    tape.gradient(y, v)
    for again in (lambda: tape.gradient(y, v), lambda: tape.jacobian(y, v)):
        with pytest.raises(RuntimeError):
            again()


def test_WT_01_a_variable_that_is_read_is_watched(tf, same):
    v = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = v * v
    assert tape.watched_variables()[0] is v
    same(tape.gradient(y, [v]), [2.0])


def test_WT_02_what_is_not_watched(tf, same):
    x0, x1 = tf.Variable(3.0, name="x0"), tf.Variable(3.0, name="x1", trainable=False)
    x2, x3 = tf.Variable(2.0, name="x2") + 1.0, tf.constant(3.0, name="x3")
    with tf.GradientTape() as tape:
        y = x0**2 + x1**2 + x2**2 + x3**2
    same(tape.gradient(y, [x0, x1, x2, x3]), [6.0, None, None, None])


def test_WT_03_watching_a_tensor(tf, same):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x**2
    same(tape.gradient(y, x), 6.0)


def test_WT_04_watching_structures(tf, same):
    x, y, z = (tf.constant(v) for v in (3.0, 2.0, 1.0))
    with tf.GradientTape() as tape:
        tape.watch([x, {"y": y, "z": (z,)}])
        targets = [2 * x, 3 * y, 4 * z]
    same(tape.gradient(targets, [x, y, z]), [2.0, 3.0, 4.0])


def test_WT_05_watching_is_of_one_tape(tf, same):
    x1, x2 = tf.Variable(2.0, trainable=False), tf.Variable(2.0, trainable=False)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            outer.watch(x1)
            inner.watch([x1, x2])
            y = x1**3
            z = x2**2
            dy, dz = inner.gradient([y, z], [x1, x2])
        second = outer.gradient([dy, dz], [x1, x2])
    same(second, [12.0, None])


def test_WT_06_no_automatic_watching(tf, same):
    x1, x2 = tf.Variable(1.0), tf.Variable(1.0)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x2)
        y = x1**2
        z = x2**3
    assert len(tape.watched_variables()) == 1 and tape.watched_variables()[0] is x2
    same(tape.gradient([y, z], [x1, x2]), [None, 3.0])

    x0, x1 = tf.Variable(0.0), tf.Variable(10.0)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x1)
        total = tf.reduce_sum(tf.math.sin(x0) + tf.nn.softplus(x1))
    same(tape.gradient(total, {"x0": x0, "x1": x1}), {"x0": None, "x1": 0.9999546})


def test_WT_07_explicitly_watched_variables(tf):
    v = tf.Variable(1.0, trainable=False)
    with tf.GradientTape() as tape:
        tape.watch(v)
        assert len(tape.watched_variables()) == 1
        tape.reset()
        assert len(tape.watched_variables()) == 0


def test_WT_08_watching_something_else_names_its_type(tf):
    for value, name in ((np.array(1.0), "ndarray"), (3.0, "float")):
        with tf.GradientTape() as tape:
            with pytest.raises(ValueError, match=name):
                tape.watch(value)


def test_WT_09_watching_a_composite_watches_its_tensors(tf, same):
    values = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        sparse = tf.SparseTensor(indices=[[0, 0], [1, 2]], values=values, dense_shape=[3, 4])
        tape.watch(sparse)
        y = tf.sparse.reduce_sum(sparse)
    same(tape.gradient(y, values), [1.0, 1.0])


def test_WT_10_equal_values_are_different_sources(tf, same):
    x1, x2 = tf.constant(3.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x1)
        tape.watch(x2)
        y = x1 + x2
    same(tape.gradient(y, [x1]), [1.0])
    for make in (tf.constant, tf.Variable):
        a, b = make(2.0), make(2.0)
        with tf.GradientTape() as tape:
            tape.watch([a, b])
            y, z = a**3, b**2
        same(tape.gradient([y, z], [a, b]), [12.0, 4.0])


def test_WT_11_ops_that_change_no_value_make_new_tensors(tf, same):
    x = tf.constant(10.0)
    others = [tf.identity(x), x + 0, x - 0, x * 1]
    with tf.GradientTape() as tape:
        tape.watch([x, *others])
        loss = x * 2.0
        for other in others:
            loss += other * 3.0
    same(tape.gradient(loss, [x, *others]), [2.0, 3.0, 3.0, 3.0, 3.0])


def test_WT_12_variables_in_the_order_of_their_construction(tf):
    v0, v1 = tf.Variable(1.0), tf.Variable(2.0)
    with tf.GradientTape() as tape:
        _ = v1 * v1 + v0 * v0
    first, second = tape.watched_variables()
    assert first is v0 and second is v1


def test_WT_13_each_nested_tape_sees_what_is_read_inside(tf):
    first, second = tf.Variable(0.0), tf.Variable(1.0)
    frozen = tf.Variable(2.0, trainable=False)
    with tf.GradientTape() as outer:
        _ = first + 1.0
        with tf.GradientTape() as inner:
            _ = second + frozen
            made = tf.Variable(3.0)
            _ = made + 1.0
    assert [v is w for v, w in zip(outer.watched_variables(), (first, second, made))] == [True] * 3
    assert [v is w for v, w in zip(inner.watched_variables(), (second, made))] == [True] * 2
    assert len(outer.watched_variables()) == 3 and len(inner.watched_variables()) == 2


def test_WT_14_several_tapes_each_their_own(tf, same):
    x0, x1 = tf.constant(0.0), tf.constant(0.0)
    with tf.GradientTape() as tape0, tf.GradientTape() as tape1:
        tape0.watch(x0)
        tape1.watch(x1)
        y = tf.math.sin(x0) + tf.nn.sigmoid(x1)
    same(tape0.gradient(y, x0), 1.0)
    same(tape1.gradient(y, x1), 0.25)


def test_WT_16_watching_a_model_before_it_has_variables(tf):
    layer = tf.keras.layers.Dense(2)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(layer.variables)
        y = layer(tf.ones([1, 3]))
    assert tape.gradient(y, layer.trainable_variables) == [None, None]


def test_WT_17_watching_an_integer(tf):
    x = tf.constant([1, 2])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    assert tape.gradient(y, x) is None


# ---- Watched after it was used: what the tape recorded for another value it recorded with all inputs ----


def test_a_tensor_that_is_watched_late_has_its_part_of_what_was_recorded(tf, same):
    x, w = tf.constant([3.0, 1.0]), tf.Variable([2.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        h = x * w
        y = tf.where([True, False], x, w) * x
        m = tf.matmul(x[None, :], w[:, None])
        tape.watch(x)
        z = h * x
    same([tape.gradient(target, x) for target in (h, y, z)], [[2.0, 2.0], [6.0, 2.0], [12.0, 4.0]])
    assert tape.gradient(m, x) is None  # its row was made before


def test_a_tensor_that_is_watched_late_has_no_part_of_what_was_not_recorded(tf, same):
    x, w = tf.constant(3.0), tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        alone = x * x
        y = tf.exp(x) * w
        tape.watch(x)
        z = tf.exp(x) * y
    assert tape.gradient(alone, x) is None and tape.gradient(y, x) is None
    same(tape.gradient(z, x), 2.0 * np.exp(6.0))


def test_an_intermediate_value_that_is_watched_late(tf, same):
    x, w = tf.constant(3.0), tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        m = x * x
        y = m * w
        unwatched = tape.gradient(y, m)
        tape.watch(m)
        z = m * x
        tape.watch(x)
    assert unwatched is None
    same([tape.gradient(y, m), tape.gradient(z, x)], [2.0, 9.0])


def test_a_variable_that_is_watched_late_was_read_before(tf):
    x, w = tf.Variable(3.0, trainable=False), tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x * w
        tape.watch(x)
    assert tape.gradient(y, x) is None


def test_watching_while_no_tape_records(tf):
    x, w = tf.constant(3.0), tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x * w
    tape.watch(x)
    assert tape.gradient(y, x) is None


# ---- The order of checks ----


def test_a_used_up_tape_says_so_before_it_looks_at_arguments(tf):
    def used_up():
        x = tf.Variable(2.0)
        with tf.GradientTape() as tape:
            y = x * x
        tape.gradient(y, x)
        return tape

    nothing = object()
    for ask in (
        lambda tape: tape.gradient(None, None),
        lambda tape: tape.gradient("a", "b"),
        lambda tape: tape.gradient(nothing, [nothing]),
        lambda tape: tape.gradient(3.0, [], output_gradients=[1, 2, 3]),
        lambda tape: tape.gradient(3.0, [], unconnected_gradients="neither"),
        lambda tape: tape.jacobian(None, None),
        lambda tape: tape.batch_jacobian(None, None),
        lambda tape: tape.batch_jacobian(tf.ones([2]), tf.ones([3])),
    ):
        with pytest.raises(RuntimeError, match="A non-persistent GradientTape can only be used to ?compute one set of gradients"):
            ask(used_up())
        with pytest.raises(RuntimeError, match="A non-persistent GradientTape can only be used to ?compute one set of gradients"):
            ask(tf.GradientTape())


def test_a_used_up_tape_that_is_entered_again_is_as_good_as_new(tf, same):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x * x
    same(tape.gradient(y, x), 4.0)
    with tape:
        y = x * 3.0
    same(tape.gradient(y, x), 3.0)
    with pytest.raises(RuntimeError):
        tape.gradient(y, x)


def test_reset_is_for_a_tape_that_records(tf):
    tape = tf.GradientTape()
    with pytest.raises(ValueError, match="Tape is not recording."):
        tape.reset()
    with tape:
        pass
    with pytest.raises(ValueError, match="Tape is not recording."):
        tape.reset()


# ---- Identity ----


def test_references_can_be_sorted(tf):
    values = [tf.constant(float(i)) for i in range(3)] + [tf.Variable(1.0)]
    references = [value.ref() for value in values]
    assert sorted(references) == sorted(reversed(references)) and len(set(references)) == 4
    assert all((a < b) == (b > a) and not (a < b and b < a) for a in references for b in references)
    assert not references[0] < references[0] and not references[0] > values[0].ref()
    for compare in (lambda: references[0] < 3, lambda: references[0] > values[0]):
        with pytest.raises(TypeError, match="Cannot compare wrapped object with unwrapped object"):
            compare()


def test_what_gives_back_the_very_tensor(tf):
    x, v = tf.constant([1.0, 2.0]), tf.Variable(1.0)
    for same_object in (
        tf.convert_to_tensor(x),
        tf.convert_to_tensor(x, tf.float32),
        tf.convert_to_tensor(x, dtype_hint=tf.float64),
        tf.constant(x),
        tf.cast(x, "float32"),
        tf.math.real(x),
        tf.math.conj(x),
        tf.tuple([x])[0],
        tf.debugging.assert_all_finite(x, "message"),
    ):
        assert same_object is x
    for another in (tf.identity(x), tf.reshape(x, [2]), tf.stop_gradient(x), tf.squeeze(x), tf.broadcast_to(x, [2]), x[:]):
        assert another is not x
    assert tf.convert_to_tensor(v) is not v and tf.convert_to_tensor(v) is not tf.convert_to_tensor(v)
