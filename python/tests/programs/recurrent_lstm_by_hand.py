# An LSTM cell written out, unrolled over four steps.
import tensorflow as tf

kernel = tf.Variable(tf.reshape(tf.sin(tf.range(5 * 12, dtype=tf.float32)), [5, 12]) * 0.3)
bias = tf.Variable(tf.zeros([12]))
x = tf.reshape(tf.cos(tf.range(16, dtype=tf.float32)), [2, 4, 2])
with tf.GradientTape() as tape:
    h, c = tf.zeros([2, 3]), tf.zeros([2, 3])
    for t in range(4):
        z = tf.concat([x[:, t], h], axis=1) @ kernel + bias
        i, f, g, o = tf.split(z, 4, axis=1)
        c = tf.sigmoid(f + 1.0) * c + tf.sigmoid(i) * tf.tanh(g)
        h = tf.sigmoid(o) * tf.tanh(c)
    loss = tf.reduce_mean(h * h)
grads = dict(zip(("kernel", "bias"), tape.gradient(loss, [kernel, bias])))
