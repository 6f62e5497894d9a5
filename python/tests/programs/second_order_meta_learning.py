# One inner step of learning, differentiated by the outer tape.
import tensorflow as tf

w = tf.Variable([[0.4, -0.3]])
rate = tf.Variable(0.1)
x, y = tf.constant([[1.0, 2.0], [0.5, -1.0]]), tf.constant([[1.0], [0.0]])
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        loss = tf.reduce_mean((x @ tf.transpose(w) - y) ** 2)
    fast = w - rate * inner.gradient(loss, w)
    after = tf.reduce_mean((tf.tanh(x) @ tf.transpose(fast) - y) ** 2)
grads = dict(zip(("w", "rate"), outer.gradient(after, [w, rate])))
