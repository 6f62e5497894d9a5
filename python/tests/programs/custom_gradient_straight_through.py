# round with the gradient of the identity, by a custom gradient and by stop_gradient.
import tensorflow as tf

@tf.custom_gradient
def round_through(x):
    return tf.round(x), lambda upstream: upstream


x = tf.Variable([0.4, 1.6, -0.7])
with tf.GradientTape(persistent=True) as tape:
    a = tf.reduce_sum(round_through(x) * [1.0, 2.0, 3.0])
    b = tf.reduce_sum((x + tf.stop_gradient(tf.round(x) - x)) * [1.0, 2.0, 3.0])
    c = tf.reduce_sum(tf.round(x) * [1.0, 2.0, 3.0])
grads = {"custom": tape.gradient(a, x), "stop": tape.gradient(b, x), "plain": tape.gradient(c, x)}
