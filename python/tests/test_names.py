"""Names of TensorFlow's that are compositions here, against numbers worked out by hand or by NumPy."""

import numpy as np
import pytest

import whygrad
import whygrad.tf as tf


def test_counts():
    numbers = tf.constant([0, 3, 1, 3])
    assert tf.math.bincount(numbers).numpy().tolist() == [1, 1, 0, 2]
    assert tf.math.bincount(numbers, minlength=6).numpy().tolist() == [1, 1, 0, 2, 0, 0]
    assert tf.math.bincount(numbers, maxlength=2).numpy().tolist() == [1, 1]
    assert tf.math.bincount(numbers, weights=[0.5, 1.0, 2.0, 4.0]).numpy().tolist() == [0.5, 2.0, 0.0, 5.0]
    assert tf.math.confusion_matrix([0, 1, 1], [0, 1, 0]).numpy().tolist() == [[1, 0], [1, 1]]


def test_true_values_are_counted():
    hits = tf.constant([[True, False], [True, True]])
    assert tf.math.count_nonzero(hits).numpy() == 3 and tf.math.count_nonzero(hits, axis=0).numpy().tolist() == [2, 1]
    assert tf.math.count_nonzero(tf.zeros([0], tf.bool), keepdims=True, dtype="int32").numpy().tolist() == [0]


def test_weights_of_bincount_have_no_rule():
    weights = tf.Variable([0.5, 1.5])
    with whygrad.diagnose() as report, tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.math.bincount([0, 1], weights=weights))
        with pytest.raises(LookupError):
            tape.gradient(loss, weights)
    assert [(f.cause, f.op) for f in report.findings] == [("NO_GRADIENT_REGISTERED", "DenseBincount")]


def test_shapes_and_sequences():
    rows, columns = tf.meshgrid([1, 2, 3], [4, 5])
    expected = np.meshgrid([1, 2, 3], [4, 5])
    assert (rows.numpy() == expected[0]).all() and (columns.numpy() == expected[1]).all()
    assert tf.sequence_mask([1, 3], 3).numpy().tolist() == [[True, False, False], [True, True, True]]
    assert tf.scan(lambda a, x: a + x, tf.constant([1.0, 2.0, 3.0])).numpy().tolist() == [1, 3, 6]
    assert tf.foldl(lambda a, x: a * x, tf.constant([1.0, 2.0, 3.0])).numpy() == 6
    assert tf.saturate_cast(tf.constant([300.0, -1.0, 7.0]), tf.uint8).numpy().tolist() == [255, 0, 7]
    assert tf.math.polyval([2.0, 0.0, 1.0], 3.0).numpy() == 19
    with pytest.raises(ValueError):
        tf.ensure_shape(tf.zeros([2, 3]), [None, 4])


def test_images():
    image = np.random.default_rng(0).random((2, 4, 4, 3), dtype=np.float32)
    assert (tf.image.flip_left_right(image).numpy() == image[:, :, ::-1]).all()
    assert (tf.image.rot90(image).numpy() == np.rot90(image, axes=(1, 2))).all()
    assert tf.image.convert_image_dtype(tf.constant([0.0, 0.5, 1.0]), tf.uint8).numpy().tolist() == [0, 127, 255]
    assert np.allclose(tf.image.rgb_to_grayscale(image).numpy()[..., 0], image @ [0.2989, 0.587, 0.114])
    standard = tf.image.per_image_standardization(image).numpy()
    assert np.allclose(standard.mean((1, 2, 3)), 0, atol=1e-6) and np.allclose(standard.std((1, 2, 3)), 1, atol=1e-5)
    assert (tf.image.central_crop(image, 0.5).numpy() == image[:, 1:3, 1:3]).all()
    variation = np.abs(np.diff(image, axis=1)).sum((1, 2, 3)) + np.abs(np.diff(image, axis=2)).sum((1, 2, 3))
    assert np.allclose(tf.image.total_variation(image).numpy(), variation, rtol=1e-5)


def test_matrices_and_losses():
    m = np.arange(9.0).reshape(3, 3)
    assert tf.linalg.trace(m).numpy() == 12 and tf.linalg.diag_part(m).numpy().tolist() == [0, 4, 8]
    assert tf.linalg.band_part(m, 0, 1).numpy().tolist() == [[0, 1, 0], [0, 4, 5], [0, 0, 8]]
    assert np.allclose(tf.linalg.cross([1.0, 2.0, 3.0], [0.0, 1.0, -1.0]).numpy(), np.cross([1, 2, 3], [0, 1, -1]))
    loss = tf.nn.weighted_cross_entropy_with_logits([1.0, 0.0], [0.3, -0.2], 2.0).numpy()
    assert np.allclose(loss, [2 * np.log1p(np.exp(-0.3)), np.log1p(np.exp(-0.2))])
    signal = np.arange(6.0, dtype=np.float32).reshape(1, 6, 1)
    assert tf.nn.conv1d(signal, np.ones((2, 1, 1), np.float32), 1, "VALID").numpy().ravel().tolist() == [1, 3, 5, 7, 9]


def test_draws_from_a_mean_have_no_rule():
    mean = tf.Variable([4.0])
    with tf.GradientTape() as tape:
        counts = tf.random.poisson([1000], mean)
    assert counts.shape == [1000, 1] and abs(float(tf.reduce_mean(counts)) - 4) < 0.4
    with pytest.raises(LookupError):
        tape.gradient(counts, mean)


def test_reading_a_variable_makes_a_tensor_of_its_own():
    w = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        copy = tf.convert_to_tensor(w)
        loss = tf.reduce_sum(w * w)
        through = tf.reduce_sum(copy * copy)
    assert tape.gradient(loss, copy) is None
    assert tape.gradient(through, copy).numpy().tolist() == tape.gradient(through, w).numpy().tolist() == [2.0, 4.0]


def test_checks():
    tf.debugging.assert_equal([1, 2], [1, 2])
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.debugging.assert_less(2.0, 1.0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Inf"):
        tf.debugging.check_numerics(tf.constant([1.0, float("inf")]), "loss")


def test_backend():
    K = tf.keras.backend
    x = tf.constant([[1.0, 2.0], [3.0, 5.0]])
    assert K.mean(x, axis=0).numpy().tolist() == [2, 3.5] and K.max(x).numpy() == 5
    assert K.clip(x, 2.0, 3.0).numpy().tolist() == [[2, 2], [3, 3]]
    assert K.round(K.constant(2.6)).numpy() == 3 and K.any(K.equal(x, 2.0)).numpy()
    assert K.dot(x, x).numpy().tolist() == [[7, 12], [18, 31]]


@pytest.mark.parametrize(
    "metric, expected",
    [
        (tf.keras.metrics.BinaryAccuracy(), 0.75),
        (tf.keras.metrics.Precision(), 1.0),
        (tf.keras.metrics.Recall(), 0.5),
        (tf.keras.metrics.MeanSquaredError(), (0.01 + 0.04 + 0.36 + 0.09) / 4),
    ],
)
def test_metrics(metric, expected):
    metric.update_state([1.0, 0.0, 1.0, 0.0], [0.9, 0.2, 0.4, 0.3])
    assert float(metric.result()) == pytest.approx(expected)
    metric.reset_state()
    assert float(metric(tf.ones([2]), tf.ones([2]))) in (0.0, 1.0)


def test_a_metric_that_is_asked_to_be_the_loss():
    w = tf.Variable([[0.3], [0.6]])
    metric = tf.keras.metrics.Mean()
    with whygrad.diagnose() as report, tf.GradientTape() as tape:
        metric.update_state(tf.square(tf.matmul([[1.0, 2.0]], w)))
        assert tape.gradient(metric.result(), w) is None
    [finding] = report.findings
    assert finding.cause == "STATEFUL" and "Assign" in finding.op


def test_a_rule_that_takes_no_variables():
    a, x = tf.Variable(2.0), tf.Variable(1.5)

    @tf.custom_gradient
    def scaled(v):
        def grad(dy):
            return dy * a

        return a * v, grad

    with whygrad.diagnose() as report, tf.GradientTape(), pytest.raises(TypeError, match="variables=None"):
        scaled(x)
    assert [f.cause for f in report.findings] == ["CUSTOM_GRADIENT"]


@pytest.mark.parametrize("module", ["sparse", "ragged"])
def test_a_name_that_means_something_else_in_another_module_is_not_suggested(module):
    with pytest.raises(
        AttributeError, match=rf"tf\.{module}\.cross yet\nhelp: the nearest that there is: features that are crossed before the program"
    ):
        getattr(tf, module).cross
