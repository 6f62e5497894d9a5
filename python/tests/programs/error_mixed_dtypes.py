# Two dtypes in one op are an error.
import tensorflow as tf

x = tf.Variable([1.0])
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(x * tf.constant([1.0], tf.float64))
grads = {"x": tape.gradient(loss, x)}
