# Triplet loss with a margin: one triplet is already right and adds nothing.
import tensorflow as tf

anchor = tf.Variable([[1.0, 0.0], [0.0, 1.0]])
positive = tf.constant([[0.9, 0.1], [1.0, 1.0]])
negative = tf.constant([[-1.0, 0.0], [0.1, 0.9]])
with tf.GradientTape() as tape:
    near = tf.reduce_sum(tf.square(anchor - positive), axis=1)
    far = tf.reduce_sum(tf.square(anchor - negative), axis=1)
    loss = tf.reduce_mean(tf.maximum(near - far + 0.2, 0.0))
grads = {"anchor": tape.gradient(loss, anchor)}
