"""whygrad.keras.GradientWatch on Keras 3's PyTorch and JAX backends. Each backend needs a process of its own, which KERAS_BACKEND tells it."""

import os

import pytest

BACKEND = next((name for name in ("torch", "jax") if os.environ.get("KERAS_BACKEND") == name), None)
if BACKEND is None:
    pytest.skip("KERAS_BACKEND is neither torch nor jax", allow_module_level=True)
pytest.importorskip(BACKEND)
keras = pytest.importorskip("keras")

import numpy as np  # noqa: E402

import whygrad.keras  # noqa: E402


class Stop(keras.layers.Layer):
    def call(self, x):
        return keras.ops.stop_gradient(x)


def fit(*callbacks, bias=0.0, between=()):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(64, 4)).astype("float32"), rng.integers(0, 2, 64)
    keras.utils.set_random_seed(1)
    layers = keras.layers
    hidden = layers.Dense(8, activation="relu", name="hidden", bias_initializer=keras.initializers.Constant(bias))
    net = keras.Sequential(
        [layers.Input((4,)), hidden, *between, layers.BatchNormalization(name="norm"), layers.Dropout(0.1), layers.Dense(2, name="out")]
    )
    net.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return net.fit(x, y, epochs=2, batch_size=16, verbose=0, callbacks=list(callbacks)).history


def test_a_training_that_is_fine_is_the_same_with_a_watch():
    watch = whygrad.keras.GradientWatch(every=3)
    assert fit(watch) == fit()
    assert watch.steps == 8 and watch.report.findings == [] and watch.report.note == "every gradient is there", str(watch.report)


def test_dead_units_are_told_of_once_and_by_their_path():
    told = []
    fit(whygrad.keras.GradientWatch(every=1, on_trouble=told.append), bias=-100.0)
    (report,) = told
    found = {f.source_name.partition("/")[2]: (f.status, f.cause) for f in report.findings}
    assert found["hidden/kernel"] == found["hidden/bias"] == ("zero", "ZERO_GRAD_DEAD_UNIT"), str(report)


def test_a_layer_that_stops_the_gradient():
    told = []
    fit(whygrad.keras.GradientWatch(on_trouble=told.append), between=[Stop()])
    found = {(f.source_name.partition("/")[2], f.cause) for f in told[0].findings}
    cause = "DETACHED" if BACKEND == "torch" else "STOP_GRADIENT"
    assert found == {("hidden/kernel", cause), ("hidden/bias", cause)}
    assert "please report" not in told[0].note
