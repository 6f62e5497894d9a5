"""Keras's functional API: models of the calls between KerasTensors."""

import numpy as np
import pytest

import whygrad
import whygrad.tf as tf

keras = tf.keras
layers = keras.layers


def two_branches():
    left, right = keras.Input([3], name="left"), keras.Input([3], name="right")
    shared = layers.Dense(4, activation="tanh", name="shared")
    a, b = shared(left), shared(right)
    joined = layers.Concatenate()([a, b])
    return keras.Model([left, right], [layers.Dense(2, name="head")(joined), a], name="two"), shared


def test_a_model_computes_what_its_layers_do():
    model, shared = two_branches()
    x, y = tf.ones([5, 3]), tf.reshape(tf.range(15.0), [5, 3])
    head, branch = model([x, y])
    expected = model.get_layer("head")(tf.concat([shared(x), shared(y)], -1))
    np.testing.assert_allclose(head, expected)
    np.testing.assert_allclose(branch, shared(x))
    by_name = model({"right": y, "left": x})
    np.testing.assert_allclose(by_name[0], head)
    assert head.shape == (5, 2) and model.output_shape == [(None, 2), (None, 4)] and model.input_shape == [(None, 3), (None, 3)]


def test_a_shared_layer_is_there_once_and_gets_both_gradients():
    model, shared = two_branches()
    assert [layer.name for layer in model.layers] == ["left", "right", "shared", model.layers[3].name, "head"]
    assert len(model.trainable_variables) == 4
    x, y = tf.ones([1, 3]), 2 * tf.ones([1, 3])
    with tf.GradientTape(persistent=True) as tape:
        head, _ = model([x, y])
        loss = tf.reduce_sum(head)
        a, b = shared(x), shared(y)
        same = tf.reduce_sum(model.get_layer("head")(tf.concat([a, b], -1)))
    np.testing.assert_allclose(tape.gradient(loss, shared.kernel), tape.gradient(same, shared.kernel), rtol=1e-6)


def test_models_stand_in_models_and_parts_of_them_are_models():
    inner_in = keras.Input([8, 8, 1])
    features = layers.Conv2D(4, 3, activation="relu", name="features")(inner_in)
    inner = keras.Model(inner_in, layers.GlobalAveragePooling2D()(features), name="inner")
    image = keras.Input([8, 8, 1])
    outer = keras.Model(image, layers.Dense(3)(inner(image)))
    assert [layer.name for layer in outer.layers][1] == "inner"
    assert len(outer.trainable_variables) == 4
    part = keras.Model(inner.input, inner.get_layer("features").output)
    picture = tf.random.uniform([2, 8, 8, 1], seed=1)
    np.testing.assert_allclose(inner(picture), tf.reduce_mean(part(picture), [1, 2]), rtol=1e-5)
    both = keras.Model(inner.input, [inner.get_layer("features").output, inner.output])
    with tf.GradientTape() as tape:
        found, pooled = both(picture)
        score = tf.reduce_sum(pooled)
    assert tape.gradient(score, found) is not None


def test_operators_are_layers():
    x = keras.Input([3])
    y = (2.0 * x + 1.0 - x / 4.0) ** 2.0
    model = keras.Model(x, -y[:, 1:])
    given = tf.constant([[1.0, 2.0, 3.0]])
    np.testing.assert_allclose(model(given), [[-((2 * v + 1 - v / 4) ** 2) for v in (2.0, 3.0)]])
    assert model.output.shape == (None, 2)


def test_open_extents_stay_open():
    x = keras.Input([None, 4])
    model = keras.Model(x, layers.Dense(2)(x))
    assert model.output.shape == (None, None, 2)
    assert model(tf.ones([2, 7, 4])).shape == (2, 7, 2)
    fixed = keras.Input(batch_shape=[6, 4])
    assert layers.Flatten()(layers.Reshape([2, 2])(fixed)).shape == (6, 4)


def test_training_reaches_the_layers():
    x = keras.Input([100])
    model = keras.Model(x, layers.Dropout(0.5)(x))
    ones = tf.ones([1, 100])
    np.testing.assert_array_equal(model(ones), ones)
    assert (model(ones, training=True).numpy() == 0).any()


def test_a_class_may_be_derived_from_a_functional_model():
    class Scaled(keras.Model):
        def __init__(self):
            x = keras.Input([2])
            super().__init__(inputs=x, outputs=layers.Dense(2, kernel_initializer="ones")(x))

        def twice(self, x):
            return 2 * self(x)

    np.testing.assert_allclose(Scaled().twice(tf.ones([1, 2])), [[4.0, 4.0]])


def test_layers_that_make_layers_are_built_before_they_are_traced():
    class Block(layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = layers.Dense(3)

        def call(self, x):
            return self.inner(x)

    x = keras.Input([2])
    model = keras.Model(x, Block()(x))
    assert len(model.trainable_variables) == 2 and model(tf.ones([4, 2])).shape == (4, 3)


def test_a_model_in_a_traced_function_and_in_a_training_loop():
    model, _ = two_branches()
    optimizer = keras.optimizers.SGD(0.1)
    x, y = tf.ones([4, 3]), tf.zeros([4, 3])

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            head, _ = model([x, y])
            loss = tf.reduce_mean(tf.square(head - 1.0))
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
        return loss

    first = float(step())
    for _ in range(20):
        last = float(step())
    assert last < 0.5 * first


def test_sequential_models_begin_with_an_input_and_know_their_ends():
    model = keras.Sequential([keras.Input([3]), layers.Dense(2), layers.ReLU()])
    assert model.output.shape == (None, 2) and model.input.shape == (None, 3)
    part = keras.Model(model.inputs, model.layers[0].output)
    np.testing.assert_allclose(part(tf.ones([1, 3])), model.layers[0](tf.ones([1, 3])))


def test_summary_names_layers_shapes_and_weights():
    model, _ = two_branches()
    lines = []
    model.summary(print_fn=lines.append, show_trainable=True)
    text = "\n".join(lines)
    assert 'Model: "two"' in text and "shared (Dense)" in text and "(None, 4)" in text and "Total params: 34" in text


def test_the_gradient_of_another_forward_pass_is_explained():
    inner_in = keras.Input([4])
    features = layers.Dense(3, name="features")(inner_in)
    inner = keras.Model(inner_in, layers.Dense(1)(features))
    part = keras.Model(inner.input, inner.get_layer("features").output)
    x = tf.ones([1, 4])
    with tf.GradientTape() as tape:
        found = part(x)
        tape.watch(found)
        score = inner(x)
    gradient = tape.gradient(score, found)
    assert gradient is None
    assert whygrad.explain(tape, score, found).findings


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda x: tf.square(x), "cannot be used as input to a TensorFlow function"),
        (lambda x: keras.Model(keras.Input([3]), layers.Dense(1)(x)), "not connected"),
        (lambda x: keras.Model(x, layers.Dense(1)(x))(tf.ones([1, 4])), "expected shape"),
        (lambda x: keras.Model(x, layers.Dense(1)(x)).get_layer("absent"), "No such layer"),
        (lambda x: keras.Model([x, keras.Input([1])], layers.Dense(1)(x))([tf.ones([1, 3])]), "1 tensors are given"),
        (lambda x: layers.Concatenate()([x]), "at least 2"),
        (lambda x: layers.Dense(1).output, "never been called"),
    ],
)
def test_what_cannot_be_says_what_to_do(call, words):
    with pytest.raises((ValueError, AttributeError), match=words):
        call(keras.Input([3]))
