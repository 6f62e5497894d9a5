# Gradients that exist and are 0.
import tensorflow as tf

x = tf.Variable([-1.0, -2.0])
s = tf.Variable([50.0, 80.0])
w = tf.Variable([0.5, 0.5])
with tf.GradientTape(persistent=True) as tape:
    dead = tf.reduce_sum(tf.nn.relu(x))
    saturated = tf.reduce_sum(tf.tanh(s))
    masked = tf.reduce_sum(w * tf.constant([0.0, 0.0]))
    clipped = tf.reduce_sum(tf.clip_by_value(s, 0.0, 1.0))
    cancelled = tf.reduce_sum(w - w)
    sign = tf.reduce_sum(tf.sign(x))
grads = {
    "dead": tape.gradient(dead, x), "saturated": tape.gradient(saturated, s), "masked": tape.gradient(masked, w),
    "clipped": tape.gradient(clipped, s), "cancelled": tape.gradient(cancelled, w), "sign": tape.gradient(sign, x),
}
