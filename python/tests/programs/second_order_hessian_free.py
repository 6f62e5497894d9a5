# Products of the Hessian with a vector, and a step of conjugate gradients.
import tensorflow as tf

x = tf.Variable([1.0, -0.5, 2.0])

def product(v):
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = tf.reduce_sum(tf.exp(x * 0.5)) + tf.reduce_prod(x) + tf.reduce_sum(x**4)
        g = inner.gradient(y, x)
    return g, outer.gradient(g, x, output_gradients=v)

g, _ = product(tf.ones([3]))
r = -g
_, hr = product(r)
alpha = tf.reduce_sum(r * r) / tf.reduce_sum(r * hr)
x.assign_add(alpha * r)
grads = {"g": g, "hr": hr, "x": x.value()}
