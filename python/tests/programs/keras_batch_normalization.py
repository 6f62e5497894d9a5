# Gradient through the statistics of the batch, and the moving ones after it.
import tensorflow as tf

layer = tf.keras.layers.BatchNormalization(momentum=0.9)
x = tf.Variable([[1.0, 2.0], [3.0, 5.0], [4.0, -1.0]])
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(layer(x, training=True) * tf.constant([[1.0, 2.0], [0.5, -1.0], [3.0, 0.0]]))
g = tape.gradient(loss, [x, layer.gamma, layer.beta])
grads = {"x": g[0], "gamma": g[1], "beta": g[2], "mean": layer.moving_mean * 1.0, "infer": layer(x, training=False)}
