# Complex numbers: parts, conjugates, products, absolute values.
import tensorflow as tf

a, b = tf.Variable([1.0, -2.0]), tf.Variable([0.5, 3.0])
z = tf.Variable(tf.constant([1 + 2j, -3 + 0.5j], dtype=tf.complex64))
with tf.GradientTape(persistent=True) as tape:
    c = tf.complex(a, b)
    ys = {"abs": tf.reduce_sum(tf.abs(c * c)), "real": tf.reduce_sum(tf.math.real(c * tf.math.conj(c) * c)), "angle": tf.reduce_sum(tf.math.angle(c)),
          "exp": tf.reduce_sum(tf.math.imag(tf.exp(c))), "div": tf.reduce_sum(tf.math.real(c / z))}
    energy = tf.reduce_sum(tf.abs(z) ** 2)
    square = tf.reduce_sum(z * z)
grads = {f"{n}_{s}": g for n, y in ys.items() for s, g in zip("ab", tape.gradient(y, [a, b]))}
grads.update(energy=tape.gradient(energy, z), square=tape.gradient(square, z), div_z=tape.gradient(ys["div"], z))
