# Soft Dice against masks.
import tensorflow as tf

z = tf.Variable([[[0.2, -0.4], [1.5, 0.3]]])
mask = tf.constant([[[1.0, 0.0], [1.0, 1.0]]])
with tf.GradientTape() as tape:
    p = tf.sigmoid(z)
    overlap = tf.reduce_sum(p * mask, axis=[1, 2])
    loss = 1.0 - tf.reduce_mean((2.0 * overlap + 1.0) / (tf.reduce_sum(p, axis=[1, 2]) + tf.reduce_sum(mask, axis=[1, 2]) + 1.0))
grads = {"z": tape.gradient(loss, z)}
