# A target that is no tensor.
import tensorflow as tf

x = tf.Variable(1.0)
with tf.GradientTape() as tape:
    y = x * 2.0
tape.gradient(None, x)
grads = {}
