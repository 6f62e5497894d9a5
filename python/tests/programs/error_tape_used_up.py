# A tape that is not persistent answers once.
import tensorflow as tf

x = tf.Variable(2.0)
with tf.GradientTape() as tape:
    y = x ** 2
tape.gradient(y, x)
grads = {"x": tape.gradient(y, x)}
