# Systems of equations, determinants and factors.
import tensorflow as tf

a = tf.Variable([[4.0, 1.0, 0.5], [1.0, 3.0, -0.2], [0.5, -0.2, 2.0]])
b = tf.Variable([[1.0], [2.0], [-1.0]])
w = tf.constant([[1.0, 2.0, -1.0], [0.5, 1.0, 3.0], [2.0, -1.0, 1.0]])
with tf.GradientTape(persistent=True) as tape:
    ys = {
        "inv": tf.reduce_sum(tf.linalg.inv(a) * w), "det": tf.linalg.det(a), "logdet": tf.linalg.logdet(a),
        "slogdet": tf.linalg.slogdet(a)[1], "solve": tf.reduce_sum(tf.linalg.solve(a, b) ** 2),
        "adjoint": tf.reduce_sum(tf.linalg.solve(a, b, adjoint=True) ** 3), "cholesky": tf.reduce_sum(tf.linalg.cholesky(a) * w),
        "triangular": tf.reduce_sum(tf.linalg.triangular_solve(a, b) ** 2),
        "upper": tf.reduce_sum(tf.linalg.triangular_solve(a, b, lower=False, adjoint=True) ** 2),
        "cholesky_solve": tf.reduce_sum(tf.linalg.cholesky_solve(tf.linalg.cholesky(a), b) ** 2),
        "eigenvalues": tf.reduce_sum(tf.linalg.eigvalsh(a) * tf.constant([1.0, 2.0, 3.0])),
        "eigenvectors": tf.reduce_sum(tf.square(tf.linalg.eigh(a)[1]) * w), "trace": tf.linalg.trace(a @ a),
    }
grads = {name: tape.gradient(y, a) for name, y in ys.items()}
grads["b"] = tape.gradient(ys["solve"], b)
