"""tf.keras: layers, models, losses, metrics and optimizers over the engine's."""

import numpy as np
import pytest

import whygrad
import whygrad.tf as tf

keras = tf.keras
constant = keras.initializers.Constant


def test_dense_computes_and_names_its_weights():
    layer = keras.layers.Dense(2, activation="relu", kernel_initializer=constant(0.5), bias_initializer=constant([-1.0, 1.0]))
    y = layer(np.array([[1.0, -3.0], [2.0, 2.0]]))
    np.testing.assert_allclose(y, [[0.0, 0.0], [1.0, 3.0]])
    assert y.dtype == tf.float32
    assert [v.name for v in layer.trainable_variables] == ["kernel", "bias"]
    assert layer.kernel.path == f"{layer.name}/kernel"
    assert layer.kernel.shape == (2, 2)


def test_names_are_those_of_keras():
    class RNNBlock2D(keras.layers.Layer):
        pass

    for kind, name in [(keras.layers.Dropout, "dropout"), (keras.layers.BatchNormalization, "batch_normalization"), (RNNBlock2D, "rnn_block2d")]:
        args = [0.5] if name == "dropout" else []
        first, second = kind(*args).name, kind(*args).name
        assert first.startswith(name) and second.startswith(name + "_") and first != second
    assert keras.layers.Conv2D(1, 1).name.startswith("conv2d")
    assert keras.layers.Dense(1, name="head").name == "head"


def test_integers_and_doubles_become_the_dtype_of_the_layer():
    layer = keras.layers.Dense(1, kernel_initializer="ones")
    assert layer(tf.constant([[1, 2]])).dtype == tf.float32
    assert layer(tf.constant([[1.0, 2.0]], tf.float64)).dtype == tf.float32
    assert keras.layers.Dense(1, dtype="float64")(tf.constant([[1.0]])).dtype == tf.float64


def test_an_activation_may_be_any_function():
    x = tf.constant([[-1.0]])
    for activation in ("gelu", keras.activations.gelu, lambda t: tf.nn.gelu(t)):
        layer = keras.layers.Dense(1, activation=activation, kernel_initializer="ones")
        np.testing.assert_allclose(layer(x), tf.nn.gelu(x))
    np.testing.assert_allclose(keras.layers.Activation("softmax")(tf.constant([[1.0, 1.0]])), [[0.5, 0.5]])


def test_equal_seeds_give_equal_weights():
    def kernel(seed):
        tf.random.set_seed(seed)
        layer = keras.layers.Dense(3)
        layer.build_once((None, 4))
        return layer.kernel.numpy()

    np.testing.assert_array_equal(kernel(1), kernel(1))
    assert (kernel(1) != kernel(2)).any()
    fixed = keras.initializers.GlorotUniform(seed=3)
    np.testing.assert_array_equal(fixed((4, 5)), fixed((4, 5)))


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [keras.layers.Dense(3), keras.layers.Dense(2)]
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=False):
        self.was_training = training
        return self.drop(self.blocks[1](self.blocks[0](x)))


def test_a_model_finds_the_weights_of_its_layers_in_order():
    net = Net()
    net(tf.ones([1, 4]))
    assert [tuple(v.shape) for v in net.trainable_variables] == [(4, 3), (3,), (3, 2), (2,)]
    assert len(net.variables) == 5  # and the state of Dropout
    assert all(v.path.startswith(net.name + "/dense") for v in net.trainable_variables)
    assert len(net.get_weights()) == 5
    assert net.count_params() == 12 + 3 + 6 + 2 + 2


def test_training_reaches_the_layers_inside():
    net = Net()
    x = tf.ones([64, 4])
    assert (net(x) == net(x)).numpy().all()
    assert not (net(x, training=True) == net(x, training=True)).numpy().all()
    assert net.was_training is True
    model = keras.Sequential([keras.layers.Dropout(0.5)])
    assert (model(x, training=True).numpy() == 0).any()
    assert (model(x).numpy() == 1).all()


def test_frozen_layers_keep_their_weights_out():
    net = Net()
    net.blocks[0].trainable = False
    net(tf.ones([1, 4]))
    assert len(net.trainable_variables) == 2
    assert not net.blocks[0].kernel.trainable
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(net(tf.ones([1, 4])))
    assert tape.gradient(loss, net.blocks[0].kernel) is not None  # as in Keras
    net.trainable = False
    assert net.trainable_variables == []
    net.trainable = True
    assert len(net.trainable_variables) == 4


def test_build_is_called_once_with_the_shape_of_the_input():
    shapes = []

    class Mine(keras.layers.Layer):
        def build(self, input_shape):
            shapes.append(input_shape)
            self.w = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="w")

        def call(self, inputs):
            return inputs * self.w

    layer = Mine()
    assert not layer.built
    layer(tf.ones([5, 2])), layer(tf.ones([7, 2]))
    assert shapes == [(5, 2)]
    assert layer.w.path == f"{layer.name}/w"


def test_a_layer_without_super_init_says_so():
    class Forgot(keras.layers.Layer):
        def __init__(self):
            self.x = 1

    with pytest.raises(RuntimeError, match="forgot to call"):
        Forgot()(tf.ones([1]))


def test_sequential_is_built_at_once_where_its_input_is_said():
    for first in ([keras.Input(shape=(4,)), keras.layers.Dense(2)], [keras.layers.Dense(2, input_shape=(4,))]):
        model = keras.Sequential(first)
        assert [tuple(v.shape) for v in model.variables] == [(4, 2), (2,)]
    model = keras.Sequential()
    model.add(keras.layers.Dense(2))
    assert model.variables == []
    model.build((None, 3))
    assert len(model.layers) == 1
    assert [tuple(v.shape) for v in model.variables] == [(3, 2), (2,)]


def test_making_weights_is_no_part_of_the_tape():
    layer = keras.layers.Dense(2)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(tf.ones([1, 3])))
    assert len(tape.watched_variables()) == 2
    assert all(g is not None for g in tape.gradient(loss, layer.trainable_variables))


def test_images_go_through_convolution_pooling_and_flatten():
    model = keras.Sequential(
        [
            keras.layers.Conv2D(3, 3, padding="same", kernel_initializer=constant(1.0)),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
        ]
    )
    y = model(tf.ones([2, 4, 4, 1]))
    assert y.shape == (2, 12)
    assert float(tf.reduce_max(y)) == 9.0
    assert keras.layers.AveragePooling2D(2)(tf.ones([1, 4, 4, 1])).shape == (1, 2, 2, 1)


def test_lambda_and_embedding():
    assert float(keras.layers.Lambda(lambda x, by: x * by, arguments={"by": 3.0})(tf.constant([2.0]))[0]) == 6.0
    table = keras.layers.Embedding(4, 2, embeddings_initializer="ones")
    assert table(tf.constant([[0, 3]])).shape == (1, 2, 2)
    assert table(np.array([1.0])).shape == (1, 2)
    with pytest.raises(IndexError):
        table(tf.constant([4]))


def test_batch_normalization_moves_its_statistics_in_training_only():
    layer = keras.layers.BatchNormalization(momentum=0.5)
    x = tf.constant([[0.0], [2.0]])
    layer(x)
    assert float(layer.moving_mean[0]) == 0.0
    np.testing.assert_allclose(layer(x, training=True), [[-1.0], [1.0]], atol=1e-3)
    assert float(layer.moving_mean[0]) == 0.5
    layer.trainable = False
    layer(x, training=True)
    assert float(layer.moving_mean[0]) == 0.5


def test_losses_reduce_as_they_are_told():
    y, p = tf.constant([[0.0, 1.0], [1.0, 1.0]]), tf.constant([[1.0, 1.0], [1.0, 4.0]])
    np.testing.assert_allclose(keras.losses.mean_squared_error(y, p), [0.5, 4.5])
    np.testing.assert_allclose(keras.losses.MeanSquaredError()(y, p), 2.5)
    np.testing.assert_allclose(keras.losses.MeanSquaredError(reduction="sum")(y, p, sample_weight=[1.0, 2.0]), 9.5)
    np.testing.assert_allclose(keras.losses.MeanSquaredError(reduction=None)([0, 1], p[0]), 0.5)
    with pytest.raises(ValueError, match="reduction"):
        keras.losses.MeanSquaredError(reduction="average")

    class Twice(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return tf.reduce_sum(2.0 * (y_pred - y_true), axis=-1)

    assert float(Twice()(y, p)) == 4.0


def test_mean_of_numbers_tensors_and_weights():
    mean = keras.metrics.Mean()
    assert float(mean.result()) == 0.0
    mean(3.0)
    mean.update_state([1.0, 2.0])
    assert float(mean.result()) == 2.0
    mean.update_state(10.0, sample_weight=3.0)
    assert float(mean.result()) == 6.0
    mean.reset_state()
    assert float(mean.result()) == 0.0


def test_accuracies():
    p = tf.constant([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]])
    np.testing.assert_array_equal(keras.metrics.sparse_categorical_accuracy([1, 1, 1], p), [1, 0, 1])
    np.testing.assert_array_equal(keras.metrics.sparse_categorical_accuracy([[1], [0], [0]], p), [1, 1, 0])
    np.testing.assert_array_equal(keras.metrics.categorical_accuracy([[0, 1], [0, 1], [1, 0]], p), [1, 0, 0])
    np.testing.assert_array_equal(keras.metrics.binary_accuracy([1, 0, 0], p[:, 1]), [1, 1, 0])


@pytest.mark.parametrize("kind", [keras.optimizers.SGD, keras.optimizers.Adam, keras.optimizers.RMSprop])
def test_optimizers_go_downhill(kind):
    w = tf.Variable([3.0, -2.0])
    optimizer = kind(learning_rate=0.1)
    before = float(tf.reduce_sum(w**2))
    for _ in range(20):
        optimizer.minimize(lambda: tf.reduce_sum(w**2), [w])
    assert float(tf.reduce_sum(w**2)) < before
    assert int(optimizer.iterations) == 20


def test_learning_rates_can_be_assigned_replaced_and_scheduled():
    w = tf.Variable(0.0)
    optimizer = keras.optimizers.SGD(1.0)
    one = tf.constant(-1.0)
    optimizer.apply_gradients([(one, w)])
    optimizer.learning_rate.assign(0.5)
    optimizer.apply_gradients([(one, w)])
    optimizer.learning_rate = 0.25
    optimizer.apply_gradients([(one, w)])
    assert float(w) == 1.75
    scheduled = keras.optimizers.SGD(lambda step: 1.0 if step == 0 else 10.0)
    scheduled.apply_gradients([(one, w)])
    assert float(scheduled.learning_rate) == 10.0
    scheduled.apply_gradients([(one, w)])
    assert float(w) == 12.75


def test_clipping():
    w = tf.Variable([0.0, 0.0])
    keras.optimizers.SGD(1.0, clipvalue=1.0).apply_gradients([(tf.constant([-3.0, 0.5]), w)])
    np.testing.assert_allclose(w, [1.0, -0.5])
    w.assign([0.0, 0.0])
    keras.optimizers.SGD(1.0, clipnorm=1.0).apply_gradients([(tf.constant([-3.0, 4.0]), w)])
    np.testing.assert_allclose(w, [0.6, -0.8], rtol=1e-6)


def test_an_optimizer_without_any_gradient_raises_and_reports():
    w = tf.Variable(1.0)
    with whygrad.diagnose() as report, pytest.raises(ValueError, match="No gradients provided for any variable"):
        keras.optimizers.SGD().apply_gradients([(None, w)])
    assert [f.cause for f in report.findings] == ["OPTIMIZER_NONE"]
    text = str(report)
    assert "no gradient with respect to any variable" in text and "`print(report)`" in text
    assert report.findings[0].line > 0


def test_a_refusal_is_told_with_the_cause():
    w, b = tf.Variable([1.0, 2.0]), tf.Variable(1.0)
    with whygrad.diagnose() as report, pytest.raises(ValueError, match="No gradients"):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.round(w * b))
        keras.optimizers.SGD().apply_gradients(zip(tape.gradient(loss, [w, b]), [w, b]))
    assert [(f.cause, f.also[-1]) for f in report.findings] == [("NONDIFF_OP", "OPTIMIZER_NONE")] * 2
    text = str(report)
    assert text.count("\nwhy ") == text.count("\nfix ") == text.count("refused to make its step") == 1 and "[WG103] [WG403]" in text


def test_a_refusal_of_other_variables_stands_alone():
    w, b = tf.Variable([1.0, 2.0]), tf.Variable(1.0)
    with whygrad.diagnose() as report, pytest.raises(ValueError, match="No gradients"):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.round(w * b))
        keras.optimizers.SGD().apply_gradients([(tape.gradient(loss, w), w), (None, b)])
    assert [f.cause for f in report.findings] == ["NONDIFF_OP", "OPTIMIZER_NONE"]


def test_an_optimizer_leaves_variables_without_a_gradient_and_warns():
    a, b = tf.Variable(1.0), tf.Variable(1.0)
    with pytest.warns(UserWarning, match="Gradients do not exist"):
        keras.optimizers.SGD(1.0).apply_gradients([(tf.constant(1.0), a), (None, b)])
    assert float(a) == 0.0 and float(b) == 1.0


def test_an_optimizer_refuses_variables_that_it_does_not_know():
    a, b = tf.Variable(1.0), tf.Variable(1.0)
    optimizer = keras.optimizers.Adam()
    optimizer.apply_gradients([(tf.constant(1.0), a)])
    with pytest.raises(ValueError, match="Unknown variable"):
        optimizer.apply_gradients([(tf.constant(1.0), b)])


def test_what_is_not_there_names_what_is():
    with pytest.raises(AttributeError, match="tf.keras.layers.Dense"):
        keras.layers.Dence
    with pytest.raises(AttributeError, match="tf.keras.losses.Huber"):
        keras.losses.Hubert
    with pytest.raises(AttributeError, match="write the loop"):
        keras.Sequential([]).fit
    with pytest.raises(ValueError, match="begin with tf.keras.Input"):
        keras.Model(inputs=1, outputs=2)


def test_reports_name_variables_by_the_layers_that_they_belong_to():
    net = Net()
    x = tf.ones([1, 4])
    net(x)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.cast(tf.argmax(net(x), axis=1), tf.float32))
    explanation = whygrad.explain(tape, loss, net.blocks[0].kernel)
    assert f"{net.name}/{net.blocks[0].name}/kernel" in str(explanation)


def test_half_precision_is_normalised_without_overflow():
    x = tf.constant([[300.0, 600.0, 900.0, -300.0]], tf.float16)
    layers = tf.keras.layers
    for layer, expected in (
        (layers.LayerNormalization(dtype="float16"), [-0.169, 0.507, 1.184, -1.521]),
        (layers.RMSNormalization(dtype="float16"), [0.517, 1.033, 1.549, -0.517]),
    ):
        np.testing.assert_allclose(layer(x).numpy()[0], expected, atol=2e-3)


@pytest.mark.parametrize(
    "call",
    [
        lambda layers: layers.Dot(0)([tf.ones([2, 3]), tf.ones([2, 3])]),
        lambda layers: layers.Dot(5)([tf.ones([2, 3]), tf.ones([2, 3])]),
        lambda layers: layers.Conv1D(2, 3, strides=2, dilation_rate=2),
        lambda layers: layers.MaxPooling1D(2)(tf.ones([1, 4, 4, 1])),
        lambda layers: layers.RepeatVector(3)(tf.ones([1, 4, 4])),
        lambda layers: layers.RepeatVector(0),
        lambda _: tf.quantization.quantize_and_dequantize_v2(tf.ones([2, 3]), -1.0, 1.0, axis=5),
    ],
)
def test_what_fits_no_layer_is_refused(call):
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError), match="help:"):
        call(tf.keras.layers)
