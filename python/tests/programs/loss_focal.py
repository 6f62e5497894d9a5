# Focal loss by hand.
import tensorflow as tf

logits = tf.Variable([0.3, -1.2, 2.0, 0.0])
labels = tf.constant([1.0, 0.0, 1.0, 0.0])
with tf.GradientTape() as tape:
    p = tf.sigmoid(logits)
    p_t = labels * p + (1.0 - labels) * (1.0 - p)
    loss = -tf.reduce_mean((1.0 - p_t) ** 2.0 * tf.math.log(p_t))
grads = {"logits": tape.gradient(loss, logits)}
