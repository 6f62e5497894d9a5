"""Names of eager programs that are neither ops nor layers: rows of variables, checks, text, devices, tf.test."""

import gc
import weakref

import numpy as np
import pytest

import whygrad.tf as tf


def test_rows_of_variables_are_written():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    slices = tf.IndexedSlices(tf.constant([[10.0, 20.0]]), tf.constant([1]))
    for method, expected in [
        ("scatter_add", [13, 24]),
        ("scatter_sub", [3, 4]),
        ("scatter_mul", [30, 80]),
        ("scatter_div", [3, 4]),
        ("scatter_max", [10, 20]),
        ("scatter_min", [10, 20]),
        ("scatter_update", [10, 20]),
    ]:
        assert getattr(v, method)(slices) is v
        np.testing.assert_allclose(v[1], expected, err_msg=method)
    v.scatter_nd_add([[0, 1]], [5.0])
    v.scatter_nd_sub([[0, 0]], [1.0])
    v.scatter_nd_update([[2, 0]], [9.0])
    v.scatter_nd_max([[2, 1]], [7.0])
    v.scatter_nd_min([[2, 1]], [6.5])
    np.testing.assert_allclose(v, [[0, 7], [10, 20], [9, 6.5]])
    np.testing.assert_allclose(v.sparse_read([2, 0]), [[9, 6.5], [0, 7]])
    np.testing.assert_allclose(v.gather_nd([[1, 1]]), [20])
    with pytest.raises(TypeError, match="IndexedSlices"):
        v.scatter_add(tf.constant([1.0]))
    with pytest.raises(ValueError):
        v.set_shape([3])


def test_a_tape_answers_with_the_programs_own_variables():
    v = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        _ = v * 2.0
    assert tape.watched_variables()[0] is v
    gone = weakref.ref(v)
    del v, _, tape
    gc.collect()
    assert gone() is None


def test_checks_of_values():
    x = tf.constant([1.0, 2.0])
    tf.debugging.assert_equal(x, x)
    tf.debugging.assert_near(x, x + 1e-7)
    tf.debugging.assert_shapes([(x, ("n",)), (tf.ones([2, 3]), ("n", 3))])
    tf.debugging.assert_type(x, tf.float32)
    for check, arguments in [
        ("assert_equal", (x, 1.0)),
        ("assert_less", (x, 2.0)),
        ("assert_none_equal", (x, x)),
        ("assert_negative", (x,)),
        ("assert_near", (x, x + 1)),
    ]:
        with pytest.raises(tf.errors.InvalidArgumentError, match="did not hold|not equal"):
            getattr(tf.debugging, check)(*arguments)
    for check, arguments in [("assert_rank", (x, 2)), ("assert_rank_at_least", (x, 2)), ("assert_scalar", (x,)), ("assert_shapes", ([(x, (3,))],))]:
        with pytest.raises(ValueError):
            getattr(tf.debugging, check)(*arguments)
    with pytest.raises(tf.errors.InvalidArgumentError, match="the sum"):
        tf.Assert(x[0] > 1.0, ["the sum", x])


def test_checks_of_gradients():
    by_tape, by_differences = tf.test.compute_gradient(
        lambda a, b: tf.sin(a) * b, [tf.constant([0.5, 1.0], tf.float64), tf.constant(2.0, tf.float64)]
    )
    assert by_tape[0].shape == (2, 2) and by_tape[1].shape == (2, 1)
    np.testing.assert_allclose(by_tape[0], by_differences[0], rtol=1e-5)
    by_tape, by_differences = tf.test.compute_gradient(lambda z: z * z, [tf.constant([1 + 2j])])
    np.testing.assert_allclose(by_tape[0], by_differences[0], atol=1e-5)
    with pytest.raises(ValueError):
        tf.test.compute_gradient(tf.sin, tf.constant(1.0))


def test_text():
    s = tf.constant(["a", "bc"])
    assert s.dtype == tf.string and s.shape == (2,) and s[1].numpy() == b"bc" and len(s) == 2
    assert (s == ["a", "x"]).numpy().tolist() == [True, False]
    assert tf.constant("a", shape=[2]).numpy().tolist() == [b"a", b"a"]
    itself = []
    itself.append(itself)
    with pytest.raises((ValueError, TypeError)):
        tf.constant(itself)


def test_what_only_graphs_and_devices_need_changes_nothing():
    with tf.device("/CPU:0"), tf.control_dependencies([]), tf.init_scope():
        x = tf.ensure_shape(tf.ones([2, 3]), [None, 3])
    assert tf.no_op() is None and tf.group(x) is None and tf.identity_n([x, x])[1].shape == x.shape
    assert tf.TensorSpec.from_tensor(x) == tf.TensorSpec([2, 3], tf.float32)
    assert tf.broadcast_static_shape([2, 1], [3]) == [2, 3]
    assert tf.config.list_physical_devices("GPU") == [] and len(tf.config.list_physical_devices()) == 1
    for call in (lambda: tf.hessians(x, x), lambda: tf.device("/GPU:0").__enter__()):
        with pytest.raises(NotImplementedError, match="later step"):
            call()
    with pytest.raises(tf.errors.InvalidArgumentError, match="not compatible"):
        tf.ensure_shape(x, [3, 3])


def test_missing_names_say_what_is_near():
    for name, near in [
        ("RegisterGradient", "tf.custom_gradient"),
        ("placeholder", "tf.constant"),
        ("log", "tf.math.log"),
        ("reduce_men", "tf.reduce_mean"),
    ]:
        with pytest.raises(AttributeError, match=f"whygrad has no tf.{name} yet\nhelp: the nearest that there is: {near}"):
            getattr(tf, name)


def test_folds():
    x = tf.constant([1.0, 2.0, 3.0])
    assert tf.foldl(lambda a, e: a - e, x).numpy() == -4 and tf.foldr(lambda a, e: a - e, x).numpy() == 0
    assert tf.scan(lambda a, e: a + e, x, reverse=True).numpy().tolist() == [6, 5, 3]
    pairs = tf.scan(lambda a, e: (a[0] + e, a[1] * e), x, initializer=(0.0, 1.0))
    assert [p.numpy().tolist() for p in pairs] == [[1, 3, 6], [1, 2, 6]]
    with pytest.raises(ValueError):
        tf.foldl(lambda a, e: a, tf.zeros([0]))
    with pytest.raises(ValueError):
        tf.scan(lambda a, e: a, tf.constant(1.0))
    assert tf.scan(lambda a, e: 5, x).numpy().tolist() == [1, 5, 5] and tf.scan(lambda a, e: a, tf.zeros([0]), 1.0).shape == (0,)
    assert tf.foldl(lambda a, e: {"sum": a["sum"] + e["x"]}, {"x": x}, {"sum": 0.0})["sum"].numpy() == 6
    with pytest.raises(ValueError, match="same nested structure"):
        tf.foldl(lambda a, e: (a, e), x)
    with pytest.raises(TypeError, match="same sequence type"):
        tf.foldl(lambda a, e: [a[0] + e], x, (0.0,))
    for apply in (lambda pair: tf.foldl(lambda a, e: a, pair, 0.0), lambda pair: tf.map_fn(lambda e: e[0], pair, fn_output_signature=tf.float32)):
        with pytest.raises(ValueError, match="elems have first axes of 3 and 2"):
            apply((x, x[:2]))
    with pytest.raises(ValueError, match="the function gives 2 values, and fn_output_signature tells of 1"):
        tf.map_fn(lambda e: (e, e), x, fn_output_signature=tf.float32)


def test_concat_along_the_last_axis():
    assert tf.concat([tf.ones([2, 1]), tf.zeros([2, 2])], -1).shape == (2, 3)


def test_what_tensors_and_variables_are_not():
    with pytest.raises(TypeError, match=r"use tensor.ref\(\) as the key"):
        {tf.constant(1.0)}
    with pytest.raises(TypeError, match=r"use variable.ref\(\) as the key"):
        {tf.Variable(1.0)}
    with pytest.raises(AttributeError, match="undefined when eager execution"):
        tf.constant(1.0).op
    assert not hasattr(tf.constant(1.0), "name")
    with pytest.raises(ValueError, match="None"):
        tf.Variable(None)
