# Gradients of broadcast operands are summed.
import tensorflow as tf

row, column, scalar = tf.Variable([[1.0, 2.0, 3.0]]), tf.Variable([[10.0], [20.0]]), tf.Variable(0.5)
with tf.GradientTape() as tape:
    loss = tf.reduce_sum((row * column + scalar) / (row + 1.0))
g = tape.gradient(loss, [row, column, scalar])
grads = {"row": g[0], "column": g[1], "scalar": g[2]}
