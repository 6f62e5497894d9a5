# A jacobian, a batch jacobian, a hessian.
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
rows = tf.constant([[1.0, 2.0], [3.0, 4.0]])
with tf.GradientTape() as tape:
    y = tf.stack([x[0] * x[1], tf.reduce_sum(x ** 2)])
jacobian = tape.jacobian(y, x)
with tf.GradientTape() as tape:
    tape.watch(rows)
    z = rows ** 3 * tf.reduce_sum(rows, axis=1, keepdims=True)
batch = tape.batch_jacobian(z, rows)
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        f = tf.reduce_sum(x ** 3) + x[0] * x[2]
    g = inner.gradient(f, x)
hessian = outer.jacobian(g, x)
grads = {"jacobian": jacobian, "batch": batch, "hessian": hessian}
