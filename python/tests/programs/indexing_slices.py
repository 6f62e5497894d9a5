# Slices, steps, ellipsis, new axes, negative positions.
import tensorflow as tf

x = tf.Variable(tf.reshape(tf.range(24, dtype=tf.float32), [2, 3, 4]))
with tf.GradientTape() as tape:
    parts = [x[0], x[..., -1], x[:, 1:, ::2], x[1, :, tf.newaxis, 0], x[-1, -2, -3], x[:, ::-1]]
    loss = tf.add_n([tf.reduce_sum(part ** 2) * (i + 1.0) for i, part in enumerate(parts)])
grads = {"x": tape.gradient(loss, x)}
