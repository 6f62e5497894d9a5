# A gradient with options, several outputs and nested structures.
import tensorflow as tf

@tf.custom_gradient
def scaled(x, y, factor=2.0):
    def rule(da, db):
        return da * factor + db, db * factor

    return (x * y, x + y), rule

@tf.custom_gradient
def reverse(x):
    return tf.identity(x), lambda dy: -0.1 * dy

a, b = tf.Variable([1.0, 2.0]), tf.Variable([3.0, 4.0])
with tf.GradientTape(persistent=True) as tape:
    p, q = scaled(a, b)
    y = tf.reduce_sum(p * q)
    z = tf.reduce_sum(reverse(a * b) ** 2)
grads = {"a": tape.gradient(y, a), "b": tape.gradient(y, b), "reversed": tape.gradient(z, a)}
