# Keras computes a cross-entropy from the logits behind its own sigmoid and softmax, so that a saturated output still learns. Behind others it does not.
import tensorflow as tf

keras = tf.keras
x = tf.constant([[1.0], [2.0]])
no, second = tf.constant([[0.0], [0.0]]), tf.constant([[0.0, 1.0], [0.0, 1.0]])
binary, categorical = keras.losses.BinaryCrossentropy(), keras.losses.CategoricalCrossentropy()
sparse = keras.losses.SparseCategoricalCrossentropy()


def apart(shape, dtype=None):
    return tf.constant([[200.0, -200.0]])


def gradient(loss, kernel, *layers):
    units = 1 if kernel is large else 2
    model = keras.Sequential([keras.layers.Dense(units, kernel_initializer=kernel), *layers])
    model(x)
    with tf.GradientTape() as tape:
        value = tf.reduce_mean(loss(model(x)))
    return tape.gradient(value, model.trainable_variables[0])


large = keras.initializers.Constant(200.0)
sigmoid, softmax = keras.layers.Activation("sigmoid"), keras.layers.Softmax()
grads = {
    "binary": gradient(lambda p: binary(no, p), large, sigmoid),
    "binary_function": gradient(lambda p: keras.losses.binary_crossentropy(no, p), large, sigmoid),
    "sigmoid_of_nn": gradient(lambda p: binary(no, p), large, keras.layers.Activation(tf.nn.sigmoid)),
    "reshaped": gradient(lambda p: binary(no, p), large, sigmoid, keras.layers.Flatten()),
    "categorical": gradient(lambda p: categorical(second, p), apart, softmax),
    "sparse": gradient(lambda p: sparse(tf.constant([1, 1]), p), apart, softmax),
    "softmax_of_nn": gradient(lambda p: categorical(second, p), apart, keras.layers.Activation(tf.nn.softmax)),
}
dense = keras.layers.Dense(1, activation="sigmoid", kernel_initializer=large)
dense(x)
with tf.GradientTape() as tape:
    loss = binary(no, dense(x))
grads["dense"] = tape.gradient(loss, dense.kernel)
