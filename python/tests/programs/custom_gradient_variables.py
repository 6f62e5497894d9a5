# A custom gradient of two inputs, one of which gets nothing.
import tensorflow as tf

@tf.custom_gradient
def weighted(x, w):
    def grad(upstream):
        return upstream * w, None

    return x * w, grad


x, w = tf.Variable([1.0, 2.0]), tf.Variable([3.0, 4.0])
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(weighted(x, w) * 2.0)
g = tape.gradient(loss, [x, w])
grads = {"x": g[0], "w": g[1]}
