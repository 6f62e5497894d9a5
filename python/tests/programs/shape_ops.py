# Shapes changed in all ways.
import tensorflow as tf

x = tf.Variable(tf.reshape(tf.range(12, dtype=tf.float32), [3, 4]))
c = tf.reshape(tf.range(24, dtype=tf.float32), [6, 4])
with tf.GradientTape(persistent=True) as tape:
    ys = {
        "tile": tf.tile(x, [2, 1]) * c, "repeat": tf.repeat(x, 2, axis=0) * c, "repeats": tf.repeat(x, [1, 2, 3], axis=0) * c, "pad": tf.pad(x, [[1, 0], [0, 2]], constant_values=3.0) ** 2,
        "reflect": tf.pad(x, [[1, 1], [2, 2]], mode="REFLECT") ** 2, "symmetric": tf.pad(x, [[2, 0], [0, 1]], mode="SYMMETRIC") ** 2,
        "concat": tf.concat([x, x * 2.0], 0) * c, "stack": tf.stack([x, x**2], axis=1), "unstack": tf.add_n(tf.unstack(x, axis=1)) ** 2,
        "transpose": tf.transpose(x) * tf.reshape(c[:3], [4, 3]), "split": tf.split(x, [1, 3], axis=1)[1] ** 2, "expand": tf.squeeze(tf.expand_dims(x, 1), [1]) ** 2,
        "broadcast": tf.broadcast_to(x[0], [6, 4]) * c, "meshgrid": tf.meshgrid(x[0], x[1])[0] * tf.ones([4, 4]), "identity_n": tf.identity_n([x, x])[1] ** 2,
        "where": tf.where(x > 5.0, x * 2.0, x**2), "sort": tf.sort(x, axis=1, direction="DESCENDING") * c[:3], "top": tf.math.top_k(x, 2).values ** 2, "ensure": tf.ensure_shape(x, [None, 4]) ** 2,
    }
grads = {name: tape.gradient(y, x) for name, y in ys.items()}
