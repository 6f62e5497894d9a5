# Two heads of attention by einsum, with a mask.
import tensorflow as tf

x = tf.Variable(tf.reshape(tf.sin(tf.range(24, dtype=tf.float32)), [2, 3, 4]))
wq, wk = (tf.Variable(tf.reshape(tf.cos(tf.range(16, dtype=tf.float32) * s), [4, 2, 2])) for s in (0.5, 0.7))
mask = tf.linalg.band_part(tf.ones([3, 3]), -1, 0)
with tf.GradientTape() as tape:
    q, k = tf.einsum("btd,dhk->bhtk", x, wq), tf.einsum("btd,dhk->bhtk", x, wk)
    scores = tf.einsum("bhtk,bhsk->bhts", q, k) / tf.sqrt(2.0)
    weights = tf.nn.softmax(tf.where(mask == 1.0, scores, -1e9))
    out = tf.einsum("bhts,bsd->bthd", weights, x)
    loss = tf.reduce_sum(out**2)
grads = dict(zip(("x", "wq", "wk"), tape.gradient(loss, [x, wq, wk])))
