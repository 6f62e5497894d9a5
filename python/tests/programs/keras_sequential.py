# A small model of Keras' layers.
import tensorflow as tf

constant = tf.keras.initializers.Constant
model = tf.keras.Sequential([
    tf.keras.layers.Dense(3, activation="tanh", kernel_initializer=constant(0.1), bias_initializer=constant(0.2)),
    tf.keras.layers.Dense(1, kernel_initializer=constant(-0.3)),
])
x = tf.constant([[1.0, 2.0], [3.0, -1.0]])
with tf.GradientTape() as tape:
    loss = tf.keras.losses.MeanSquaredError()(tf.constant([[1.0], [0.0]]), model(x))
variables = model.trainable_variables
grads = dict(zip(["kernel", "bias", "kernel_1", "bias_1"], tape.gradient(loss, variables)))
