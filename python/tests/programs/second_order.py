# The second and the third derivative.
import tensorflow as tf

x = tf.Variable(1.5)
with tf.GradientTape() as t3:
    with tf.GradientTape() as t2:
        with tf.GradientTape() as t1:
            y = x ** 4 + tf.sin(x)
        first = t1.gradient(y, x)
    second = t2.gradient(first, x)
third = t3.gradient(second, x)
grads = {"first": first, "second": second, "third": third}
