"""TensorFlow's promises of jacobians (JB, BJ) and of Hessians by nested tapes (HS)."""

import numpy as np
import pytest


@pytest.mark.parametrize("pfor", [True, False])
def test_JB_01_several_sources(tf, same, pfor):
    x, y = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
    with tf.GradientTape(persistent=not pfor) as tape:
        tape.watch([x, y])
        z = x * x * y
    same(tape.jacobian(z, [x, y], experimental_use_pfor=pfor), [np.diag([6.0, 16.0]), np.diag([1.0, 4.0])])


def test_JB_02_shapes(tf):
    x = tf.random.normal([7, 5])
    layer = tf.keras.layers.Dense(10, activation="relu")
    with tf.GradientTape(persistent=True) as tape:
        y = layer(x)
    assert tape.jacobian(y, layer.kernel).shape == (7, 10, 5, 10)
    delta = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        y = tf.nn.sigmoid(tf.linspace(-10.0, 10.0, 201) + delta)
    assert tape.jacobian(y, delta).shape == (201,)


def test_JB_03_summed_it_is_the_gradient(tf, same):
    x, w = tf.constant([[1.0, 2.0], [3.0, -1.0]]), tf.Variable([[0.5, -1.0, 2.0], [1.0, 0.25, -0.5]])
    with tf.GradientTape(persistent=True) as tape:
        y = tf.tanh(x @ w)
    same(tf.reduce_sum(tape.jacobian(y, w), [0, 1]), tape.gradient(y, w).numpy())


def test_JB_04_parallel_iterations(tf, same):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.matmul(x, x)
    same(tape.jacobian(y, x, parallel_iterations=2), tape.jacobian(y, x, parallel_iterations=3).numpy())


def test_JB_05_a_loop_needs_a_persistent_tape(tf):
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    with pytest.raises(RuntimeError, match="persistent"):
        tape.jacobian(y, x, experimental_use_pfor=False)


def test_JB_06_rows(tf, same):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.nn.embedding_lookup(x, [0, 2])
    expected = np.zeros([2, 2, 3, 2])
    for i, row in enumerate([0, 2]):
        for k in range(2):
            expected[i, k, row, k] = 1
    same(tape.jacobian(y, x), expected)


def test_JB_07_no_path(tf):
    x, y = tf.constant([1.0, 2.0]), tf.constant([3.0])
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        z = x * 2.0
    assert tape.jacobian(z, y) is None


def test_JB_08_a_gradient_for_each_element(tf, same):
    x, y = tf.constant([[1.0, -2.0], [0.5, 3.0]]), tf.constant([[2.0, 1.0], [-1.0, 0.25]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        z = tf.matmul(x, y)
        elements = [z[i, j] for i in range(2) for j in range(2)]
    expected = np.stack([tape.gradient(e, x).numpy() for e in elements]).reshape(2, 2, 2, 2)
    same(tape.jacobian(z, x), expected)


def test_JB_09_through_scan_and_while(tf):
    x = tf.random.uniform([3, 4])
    elems = tf.random.uniform([6])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.scan(lambda a, e: a + e, elems, initializer=x)
    assert tape.jacobian(y, x).shape == (6, 3, 4, 3, 4)
    x = tf.random.uniform([3, 4])
    with tf.GradientTape() as tape:
        tape.watch(x)
        _, y = tf.while_loop(lambda i, a: i < 5, lambda i, a: (i + 1, a + 1.0), [tf.constant(0), x])
        y = y[:2, :3]
    assert tape.jacobian(y, x).shape == (2, 3, 3, 4)


def test_JB_11_one_target_and_a_structure_of_sources(tf, same):
    a, b = tf.Variable([1.0, 2.0]), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = a * b
    same(tape.jacobian(y, {"a": a, "b": (b,)}), {"a": [[3.0, 0.0], [0.0, 3.0]], "b": ([1.0, 2.0],)})


def test_JB_12_a_jacobian_uses_the_tape_up(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    tape.jacobian(y, x)
    for again in (lambda: tape.jacobian(y, x), lambda: tape.gradient(y, x)):
        with pytest.raises(RuntimeError, match="A non-persistent GradientTape can only"):
            again()


def test_JB_13_gradients_of_each_example(tf, same):
    x, w = tf.constant([[1.0, 2.0], [3.0, -1.0], [0.5, 0.25]]), tf.Variable([[0.5], [1.0]])
    with tf.GradientTape() as tape:
        losses = tf.reduce_sum(tf.square(x @ w), axis=1)
    found = tape.jacobian(losses, w)
    for i in range(3):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(x[i : i + 1] @ w))
        same(found[i], tape.gradient(loss, w).numpy())


@pytest.mark.parametrize("pfor", [True, False])
def test_BJ_01_one_jacobian_for_each_row(tf, same, pfor):
    x, y = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([[3.0, 4.0], [5.0, 6.0]])
    with tf.GradientTape(persistent=not pfor) as tape:
        tape.watch(x)
        z = x * x * y
    same(tape.batch_jacobian(z, x, experimental_use_pfor=pfor), [np.diag([6.0, 16.0]), np.diag([30.0, 48.0])])


def test_BJ_02_first_axes_must_agree(tf):
    x = tf.random.uniform([2, 3])
    with tf.GradientTape() as tape:
        y = tf.concat([x, x], axis=0)
    with pytest.raises(ValueError, match="Need first dimension"):
        tape.batch_jacobian(y, x)


@pytest.mark.parametrize("source, target", [([2], [2, 2]), ([2, 2], [2])])
def test_BJ_03_ranks(tf, source, target):
    x = tf.random.uniform(source)
    with tf.GradientTape() as tape:
        y = tf.random.uniform(target)
    with pytest.raises(ValueError, match="must have rank at least 2"):
        tape.batch_jacobian(y, x)


def test_BJ_04_rows_without_elements(tf):
    x = tf.zeros([1, 0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x**2
    for pfor in (True, False):
        assert tape.batch_jacobian(y, x, experimental_use_pfor=pfor).shape == (1, 0, 0)


def test_BJ_05_the_diagonal_of_the_whole(tf, same):
    x = tf.constant([[1.0, 2.0], [-1.0, 0.5], [0.25, 3.0]])
    w = tf.constant([[1.0, -2.0, 0.5], [0.25, 1.0, -1.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.nn.elu(x @ w)
    whole = tape.jacobian(y, x)
    same(tape.batch_jacobian(y, x), tf.reduce_sum(whole, axis=2).numpy())
    same(tape.batch_jacobian(y, x), tf.einsum("bxby->bxy", whole).numpy())


def test_BJ_06_independence_is_not_checked(tf):
    x = tf.random.normal([7, 5])
    layer = tf.keras.layers.BatchNormalization()
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, training=True)
    assert tape.batch_jacobian(y, x).shape == (7, 5, 5)


def test_BJ_07_loops_and_ranks(tf, same):
    x = tf.constant([[1.0, 2.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    with pytest.raises(RuntimeError, match="persistent"):
        tape.batch_jacobian(y, x, experimental_use_pfor=False)
    x = tf.random.uniform([2, 3, 2])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.transpose(x, [0, 2, 1]) * 2.0
    assert tape.batch_jacobian(y, x).shape == (2, 2, 3, 3, 2)
    same(tape.batch_jacobian(y, x, parallel_iterations=2), tape.batch_jacobian(y, x, parallel_iterations=3).numpy())


def hessian(tf, f, x):
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        gradient = inner.gradient(y, x)
    return outer.jacobian(gradient, x)


def test_HS_01_quadratic_forms(tf, same):
    a, x = np.arange(16, dtype=np.float32).reshape(4, 4), tf.constant([1.0, -1.0, 0.5, 2.0])
    form = lambda x: tf.reduce_sum(x * tf.linalg.matvec(a, x))  # noqa: E731
    same(hessian(tf, form, x), a + a.T)


@pytest.mark.parametrize("shape", [(3, 3), (2, 3)])
def test_HS_02_matrices_keep_both_groups_of_indices(tf, same, shape):
    found = hessian(tf, lambda x: 0.5 * tf.reduce_sum(x * x), tf.random.normal(shape))
    assert found.shape == shape + shape
    n = shape[0] * shape[1]
    same(tf.reshape(found, [n, n]), np.eye(n))


def test_HS_04_products_with_a_vector(tf, same):
    a = np.arange(9, dtype=np.float32).reshape(3, 3)
    x, v = tf.constant([1.0, -1.0, 0.5]), tf.constant([2.0, 1.0, -1.0])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.reduce_sum(x * tf.linalg.matvec(a, x))
        product = tf.reduce_sum(inner.gradient(y, x) * v)
    same(outer.gradient(product, x), (a + a.T) @ v.numpy())


def test_HS_05_a_newton_step(tf, same):
    x = tf.Variable([3.0, -2.0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x[0] ** 2 + 5.0 * x[1] ** 2 + x[0] * x[1]
        g = inner.gradient(y, x)
    h = outer.jacobian(g, x)
    same(h, tf.transpose(h).numpy())
    update = tf.linalg.solve(h, g[:, tf.newaxis])
    x.assign_sub(tf.reshape(update, [2]))
    same(x, [0.0, 0.0])
