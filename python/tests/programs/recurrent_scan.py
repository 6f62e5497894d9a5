# A recurrence by scan, a fold, and their gradients.
import tensorflow as tf

w, u = tf.Variable([[0.5, -0.2], [0.1, 0.3]]), tf.Variable([[1.0, 0.5]])
x = tf.constant([[[0.1], [0.2]], [[-0.3], [0.4]], [[0.5], [-0.6]]])
with tf.GradientTape(persistent=True) as tape:
    states = tf.scan(lambda h, e: tf.tanh(h @ w + e @ u), x, initializer=tf.zeros([2, 2]))
    loss = tf.reduce_sum(states[-1] ** 2) + tf.reduce_mean(states)
    folded = tf.foldl(lambda a, e: a * 0.5 + tf.reduce_sum(e @ u), x, initializer=tf.constant(1.0))
    back = tf.foldr(lambda a, e: a * 2.0 + tf.reduce_sum(e @ u), x, initializer=tf.constant(1.0))
    mapped = tf.reduce_sum(tf.vectorized_map(lambda e: tf.reduce_sum(e @ u) ** 2, x))
grads = {"w": tape.gradient(loss, w), "u": tape.gradient(loss, u), "folded": tape.gradient(folded, u), "back": tape.gradient(back, u),
         "mapped": tape.gradient(mapped, u)}
