# Zeros on request, also for several sources and targets.
import tensorflow as tf

a, b, c = tf.Variable([1.0, 2.0]), tf.Variable([[3.0]]), tf.Variable(4.0)
with tf.GradientTape() as tape:
    first, second = tf.reduce_sum(a ** 2), c ** 3
g = tape.gradient([first, second], {"a": a, "b": b, "c": c}, unconnected_gradients=tf.UnconnectedGradients.ZERO)
grads = dict(g)
