# Places read and written.
import tensorflow as tf

x = tf.Variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
u = tf.Variable([10.0, 20.0])
with tf.GradientTape(persistent=True) as tape:
    picked = tf.gather_nd(x, [[0, 2], [1, 1], [0, 2]])
    spread = tf.scatter_nd([[1], [3]], u, [5])
    updated = tf.tensor_scatter_nd_update(x, [[0, 0], [1, 2]], u)
    added = tf.tensor_scatter_nd_add(x, [[0, 0], [0, 0]], u)
    taken = tf.tensor_scatter_nd_sub(x, [[1, 0]], u[:1])
    a, b, c = tf.reduce_sum(picked**2), tf.reduce_sum(spread**3), tf.reduce_sum(updated**2)
    d, e = tf.reduce_sum(added**2), tf.reduce_sum(taken**2)
grads = {"x_a": tape.gradient(a, x), "u_b": tape.gradient(b, u), "x_c": tape.gradient(c, x), "u_c": tape.gradient(c, u), "x_d": tape.gradient(d, x),
         "u_d": tape.gradient(d, u), "x_e": tape.gradient(e, x), "u_e": tape.gradient(e, u), "none": tape.gradient(a, u)}
