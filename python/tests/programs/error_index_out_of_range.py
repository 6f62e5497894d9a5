# An index past the end.
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
y = tf.gather(x, [0, 5])
grads = {}
