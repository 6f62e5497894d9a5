# @ with batches, transposes and vectors.
import tensorflow as tf

a = tf.Variable(tf.reshape(tf.range(12, dtype=tf.float32), [2, 2, 3]))
b = tf.Variable(tf.reshape(tf.range(6, dtype=tf.float32), [2, 3]) - 2.0)
with tf.GradientTape() as tape:
    y = a @ tf.transpose(b)
    z = tf.matmul(a, y, transpose_a=True)
    loss = tf.reduce_sum(z * z) / 1000.0 + tf.reduce_sum(tf.tensordot(a, b, axes=[[2], [1]]))
g = tape.gradient(loss, [a, b])
grads = {"a": g[0], "b": g[1]}
