"""whygrad.keras.GradientWatch on models from public threads, on the backend that KERAS_BACKEND names."""

import os

import pytest

BACKEND = os.environ.get("KERAS_BACKEND", "tensorflow")
pytest.importorskip(BACKEND)
keras = pytest.importorskip("keras")
if not hasattr(keras, "ops"):
    pytest.skip("Keras 2", allow_module_level=True)

import numpy as np  # noqa: E402

import whygrad.keras  # noqa: E402

LOST = "zero" if BACKEND == "jax" else "absent"


class Cell(keras.layers.Layer):
    """After github.com/titu1994/Nested-LSTM/issues/5: a kernel is made and used nowhere."""

    def __init__(self, units, **options):
        super().__init__(**options)
        self.units = self.state_size = units

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units), name="kernel")
        self.inner_kernel = self.add_weight(shape=(self.units, self.units), name="inner_kernel")
        self.recurrent = self.add_weight(shape=(self.units, self.units), name="recurrent")

    def call(self, x, states):
        h = keras.ops.tanh(x @ self.kernel + states[0] @ self.recurrent)
        return h, [h]


def watched(model, x, y, every=100):
    """The report on the steps of a training."""
    model.compile(keras.optimizers.Adam(1e-2, clipnorm=1.0), "mse")
    told = []
    watch = whygrad.keras.GradientWatch(every=every, on_trouble=told.append)
    model.fit(x, y, batch_size=4, epochs=1, verbose=0, callbacks=[watch])
    assert "please report" not in watch.report.note
    return watch.report


def test_a_kernel_that_is_used_nowhere():
    model = keras.Sequential([keras.layers.RNN(Cell(4, name="cell")), keras.layers.Dense(1)])
    report = watched(model, np.ones((8, 5, 3), "float32"), np.ones((8, 1), "float32"))
    (finding,) = report.findings
    assert (finding.status, finding.cause) == (LOST, "UNUSED") and finding.source_name.endswith("inner_kernel"), str(report)
    assert "model.fit" in str(report).partition("\n")[0] and "called by" not in str(report)


def test_attention_by_the_largest_score():
    """After github.com/keras-team/keras/issues/12521."""
    x = keras.Input((6, 4))
    best = keras.ops.argmax(keras.layers.Dense(1, name="score")(x), axis=1)
    picked = keras.ops.take_along_axis(x, keras.ops.expand_dims(best, -1), axis=1)
    y = keras.layers.Dense(1, name="head")(keras.layers.Flatten()(picked))
    report = watched(keras.Model(x, y), np.random.default_rng(0).random((8, 6, 4), "float32"), np.ones((8, 1), "float32"))
    found = {f.source_name: (f.status, f.cause, f.op.lower()) for f in report.findings}
    assert found == {name: (LOST, "NONDIFF_OP", "argmax") for name in ("score/kernel", "score/bias")}, str(report)
    assert "called by" not in str(report)


def test_a_distance_of_equal_inputs():
    a, b = keras.Input((4,)), keras.Input((4,))
    net = keras.Sequential([keras.layers.Dense(3, name="embed")])
    distance = keras.ops.sqrt(keras.ops.sum(keras.ops.square(net(a) - net(b)), -1, keepdims=True))
    z = np.ones((8, 4), "float32")
    report = watched(keras.Model([a, b], distance), [z, z], np.ones((8, 1), "float32"))
    found = {(f.status, f.cause, f.op.lower()) for f in report.findings}
    assert found == {("nan", "NAN_GRAD_SQRT0", "sqrt")} and len(report.findings) == 2, str(report)
    assert "write out what" not in str(report)


def test_a_masked_recurrent_net_is_fine():
    keras.utils.set_random_seed(1)
    layers = keras.layers
    model = keras.Sequential(
        [layers.Embedding(20, 6, mask_zero=True), layers.LSTM(5), layers.BatchNormalization(), layers.Dropout(0.3), layers.Dense(1)]
    )
    ids = np.random.default_rng(0).integers(1, 20, (16, 7))
    ids[:, 5:] = 0
    report = watched(model, ids, np.arange(16.0).reshape(16, 1) % 3, every=2)
    assert not report.findings, str(report)
