# Diagonals, norms, products.
import tensorflow as tf

m = tf.Variable([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])
s = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
v = tf.Variable([1.0, -2.0, 3.0])
with tf.GradientTape(persistent=True) as tape:
    ys = {
        "diag": tf.reduce_sum(tf.linalg.diag(v) ** 2), "part": tf.reduce_sum(tf.linalg.diag_part(m) ** 2),
        "set": tf.reduce_sum(tf.linalg.set_diag(s, v[:2]) ** 2), "band": tf.reduce_sum(tf.linalg.band_part(m, 0, 1) ** 3),
        "norm": tf.norm(m), "norm1": tf.norm(m, ord=1), "norminf": tf.norm(v, ord=float("inf")), "axis": tf.reduce_sum(tf.norm(m, axis=1)),
        "matvec": tf.reduce_sum(tf.linalg.matvec(m, v) ** 2), "cross": tf.reduce_sum(tf.linalg.cross(m[0], v) ** 2),
        "normalize": tf.reduce_sum(tf.linalg.normalize(v)[0] ** 3), "l2": tf.reduce_sum(tf.math.l2_normalize(m, axis=1) ** 3),
        "adjoint": tf.reduce_sum(tf.linalg.adjoint(m)[1] ** 2), "dot": tf.tensordot(v, m[1], 1), "outer": tf.reduce_sum(tf.tensordot(v, v, 0) ** 2),
        "transposed": tf.reduce_sum(tf.matmul(m, m, transpose_b=True) ** 2), "adjoint_b": tf.reduce_sum(tf.matmul(m, m, adjoint_a=True)),
    }
grads = {name: tape.gradient(y, [m, s, v]) for name, y in ys.items()}
grads = {f"{name}_{i}": g for name, several in grads.items() for i, g in enumerate(several)}
