# The gradient of a linear function does not depend on x any more; that of a product still depends on the other factor.
import tensorflow as tf

x, y = tf.Variable(3.0), tf.Variable(2.0)
with tf.GradientTape(persistent=True) as outer:
    with tf.GradientTape() as inner:
        z = 4.0 * x + x * y
    first = inner.gradient(z, x)
grads = {"first": first, "by_x": outer.gradient(first, x), "by_y": outer.gradient(first, y)}
