# A critic whose input gradient is held at norm one.
import tensorflow as tf

w1, w2 = tf.Variable(tf.reshape(tf.sin(tf.range(6, dtype=tf.float32)), [2, 3])), tf.Variable([[0.5], [-1.0], [0.3]])
real, fake = tf.constant([[1.0, 2.0], [0.5, -1.0]]), tf.constant([[0.0, 1.0], [-0.5, 0.2]])
critic = lambda x: tf.nn.elu(x @ w1) @ w2
mixed = 0.3 * real + 0.7 * fake
with tf.GradientTape() as tape:
    with tf.GradientTape() as inner:
        inner.watch(mixed)
        score = critic(mixed)
    slope = tf.sqrt(tf.reduce_sum(inner.gradient(score, mixed) ** 2, axis=1) + 1e-12)
    loss = tf.reduce_mean(critic(fake)) - tf.reduce_mean(critic(real)) + 10.0 * tf.reduce_mean((slope - 1.0) ** 2)
grads = dict(zip(("w1", "w2"), tape.gradient(loss, [w1, w2])))
