# Taken apart and put together.
import tensorflow as tf

x = tf.Variable([[1.0, 2.0, 3.0, 4.0]])
with tf.GradientTape() as tape:
    a, b = tf.split(x, 2, axis=1)
    both = tf.concat([b, a * 2.0], axis=0)
    piles = tf.stack([both, both ** 2])
    first, second = tf.unstack(piles)
    loss = tf.reduce_sum(first * second) + tf.reduce_sum(tf.pad(x, [[0, 0], [1, 1]]) ** 2) + tf.reduce_sum(tf.tile(x, [2, 1]))
grads = {"x": tape.gradient(loss, x)}
