"""whygrad.keras on the real Keras, with TensorFlow's backend."""

import pytest

tf = pytest.importorskip("tensorflow")
import keras  # noqa: E402
import numpy as np  # noqa: E402

import whygrad.keras  # noqa: E402
import whygrad.tensorflow  # noqa: E402

if tf.__version__.startswith(("2.13", "2.14", "2.15")):
    keras = tf.keras


def data(seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(64, 4)).astype("float32"), rng.integers(0, 2, 64)


def model(bias=0.0):
    keras.utils.set_random_seed(1)
    layers = keras.layers
    net = keras.Sequential(
        [layers.Dense(8, activation="relu", name="hidden", bias_initializer=keras.initializers.Constant(bias)), layers.Dense(2, name="out")]
    )
    net.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return net


def test_a_training_that_is_fine_is_the_same_with_a_watch():
    x, y = data()
    bare = model().fit(x, y, epochs=2, batch_size=16, verbose=0).history
    watch = whygrad.keras.GradientWatch(every=1000)
    watched = model().fit(x, y, epochs=2, batch_size=16, verbose=0, callbacks=[watch]).history
    for name, numbers in bare.items():
        assert watched[name] == pytest.approx(numbers, rel=1e-6)  # the first step runs eagerly, which may round otherwise than XLA
    assert watch.steps == 8 and watch.report.findings == []


def test_dead_units_are_told_of_once():
    x, y = data()
    told = []
    watch = whygrad.keras.GradientWatch(every=1, on_trouble=told.append)
    model(bias=-100.0).fit(x, y, epochs=2, batch_size=16, verbose=0, callbacks=[watch])
    assert len(told) == 1
    found = {(f.status, f.cause, f.op) for f in told[0].findings}
    assert ("zero", "ZERO_GRAD_DEAD_UNIT", "Relu") in found


def test_a_loss_without_a_gradient_is_found_while_keras_traces():
    def accuracy(labels, logits):
        return tf.reduce_mean(tf.cast(tf.argmax(logits, 1) == tf.cast(tf.reshape(labels, [-1]), tf.int64), tf.float32))

    net = model()
    net.compile(optimizer="sgd", loss=accuracy)
    with whygrad.tensorflow.diagnose() as report:
        with pytest.raises(ValueError, match="No gradients"):
            net.fit(*data(), verbose=0)
    assert {f.op for f in report.findings} == {"ArgMax"}, str(report)
    assert len(report.findings) == 4


def test_every_counts_steps():
    with pytest.raises(ValueError, match="every is 0\nhelp: "):
        whygrad.keras.GradientWatch(every=0)
