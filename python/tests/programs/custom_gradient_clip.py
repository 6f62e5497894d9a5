# A gradient that is clipped on its way back.
import tensorflow as tf

@tf.custom_gradient
def clip_gradient(x):
    def grad(upstream):
        return tf.clip_by_value(upstream, -1.0, 1.0)

    return tf.identity(x), grad


x = tf.Variable([0.1, 2.0, -3.0])
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(clip_gradient(x) ** 2)
grads = {"x": tape.gradient(loss, x)}
