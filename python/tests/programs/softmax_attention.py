# One head of attention with a mask.
import tensorflow as tf

d = 4
x = tf.reshape(tf.sin(tf.range(12, dtype=tf.float32)), [1, 3, d])
wq, wk, wv = [tf.Variable(tf.reshape(tf.cos(tf.range(16, dtype=tf.float32) + i), [d, d]) * 0.3) for i in range(3)]
mask = tf.constant([[0.0, -1e9, -1e9], [0.0, 0.0, -1e9], [0.0, 0.0, 0.0]])
with tf.GradientTape() as tape:
    q, k, v = [tf.einsum("btd,de->bte", x, w) for w in (wq, wk, wv)]
    scores = tf.matmul(q, k, transpose_b=True) / tf.sqrt(float(d)) + mask
    loss = tf.reduce_sum(tf.matmul(tf.nn.softmax(scores), v) ** 2)
grads = dict(zip(["wq", "wk", "wv"], tape.gradient(loss, [wq, wk, wv])))
