"""TensorFlow's promises of gradients that are slices of a table (IS). IS-01, IS-02, IS-05, IS-07, IS-09 and IS-12 about sums are in test_conformance_rules."""

import numpy as np
import pytest

TABLE = np.arange(12, dtype=np.float32).reshape(6, 2) / 4 + 1


def slices_of(tf, function, table=TABLE):
    x = tf.constant(table)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x)


def whole(slices, rows=6):
    dense = np.zeros((rows,) + tuple(slices.values.shape[1:]), np.float32)
    np.add.at(dense, slices.indices.numpy(), slices.values.numpy())
    return dense


def test_IS_03_none_one_and_several(tf, same):
    assert slices_of(tf, lambda x: tf.constant(1.0)) is None
    one = slices_of(tf, lambda x: tf.gather(x, [1, 3]) * 2.0)
    assert isinstance(one, tf.IndexedSlices)
    same([one.values, one.indices, one.dense_shape], [[[2.0, 2.0], [2.0, 2.0]], [1, 3], [6, 2]])
    several = slices_of(tf, lambda x: [tf.gather(x, [1, 3]) * 2.0, tf.gather(x, [3]) * 5.0])
    assert isinstance(several, tf.IndexedSlices) and several.values.shape == (3, 2)
    assert sorted(several.indices.numpy().tolist()) == [1, 3, 3]
    same(tf.convert_to_tensor(several), [[0.0, 0.0], [2.0, 2.0], [0.0, 0.0], [7.0, 7.0], [0.0, 0.0], [0.0, 0.0]])
    mixed = slices_of(tf, lambda x: [tf.gather(x, [1]), x * 3.0])
    assert not isinstance(mixed, tf.IndexedSlices)
    same(mixed, np.full((6, 2), 3.0) + np.eye(6)[:, [1]])


@pytest.mark.parametrize("kind", ["SGD", "Adam", "RMSprop"])
def test_IS_04_lookups_in_a_variable(tf, same, kind):
    table, dense = tf.Variable(TABLE), tf.Variable(TABLE)
    make = getattr(tf.keras.optimizers, kind)
    of_slices, of_dense = make(0.1), make(0.1)
    # Keras squares each of several slices of one row by itself, so its Adam and RMSprop are compared on different rows.
    rows = [4, 1, 4, 0] if kind == "SGD" else [4, 1, 2, 0]
    ids = tf.reshape(tf.constant(rows), [2, 2])
    for _ in range(3):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.nn.embedding_lookup(table, ids) ** 2)
        gradient = tape.gradient(loss, table)
        assert isinstance(gradient, tf.IndexedSlices)
        same(gradient.indices, rows)
        same(gradient.values, 2 * tf.gather(table, rows).numpy())
        of_slices.apply_gradients([(gradient, table)])
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.nn.embedding_lookup(dense, ids) ** 2)
        of_dense.apply_gradients([(tf.convert_to_tensor(tape.gradient(loss, dense)), dense)])
        same(table, dense.numpy())


def test_IS_04_momentum(tf, same):
    table, dense = tf.Variable(TABLE), tf.Variable(TABLE)
    a, b = (tf.keras.optimizers.SGD(0.1, momentum=0.9) for _ in range(2))
    for ids in ([1, 1, 2], [3, 1, 5]):
        gradient = tf.IndexedSlices(tf.ones([3, 2]), tf.constant(ids), tf.constant([6, 2]))
        a.apply_gradients([(gradient, table)])
        b.apply_gradients([(tf.convert_to_tensor(gradient), dense)])
    same(table, dense.numpy())


def test_IS_05_wide_indices(tf, same):
    slices = slices_of(tf, lambda x: tf.gather(x, tf.constant([5, 0], tf.int64)))
    assert slices.indices.dtype == tf.int64
    same(whole(slices), tf.convert_to_tensor(slices).numpy())


def test_IS_08_unlike_indices_and_lookups_of_lookups(tf, same):
    both = slices_of(tf, lambda x: [tf.gather(x, tf.constant([5], tf.int64)), tf.gather(x, tf.constant([1]))])
    assert both.indices.dtype == tf.int64 and sorted(both.indices.numpy().tolist()) == [1, 5]
    nested = slices_of(tf, lambda x: tf.gather(tf.gather(x, [5, 4, 3]), [2, 0, 2]))
    assert isinstance(nested, tf.IndexedSlices)
    expected = np.zeros((6, 2))
    expected[5], expected[3] = 1, 2
    same(tf.convert_to_tensor(nested), expected)


def test_IS_09_which_ops_give_slices(tf):
    def is_slices(function):
        return isinstance(slices_of(tf, function), tf.IndexedSlices)

    assert is_slices(lambda x: tf.gather(x, [2, 0, 2]))
    assert is_slices(lambda x: tf.gather(x, 3))
    assert is_slices(lambda x: tf.gather(x, [[2, 0], [1, 1]]))
    assert not is_slices(lambda x: tf.gather(x, [1, 0], axis=1))
    assert is_slices(lambda x: tf.gather_nd(x, [[1], [1]]))
    assert not is_slices(lambda x: tf.gather_nd(x, [[1, 1], [0, 0]]))
    assert is_slices(lambda x: tf.nn.embedding_lookup(x, [0, 2]))


def test_IS_11_what_makes_them_whole(tf):
    assert isinstance(slices_of(tf, lambda x: tf.gather(tf.identity(x), [1])), tf.IndexedSlices)
    for function in (
        lambda x: tf.gather(tf.reshape(x, [4, 3]), [1]),
        lambda x: tf.gather(tf.expand_dims(x, 1), [1]),
        lambda x: tf.gather(x * 2.0, [1]),
    ):
        assert not isinstance(slices_of(tf, function), tf.IndexedSlices)


def test_clipping_keeps_slices(tf, same):
    slices = tf.IndexedSlices(tf.constant([[3.0, 4.0], [0.0, 0.0]]), tf.constant([1, 2]), tf.constant([6, 2]))
    clipped = tf.clip_by_norm(slices, 1.0)
    assert isinstance(clipped, tf.IndexedSlices)
    same([clipped.values, clipped.indices], [[[0.6, 0.8], [0.0, 0.0]], [1, 2]])
    same(tf.linalg.global_norm([slices, None, tf.constant([12.0])]), 13.0)
    together, norm = tf.clip_by_global_norm([slices, tf.constant([12.0])], 1.3)
    assert isinstance(together[0], tf.IndexedSlices)
    same([together[0].values, together[1], norm], [[[0.3, 0.4], [0.0, 0.0]], [1.2], 13.0])
    same((-slices).values, [[-3.0, -4.0], [0.0, 0.0]])


def test_slices_through_a_function(tf, same):
    table = tf.Variable(TABLE)

    @tf.function
    def loss(ids):
        return tf.reduce_sum(tf.nn.embedding_lookup(table, ids) ** 2)

    with tf.GradientTape() as tape:
        y = loss(tf.constant([4, 1, 4]))
    gradient = tape.gradient(y, table)
    assert isinstance(gradient, tf.IndexedSlices)
    same(whole(gradient), whole(slices_of(tf, lambda x: tf.gather(x, [4, 1, 4]) ** 2)))

    @tf.function
    def inside(ids):
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.nn.embedding_lookup(table, ids) ** 2)
        return tape.gradient(y, table)

    gradient = inside(tf.constant([4, 1, 4]))
    assert isinstance(gradient, tf.IndexedSlices)
    same(gradient.indices, [4, 1, 4])

    optimizer = tf.keras.optimizers.SGD(0.5)

    @tf.function
    def step(ids):
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.nn.embedding_lookup(table, ids) ** 2)
        optimizer.apply_gradients([(tape.gradient(y, table), table)])

    step(tf.constant([0, 5]))
    expected = TABLE.copy()
    expected[[0, 5]] = 0
    same(table, expected)


def test_slices_through_cond(tf, same):
    x, flag = tf.constant(TABLE), tf.constant(True)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.cond(flag, lambda: tf.gather(x, [1, 1]) * 2.0, lambda: tf.gather(x, [0, 3]))
    gradient = tape.gradient(y, x)
    assert isinstance(gradient, tf.IndexedSlices)
    same(tf.convert_to_tensor(gradient), [[0.0, 0.0], [4.0, 4.0]] + [[0.0, 0.0]] * 4)


def test_second_derivatives_of_lookups(tf, same):
    x = tf.constant(TABLE)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.reduce_sum(tf.gather(x, [1, 1, 4]) ** 3)
        first = inner.gradient(y, x)
        first = tf.convert_to_tensor(first)
    second = outer.gradient(first, x)
    expected = np.zeros((6, 2))
    expected[1], expected[4] = 2 * 6 * TABLE[1], 6 * TABLE[4]
    same(tf.convert_to_tensor(second), expected)
