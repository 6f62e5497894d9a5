# A function of each row.
import tensorflow as tf

x = tf.Variable([[1.0, 2.0], [3.0, 4.0], [0.5, 0.25]])
with tf.GradientTape() as tape:
    y = tf.map_fn(lambda row: tf.reduce_sum(row ** 2) * row[0], x)
    loss = tf.reduce_sum(y)
grads = {"x": tape.gradient(loss, x), "y": y}
