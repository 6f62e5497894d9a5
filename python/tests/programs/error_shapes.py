# Shapes that do not fit raise InvalidArgumentError.
import tensorflow as tf

x = tf.Variable(tf.ones([2, 3]))
with tf.GradientTape() as tape:
    y = tf.matmul(x, tf.ones([2, 3]))
grads = {}
