# A recurrent cell, unrolled, with clipping by the global norm.
import tensorflow as tf

wx, wh, b = tf.Variable([[0.5, -0.4]]), tf.Variable([[0.9, 0.1], [-0.3, 1.1]]), tf.Variable([0.0, 0.1])
sequence = [0.2, -1.0, 0.7, 1.5, 0.3]
with tf.GradientTape() as tape:
    h = tf.zeros([1, 2])
    for value in sequence:
        h = tf.tanh(value * wx + h @ wh + b)
    loss = tf.reduce_sum(h * [[3.0, -2.0]])
g, norm = tf.clip_by_global_norm(tape.gradient(loss, [wx, wh, b]), 0.5)
grads = {"wx": g[0], "wh": g[1], "b": g[2], "norm": norm}
