"""TensorFlow's promises of ops: dtypes (DT), variables (VR), aggregation and op rules (AG), errors (ER)."""

import numpy as np
import pytest


def gradient_of(tf, f, *values):
    values = [tf.convert_to_tensor(v) for v in values]
    with tf.GradientTape() as tape:
        tape.watch(values)
        y = f(*values)
    return tape.gradient(y, values)


def test_DT_01_integers(tf):
    assert gradient_of(tf, lambda x: x + x, 1) == [None]


def test_DT_02_text(tf, same):
    s, x, y = tf.constant("unknown", dtype=tf.string), tf.constant(3.0), tf.constant(5.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, y, s])
        z = y * y
    assert tape.gradient(s, x) is None and tape.gradient(s, s) is None
    same(tape.gradient([x, y, z, s], [x, y, s]), [1.0, 11.0, None])
    assert s.numpy() == b"unknown" and s.dtype == tf.string and s.shape == ()
    assert tf.constant(["a", "b"]).shape == (2,)


@pytest.mark.parametrize("value, expected", [(5.0, 1.0), (50.0, 100.0)])
def test_DT_03_only_the_values_of_where(tf, same, value, expected):
    same(gradient_of(tf, lambda x: tf.where(x < 10, x, x * x), value), [expected])


def test_DT_04_what_is_differentiable(tf, same):
    for dtype in ("float16", "bfloat16", "float32", "float64", "complex64", "complex128"):
        x = tf.constant([2.0], dtype=dtype)
        gradient = gradient_of(tf, lambda x: x * x, x)[0]
        assert gradient.dtype == dtype
        same(tf.cast(gradient, tf.float32), [4.0])
    for dtype in ("int8", "int16", "int32", "int64", "uint8"):
        assert gradient_of(tf, lambda x: x * x, tf.constant([2], dtype=dtype)) == [None]


def test_DT_06_casts(tf, same):
    x = tf.constant(2.0)
    gradient = gradient_of(tf, lambda x: tf.cast(x, tf.float64) ** 3, x)[0]
    assert gradient.dtype == tf.float32
    same(gradient, 12.0)
    same(gradient_of(tf, lambda x: tf.math.real(tf.cast(x, tf.complex64) ** 2), x), [4.0])
    assert gradient_of(tf, lambda x: tf.cast(tf.cast(x, tf.int32), tf.float32), x) == [None]
    assert gradient_of(tf, lambda n: tf.cast(n, tf.float32) * 2.0, tf.constant(3)) == [None]


def test_DT_07_complex_numbers(tf, same):
    z = tf.constant(3.0 + 4.0j, dtype=tf.complex64)
    same(gradient_of(tf, tf.math.real, z), [1.0])
    same(gradient_of(tf, tf.math.imag, z), [1.0j])
    same(gradient_of(tf, tf.abs, z), [0.6 + 0.8j])
    same(gradient_of(tf, lambda z: z * z, z), [6.0 - 8.0j])
    same(gradient_of(tf, tf.math.conj, z), [1.0])
    same(gradient_of(tf, lambda z: tf.math.angle(z), z), [-0.16 + 0.12j])
    same(gradient_of(tf, lambda a, b: tf.math.real(tf.complex(a, b) ** 2), 1.0, 2.0), [2.0, -4.0])


def test_DT_09_dtypes_do_not_mix(tf):
    x = tf.Variable([2.0])
    with pytest.raises(tf.errors.InvalidArgumentError):
        x * tf.constant([2.0], dtype=tf.float64)


def test_VR_01_reading_is_the_identity(tf, same):
    v = tf.Variable(1.0)
    for read in (v.read_value, v.value, lambda: tf.identity(v), lambda: tf.convert_to_tensor(v)):
        with tf.GradientTape() as tape:
            y = read()
        same(tape.gradient(y, v), 1.0)


def test_VR_02_assignment_is_not_differentiable(tf):
    x, z = tf.Variable(1.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x.assign(z**2)
    assert tape.gradient(y, z) is None


def test_VR_03_once_for_each_use(tf, same):
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = tf.add(tf.add(x.value(), tf.constant(2.0)), tf.constant(3.0))
    same(tape.gradient(y, x), 1.0)
    x = tf.Variable([1.0])
    with tf.GradientTape() as tape:
        a = tf.add(x.value(), 1.0)
        y = tf.reduce_mean(tf.stack([a, a], axis=0))
    same(tape.gradient(y, x), [1.0])


def test_VR_05_a_tape_inside_a_loop_that_read_the_variable(tf, same):
    v, found = tf.Variable(1.0), []

    def body(i):
        _ = v + 1.0
        with tf.GradientTape() as tape:
            result = v * 2
        found.append(tape.gradient(result, v))
        return [i + 1]

    tf.while_loop(lambda i: i < 1, body, [tf.constant(0)])
    same(found, [2.0])


def test_VR_06_all_variables_of_a_model(tf):
    layer = tf.keras.layers.Dense(2, activation="relu")
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(layer(tf.constant([[1.0, 2.0, 3.0]])) ** 2)
    gradients = tape.gradient(loss, layer.trainable_variables)
    assert [g.shape for g in gradients] == [v.shape for v in layer.trainable_variables] and len(gradients) == 2


def test_AG_01_many_contributions(tf, same):
    x = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = 2 * x
        z = tf.add_n([y] * 10)
    same(tape.gradient(z, [x, y]), [20.0, 10.0])


def test_AG_03_outputs_that_nobody_uses(tf, same):
    x = tf.constant([3.0, 1.0, 2.0])
    same(gradient_of(tf, lambda x: tf.math.top_k(x, 2).values, x), [[1.0, 0.0, 1.0]])
    same(gradient_of(tf, lambda x: tf.unstack(x)[2] * 2.0, x), [[0.0, 0.0, 2.0]])


def test_AG_04_all_outputs_without_a_gradient(tf):
    assert gradient_of(tf, lambda x: tf.split(tf.stop_gradient(x), 2)[0], tf.constant([1.0, 2.0])) == [None]


def test_AG_05_an_unused_second_output(tf, same):
    logits, labels = tf.constant([[0.0, 0.0]]), tf.constant([[1.0, 0.0]])
    found = gradient_of(tf, lambda x: tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=x, labels=labels), tf.constant([0])), logits)
    same(found, [[[-0.5, 0.5]]])


def test_AG_06_broadcast_operands(tf, same):
    x, y = tf.ones([2, 3]), tf.constant([[1.0], [2.0]])
    for function, expected in ((tf.add, [[3.0], [3.0]]), (tf.multiply, [[3.0], [3.0]])):
        dx, dy = gradient_of(tf, function, x, y)
        assert dx.shape == x.shape
        same(dy, expected)
    same(gradient_of(tf, lambda s: s * tf.ones([4]), 2.0), [4.0])


def test_AG_07_ties(tf, same):
    x = tf.constant([1.0, 3.0, 3.0])
    same(gradient_of(tf, tf.reduce_max, x), [[0.0, 0.5, 0.5]])
    same(gradient_of(tf, tf.reduce_min, tf.constant([1.0, 1.0, 3.0])), [[0.5, 0.5, 0.0]])
    same(gradient_of(tf, tf.maximum, 2.0, 2.0), [1.0, 0.0])
    same(gradient_of(tf, tf.minimum, 2.0, 2.0), [1.0, 0.0])


def test_AG_08_products_with_zeros(tf, same):
    same(gradient_of(tf, tf.reduce_prod, tf.constant([2.0, 0.0, 3.0])), [[0.0, 6.0, 0.0]])
    same(gradient_of(tf, tf.reduce_prod, tf.constant([0.0, 0.0, 3.0])), [[0.0, 0.0, 0.0]])


def test_AG_09_exponents_of_what_is_not_positive(tf, same):
    same(gradient_of(tf, tf.pow, tf.constant([0.0, -2.0]), tf.constant([2.0, 2.0])), [[0.0, -4.0], [0.0, 0.0]])


def test_AG_10_none_and_zero(tf, same):
    x = tf.constant([1.5, -0.5])
    for function in (tf.floor, tf.math.ceil, tf.round, tf.math.rint, lambda x: x // 2.0, tf.argmax):
        assert gradient_of(tf, function, x) == [None]
    same(gradient_of(tf, tf.sign, x), [[0.0, 0.0]])


def test_AG_11_what_is_overwritten_gets_nothing(tf, same):
    a, b = tf.constant([[1.0], [2.0]]), tf.constant([3.0])
    same(gradient_of(tf, lambda a: tf.reduce_sum(tf.dynamic_stitch([[0, 2], 1], [a, b]) ** 2), a), [[[2.0], [4.0]]])
    same(gradient_of(tf, lambda a: tf.reduce_sum(tf.dynamic_partition(a, [1, 0], 2)[1] ** 2), a), [[[2.0], [0.0]]])


def test_ER_01_no_rule_is_an_error(tf):
    with pytest.raises(LookupError):
        gradient_of(tf, lambda x: tf.unique(x).y, tf.constant([1.0, 2.0]))


def test_no_rule_beside_another_path_is_an_error(tf):
    a = tf.constant(1.5)
    with tf.GradientTape() as outer:
        outer.watch(a)
        with tf.GradientTape() as tape:
            tape.watch(a)
            y = tf.math.igamma(a, 2.0) + a**3
        first = tape.gradient(y, a)
    with pytest.raises((LookupError, NotImplementedError)):
        outer.gradient(first, a)


def test_ER_02_not_differentiable_is_none(tf):
    assert gradient_of(tf, lambda x: tf.cast(x > 1.0, tf.float32), tf.constant([1.0, 2.0])) == [None]


def test_ER_04_an_op_without_a_rule_beside_the_path(tf, same):
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        _ = tf.unique(x)
        y = tf.reduce_sum(x * 2.0)
    same(tape.gradient(y, x), [2.0, 2.0])


def test_ER_05_a_wrong_number_of_gradients(tf):
    @tf.custom_gradient
    def function(x, y):
        return x * y, lambda dy: (dy,)

    with pytest.raises(ValueError):
        gradient_of(tf, function, 1.0, 2.0)


def test_ER_07_the_gradient_call_of_graphs(tf):
    x = tf.constant(1.0)
    with pytest.raises((RuntimeError, NotImplementedError)):
        tf.gradients(x * 2.0, x)


def test_ER_10_check_numerics(tf, same):
    same(gradient_of(tf, lambda x: tf.debugging.check_numerics(x * 2.0, "all is well"), 1.0), [2.0])
    with pytest.raises(tf.errors.InvalidArgumentError, match="broken"):
        tf.debugging.check_numerics(tf.constant([1.0, np.nan]), "broken")


def test_ER_11_the_whole_of_an_orthogonal_factor(tf):
    with pytest.raises(NotImplementedError):
        gradient_of(tf, lambda x: tf.linalg.qr(x, full_matrices=True)[0], [[1.0], [2.0]])


def test_IS_01_several_lookups_of_one_table(tf, same):
    table = np.arange(8, dtype=np.float32).reshape(4, 2) + 1

    def function(x):
        g1, g2, g3 = (tf.nn.embedding_lookup(x, tf.constant(np.array(i))) for i in ([0, 1], [2, 3], [1, 3]))
        return g1 * g2 * g3

    expected = np.zeros([4, 2])
    rows = [[0, 1], [2, 3], [1, 3]]
    for k in range(2):
        for i in range(3):
            a, b = (table[rows[j][k]] for j in range(3) if j != i)
            expected[rows[i][k]] += a * b
    same(gradient_of(tf, function, table), [expected])


def test_IS_02_lookups_and_the_whole(tf, same):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    same(gradient_of(tf, lambda x: tf.reduce_sum(tf.gather(x, [0, 0])) + tf.reduce_sum(x * x), x), [[[4.0, 6.0], [6.0, 8.0], [10.0, 12.0]]])


def test_IS_05_rows_become_the_whole(tf, same):
    slices = tf.IndexedSlices(tf.constant([[1.0], [2.0], [3.0]]), tf.constant([0, 2, 0], tf.int64), tf.constant([3, 1]))
    same(tf.convert_to_tensor(slices), [[4.0], [0.0], [2.0]])


def test_IS_07_without_a_shape(tf):
    with pytest.raises(ValueError):
        tf.convert_to_tensor(tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([0])))


def test_IS_09_along_other_axes(tf, same):
    x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    same(gradient_of(tf, lambda x: tf.gather(x, [2, 0, 2], axis=1), x), [[[1.0, 0.0, 2.0], [1.0, 0.0, 2.0]]])
    same(gradient_of(tf, lambda x: tf.gather_nd(x, [[1], [1]]), x), [[[0.0, 0.0, 0.0], [2.0, 2.0, 2.0]]])
    same(gradient_of(tf, lambda x: tf.gather_nd(x, [[1, 2], [0, 0]]), x), [[[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]])


def test_IS_12_sparse_times_dense(tf, same):
    values, dense = tf.constant([1.0, 2.0]), tf.constant([[1.0, 2.0], [3.0, 4.0]])
    product = lambda v, d: tf.sparse.sparse_dense_matmul(tf.SparseTensor([[0, 1], [1, 0]], v, [2, 2]), d)  # noqa: E731
    same(gradient_of(tf, product, values, dense), [[7.0, 3.0], [[2.0, 2.0], [1.0, 1.0]]])
