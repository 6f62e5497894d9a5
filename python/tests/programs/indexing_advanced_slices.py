# Masks, ellipses, new axes, negative steps, tensors as indices.
import tensorflow as tf

x = tf.Variable(tf.reshape(tf.range(24, dtype=tf.float32), [2, 3, 4]))
i = tf.constant(1)
with tf.GradientTape(persistent=True) as tape:
    a = tf.reduce_sum(x[..., 1] ** 2) + tf.reduce_sum(x[i, :, ::2] ** 2)
    b = tf.reduce_sum(x[:, tf.newaxis, ::-1, -1] * tf.constant([1.0, 2.0, 3.0]))
    c = tf.reduce_sum(tf.boolean_mask(x, x > 10.0) ** 2)
    d = tf.reduce_sum(tf.slice(x, [0, 1, 2], [2, -1, 2]) ** 3)
    e = tf.reduce_sum(tf.strided_slice(x, [0, 0, 3], [2, 3, 0], [1, 2, -1]) ** 2)
    f = tf.reduce_sum(tf.gather(x, [[2, 0]], axis=1) ** 2) + tf.reduce_sum(tf.gather(x, [[0], [3]], axis=2, batch_dims=1) ** 2)
    g = tf.reduce_sum(tf.reverse(x, [0, -1])[0] ** 2) + tf.reduce_sum(tf.roll(x, shift=[1, -1], axis=[0, 2])[0, 0] ** 2)
grads = {name: tape.gradient(y, x) for name, y in dict(a=a, b=b, c=c, d=d, e=e, f=f, g=g).items()}
