# Negative log-likelihood with a learned variance, and a penalty.
import tensorflow as tf

mu, rho = tf.Variable(0.5), tf.Variable(-1.0)
data = tf.constant([0.1, 0.9, 1.7])
with tf.GradientTape() as tape:
    sigma = tf.nn.softplus(rho) + 1e-3
    loss = tf.reduce_sum(0.5 * ((data - mu) / sigma) ** 2 + tf.math.log(sigma)) + 0.01 * tf.nn.l2_loss(mu)
g = tape.gradient(loss, [mu, rho])
grads = {"mu": g[0], "rho": g[1]}
