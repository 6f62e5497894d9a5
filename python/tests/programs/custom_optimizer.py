# Adam written out over variables, with bias corrections.
import tensorflow as tf

v = [tf.Variable([1.0, -2.0]), tf.Variable([[0.5]])]
first, second = [tf.Variable(tf.zeros_like(w), trainable=False) for w in v], [tf.Variable(tf.zeros_like(w), trainable=False) for w in v]
for step in range(1, 6):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(v[0] ** 4) + tf.reduce_sum(tf.square(v[1] - 2.0)) * tf.reduce_sum(v[0] ** 2)
    for w, m, s, g in zip(v, first, second, tape.gradient(loss, v)):
        m.assign(0.9 * m + 0.1 * g)
        s.assign(0.99 * s + 0.01 * tf.square(g))
        w.assign_sub(0.05 * (m / (1 - 0.9**step)) / (tf.sqrt(s / (1 - 0.99**step)) + 1e-7))
grads = {"v0": v[0].value(), "v1": v[1].value(), "m": first[0].value(), "s": second[0].value()}
