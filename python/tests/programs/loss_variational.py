# A reparameterised sample, its reconstruction and a KL divergence; the draw is fixed.
import tensorflow as tf

mean, log_variance = tf.Variable([[0.3, -0.2]]), tf.Variable([[-0.5, 0.4]])
decoder = tf.Variable([[0.5, -1.0, 0.2], [1.0, 0.3, -0.7]])
draw, x = tf.constant([[0.7, -1.1]]), tf.constant([[1.0, 0.0, 1.0]])
with tf.GradientTape() as tape:
    z = mean + tf.exp(0.5 * log_variance) * draw
    likelihood = -tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=z @ decoder), axis=1)
    divergence = -0.5 * tf.reduce_sum(1.0 + log_variance - tf.square(mean) - tf.exp(log_variance), axis=1)
    loss = tf.reduce_mean(divergence - likelihood)
grads = dict(zip(("mean", "log_variance", "decoder"), tape.gradient(loss, [mean, log_variance, decoder])))
