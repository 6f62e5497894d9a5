# A contrastive loss over cosine similarities with a temperature that learns.
import tensorflow as tf

a, b = tf.Variable([[1.0, 2.0, -1.0], [0.5, -0.5, 2.0]]), tf.Variable([[0.9, 1.5, -1.2], [1.0, 0.0, 1.0]])
temperature = tf.Variable(0.5)
with tf.GradientTape() as tape:
    similarity = tf.matmul(tf.math.l2_normalize(a, 1), tf.math.l2_normalize(b, 1), transpose_b=True) / tf.exp(temperature)
    labels = tf.range(2)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, similarity))
    loss += tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, tf.transpose(similarity)))
grads = dict(zip("abt", tape.gradient(loss, [a, b, temperature])))
