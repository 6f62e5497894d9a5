# Momentum written by hand, on a loss from logits.
import tensorflow as tf

x = tf.constant([[0.5, 1.0], [-1.0, 0.3], [2.0, -0.7], [-0.4, -1.2]])
labels = tf.constant([1.0, 0.0, 1.0, 0.0])
w = tf.Variable([0.1, -0.2])
velocity = tf.Variable(tf.zeros([2]), trainable=False)
for _ in range(10):
    with tf.GradientTape() as tape:
        logits = tf.linalg.matvec(x, w)
        loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))
    g = tape.gradient(loss, w)
    velocity.assign(0.9 * velocity + g)
    w.assign_sub(0.5 * velocity)
grads = {"g": g, "w": w.read_value(), "velocity": velocity.read_value()}
