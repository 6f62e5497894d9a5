# Incoming gradients of one's own, and one target twice.
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape(persistent=True) as tape:
    y = x ** 2
grads = {
    "weighted": tape.gradient(y, x, output_gradients=tf.constant([1.0, 0.0, -1.0])),
    "twice": tape.gradient([y, y], x),
    "itself": tape.gradient(x, x),
}
