# An assertion about values fails.
import tensorflow as tf

x = tf.constant([1.0, -1.0])
tf.debugging.assert_greater(tf.constant(2), 1)
tf.debugging.assert_equal(x, x)
tf.debugging.assert_near(x, x + 1e-8)
tf.debugging.assert_shapes([(x, ("n",))])
tf.debugging.assert_non_negative(x, message="there is a loss below zero")
grads = {}
