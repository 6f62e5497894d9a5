"""Recurrent layers against values and gradients that TensorFlow 2.21 gave (recurrent_layers.jsonl), and what else they promise."""

import json
from pathlib import Path

import numpy as np
import pytest

import whygrad.tf as tf

layers = tf.keras.layers
RECORDED = {row["case"]: row for row in map(json.loads, (Path(__file__).parent / "recurrent_layers.jsonl").read_text().splitlines())}


def filled(shape, start):
    return np.sin(np.arange(int(np.prod(shape))) * 0.7 + start).reshape(shape) * 0.5


class Minimal(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), name="w")

    def call(self, x, states):
        h = tf.tanh(x @ self.w + states[0])
        return h, [h]


MASK = {"mask": tf.constant([[True, False, True], [False, True, False]])}
STATES = {"initial_state": [tf.constant(filled((2, 3), 0.2)), tf.constant(filled((2, 3), 0.4))]}
F64 = {"dtype": "float64"}
CASES = {
    "stacked_sequences": (lambda: layers.RNN([layers.LSTMCell(2, **F64), layers.GRUCell(3, **F64)], return_sequences=True, **F64), {}),
    "masked_lstm": (lambda: layers.LSTM(3, return_sequences=True, **F64), MASK),
    "masked_gru_zero": (lambda: layers.GRU(3, return_sequences=True, zero_output_for_mask=True, **F64), MASK),
    "masked_last": (lambda: layers.SimpleRNN(3, **F64), MASK),
    "states": (lambda: layers.LSTM(3, return_state=True, **F64), STATES),
    "activations": (lambda: layers.LSTM(3, activation="relu", recurrent_activation="softsign", use_bias=False, **F64), {}),
    "own_activation": (lambda: layers.GRU(3, activation=lambda x: x * x, **F64), {}),
    "bidirectional": (lambda: layers.Bidirectional(layers.LSTM(3, return_sequences=True, **F64), **F64), {}),
    "bidirectional_sum": (lambda: layers.Bidirectional(layers.GRU(3, **F64), merge_mode="sum", **F64), {}),
    "bidirectional_none": (lambda: layers.Bidirectional(layers.SimpleRNN(3, **F64), merge_mode=None, **F64), {}),
    "bidirectional_states": (lambda: layers.Bidirectional(layers.LSTM(2, return_state=True, **F64), **F64), {}),
    "time_distributed": (lambda: layers.TimeDistributed(layers.Dense(4, **F64), **F64), {}),
    "own_cell": (lambda: layers.RNN(Minimal(3, **F64), return_sequences=True, go_backwards=True, **F64), {}),
}


def product(value):
    return float(tf.reduce_sum(value * tf.constant(filled(tuple(value.shape), 0.9))))


@pytest.mark.parametrize("traced", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_agrees_with_tensorflow(case, traced):
    make, options = CASES[case]
    layer, recorded = make(), RECORDED[case]
    x = tf.constant(filled((2, 3, 2), 0.1))
    layer(x, **options)
    assert [list(w.shape) for w in layer.weights] == recorded["weights"]
    for i, weight in enumerate(layer.weights):
        weight.assign(filled(tuple(weight.shape), 0.3 * (i + 1)))
    call = tf.function(lambda x: layer(x, **options)) if traced else lambda x: layer(x, **options)
    with tf.GradientTape() as tape:
        tape.watch(x)
        outputs = tf.nest.flatten(call(x))
        loss = tf.add_n([tf.reduce_sum(y * y) for y in outputs])
    gradients = tape.gradient(loss, [x, *layer.trainable_weights])
    np.testing.assert_allclose([product(y) for y in outputs], recorded["outputs"], atol=1e-13)
    np.testing.assert_allclose([product(g) for g in gradients], recorded["gradients"], atol=1e-13)


def test_every_case_was_recorded():
    assert set(CASES) == set(RECORDED)


def test_dropout_is_the_same_in_all_steps_and_only_in_training():
    layer = layers.SimpleRNN(4, activation=None, dropout=0.5, recurrent_initializer="zeros", kernel_initializer="ones", return_sequences=True)
    x = tf.ones([8, 5, 3])
    still = layer(x).numpy()
    np.testing.assert_array_equal(still, np.full_like(still, 3.0))
    drawn = layer(x, training=True).numpy()
    assert len(np.unique(drawn[:, 0, 0])) > 1
    np.testing.assert_array_equal(drawn, np.broadcast_to(drawn[:, :1], drawn.shape))


def test_a_stateful_layer_goes_on_where_it_stopped():
    layer = layers.GRU(3, stateful=True)
    x = tf.constant(filled((2, 4, 2), 0.1), tf.float32)
    whole = layers.GRU(3)
    first, second = layer(x[:, :2]), layer(x[:, 2:])
    whole.build((2, 4, 2))
    whole.set_weights(layer.get_weights())
    np.testing.assert_allclose(second, whole(x), rtol=1e-6)
    layer.reset_states()
    np.testing.assert_array_equal(layer(x[:, :2]), first)


def test_in_a_sequential_model():
    model = tf.keras.Sequential(
        [layers.Embedding(10, 4), layers.Bidirectional(layers.LSTM(3, return_sequences=True)), layers.GRU(2), layers.Dense(1)]
    )
    ids = tf.constant([[1, 2, 3], [4, 5, 6]])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(ids) ** 2)
    assert all(g is not None for g in tape.gradient(loss, model.trainable_variables))
    assert [v.path.split("/")[-2:] for v in model.layers[2].weights] == [["gru_cell", name] for name in ("kernel", "recurrent_kernel", "bias")]


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: layers.LSTM(3)(tf.ones([2, 4])), "takes \\[batch, steps, features\\]"),
        (lambda: layers.LSTM(0), "at least one"),
        (lambda: layers.GRU(2, dropout=1.0), "in \\[0, 1\\)"),
        (lambda: layers.Bidirectional(layers.LSTM(2), merge_mode="max"), "'sum', 'mul', 'ave', 'concat' or None"),
        (lambda: layers.Bidirectional(layers.Dense(2)), "no backward copy"),
        (lambda: layers.RNN(layers.Dense(2)), "has no state_size"),
    ],
)
def test_what_does_not_fit_is_said(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_seed_is_a_stream_and_not_one_mask():
    x = tf.ones([16, 6, 3])
    for layer in (layers.SimpleRNN(4, dropout=0.5, seed=1), layers.GaussianNoise(0.5, seed=1), layers.SpatialDropout1D(0.5, seed=1)):
        assert not np.array_equal(layer(x, training=True), layer(x, training=True)), layer
    again = [layers.GaussianDropout(0.5, seed=1)(x, training=True).numpy() for _ in range(2)]
    np.testing.assert_array_equal(*again)


def test_dropout_is_the_same_in_all_steps_of_stacked_cells():
    cell = layers.SimpleRNNCell(1, activation=None, kernel_initializer="ones", recurrent_initializer="zeros", dropout=0.5)
    dropped = layers.RNN([cell], return_sequences=True)(tf.ones([64, 6, 1]), training=True).numpy() == 0
    assert 0 < dropped.sum() < dropped.size
    np.testing.assert_array_equal(dropped, np.broadcast_to(dropped[:, :1], dropped.shape))


def test_masked_steps_of_both_directions_are_zeros():
    layer = layers.Bidirectional(layers.GRU(3, return_sequences=True))
    y = layer(tf.ones([2, 3, 2]), **MASK).numpy()
    np.testing.assert_array_equal(y[0, 1], np.zeros(6))
    assert np.all(y[1, 1] != 0)


def test_the_directions_share_no_cell():
    layer = layers.Bidirectional(layers.RNN([layers.LSTMCell(3), layers.LSTMCell(2)]))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(tf.constant(filled((2, 4, 3), 0.1), tf.float32)) ** 2)
    assert [tuple(v.shape) for v in layer.weights] == 2 * [(3, 12), (3, 12), (12,), (3, 8), (2, 8), (8,)]
    assert all(g is not None for g in tape.gradient(loss, layer.trainable_variables))


def test_the_last_output_of_both_directions_is_of_the_last_step_that_counts():
    cell = {"kernel_initializer": "ones", "recurrent_initializer": "ones", "activation": None}
    layer = layers.Bidirectional(layers.SimpleRNN(1, **cell))
    y = layer(tf.constant([[[1.0], [5.0]], [[3.0], [9.0]]]), mask=tf.constant([[True, False], [True, True]]))
    np.testing.assert_array_equal(y, [[1.0, 1.0], [12.0, 12.0]])


def test_statistics_in_time_distributed_are_of_each_step():
    layer = layers.TimeDistributed(layers.BatchNormalization(momentum=0.5))
    y = layer(tf.constant([[[1.0], [5.0]], [[3.0], [9.0]]]), training=True)
    np.testing.assert_allclose(y, [[[-0.9995004], [-0.9998751]], [[0.9995005], [0.9998751]]], rtol=1e-6)
    np.testing.assert_allclose([float(v[0]) for v in layer.layer.non_trainable_variables], [4.0, 2.5])
