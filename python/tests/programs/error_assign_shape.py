# A variable keeps its shape.
import tensorflow as tf

x = tf.Variable(tf.ones([2, 3]))
x.assign(tf.ones([3]))
grads = {}
