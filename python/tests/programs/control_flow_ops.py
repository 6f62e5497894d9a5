# cond, case, switch_case and while_loop.
import tensorflow as tf

x = tf.Variable(0.7)
with tf.GradientTape(persistent=True) as tape:
    a = tf.cond(x > 0.5, lambda: x * 3.0, lambda: x ** 2)
    b = tf.case([(x > 1.0, lambda: x), (x > 0.6, lambda: x ** 3)], default=lambda: tf.constant(1.0))
    c = tf.switch_case(tf.constant(1), [lambda: x, lambda: tf.exp(x)])
    _, d = tf.while_loop(lambda i, y: i < 4, lambda i, y: (i + 1, y * x), [tf.constant(0), tf.constant(1.0)])
    e = tf.cond(x > 5.0, lambda: x, lambda: tf.constant(0.0))
grads = {name: tape.gradient(y, x) for name, y in [("cond", a), ("case", b), ("switch", c), ("while", d), ("other_branch", e)]}
