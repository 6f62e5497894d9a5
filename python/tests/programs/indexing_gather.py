# gather with repeats, gather_nd, boolean_mask.
import tensorflow as tf

x = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
with tf.GradientTape(persistent=True) as tape:
    rows = tf.reduce_sum(tf.gather(x, [2, 0, 2]) ** 2)
    cells = tf.reduce_sum(tf.gather_nd(x, [[0, 1], [2, 0]]) * [10.0, 20.0])
    masked = tf.reduce_sum(tf.boolean_mask(x, [True, False, True]))
grads = {name: tf.convert_to_tensor(tape.gradient(y, x)) for name, y in [("rows", rows), ("cells", cells), ("masked", masked)]}
