# Ellipses, diagonals, sums and outer products.
import tensorflow as tf

a = tf.Variable(tf.reshape(tf.range(12, dtype=tf.float32), [2, 2, 3]))
m = tf.Variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 10.0]])
v = tf.Variable([1.0, -2.0, 0.5])
with tf.GradientTape(persistent=True) as tape:
    y1 = tf.reduce_sum(tf.einsum("...ij,jk->...ik", a, m) ** 2)
    y2 = tf.einsum("ii->", m) * tf.reduce_sum(tf.einsum("ii->i", m) * v)
    y3 = tf.reduce_sum(tf.einsum("i,j->ij", v, v) * m)
    y4 = tf.einsum("i,i", v, v) + tf.reduce_sum(tf.einsum("ij->ji", m) * m)
    y5 = tf.reduce_sum(tf.einsum("...i,i->...", a, v) ** 2)
grads = {"a1": tape.gradient(y1, a), "m1": tape.gradient(y1, m), "m2": tape.gradient(y2, m), "v2": tape.gradient(y2, v), "v3": tape.gradient(y3, v),
         "v4": tape.gradient(y4, v), "m4": tape.gradient(y4, m), "a5": tape.gradient(y5, a), "v5": tape.gradient(y5, v)}
