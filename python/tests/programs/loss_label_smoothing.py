# Label smoothing, weights of classes, a masked mean, log_poisson and weighted cross entropies.
import tensorflow as tf

logits = tf.Variable([[1.0, -0.5, 0.2], [0.3, 0.8, -1.0]])
weights = tf.constant([1.0, 2.0, 0.5])
with tf.GradientTape(persistent=True) as tape:
    smooth = tf.one_hot([2, 0], 3) * 0.9 + 0.1 / 3
    a = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(smooth, logits))
    b = tf.reduce_sum(tf.gather(weights, [2, 0]) * tf.nn.sparse_softmax_cross_entropy_with_logits([2, 0], logits))
    c = tf.reduce_sum(tf.nn.weighted_cross_entropy_with_logits(tf.ones([2, 3]) * 0.25, logits, 3.0))
    d = tf.reduce_sum(tf.nn.log_poisson_loss(tf.constant([[2.0, 1.0, 0.5], [3.0, 0.0, 1.0]]), logits))
    e = tf.reduce_sum(tf.nn.l2_loss(logits)) + tf.reduce_sum(tf.nn.log_softmax(logits, axis=0)[0])
grads = {name: tape.gradient(y, logits) for name, y in dict(a=a, b=b, c=c, d=d, e=e).items()}
