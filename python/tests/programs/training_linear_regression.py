# Fifty steps of gradient descent on a line.
import tensorflow as tf

x = tf.constant([[0.0], [1.0], [2.0], [3.0]])
y = 3.0 * x - 1.0
w, b = tf.Variable([[0.0]]), tf.Variable([0.0])
for _ in range(50):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(tf.matmul(x, w) + b - y))
    dw, db = tape.gradient(loss, [w, b])
    w.assign_sub(0.1 * dw)
    b.assign_sub(0.1 * db)
grads = {"dw": dw, "db": db, "w": w.read_value(), "b": b.read_value(), "loss": loss}
