# Normalisation by moments, over batches and over layers.
import tensorflow as tf

x = tf.Variable(tf.reshape(tf.sin(tf.range(24, dtype=tf.float32)), [4, 6]))
gamma, beta = tf.Variable(tf.linspace(0.5, 1.5, 6)), tf.Variable(tf.zeros([6]))
with tf.GradientTape(persistent=True) as tape:
    mean, variance = tf.nn.moments(x, axes=[0])
    batch = tf.reduce_sum(tf.nn.batch_normalization(x, mean, variance, beta, gamma, 1e-3) ** 3)
    mean, variance = tf.nn.moments(x, axes=[-1], keepdims=True)
    layer = tf.reduce_sum((gamma * (x - mean) * tf.math.rsqrt(variance + 1e-5) + beta) ** 3)
grads = {f"{n}_{i}": g for n, y in dict(batch=batch, layer=layer).items() for i, g in enumerate(tape.gradient(y, [x, gamma, beta]))}
