# Comparisons choose, and carry nothing themselves.
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
t = tf.Variable(2.0)
with tf.GradientTape(persistent=True) as tape:
    above = x > t
    chosen = tf.where(above & (x < 10.0), x * t, x - t)
    loss = tf.reduce_sum(chosen)
    count = tf.reduce_sum(tf.cast(above, tf.float32))
grads = {"x": tape.gradient(loss, x), "t": tape.gradient(loss, t), "count": tape.gradient(count, x)}
