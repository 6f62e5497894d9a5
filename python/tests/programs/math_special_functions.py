# Functions that are not often seen.
import tensorflow as tf

x = tf.Variable([0.3, 0.9, 1.7])
with tf.GradientTape(persistent=True) as tape:
    ys = {
        "lgamma": tf.math.lgamma(x), "digamma": tf.math.digamma(x), "erf": tf.math.erf(x), "erfc": tf.math.erfc(x), "expm1": tf.math.expm1(x),
        "log1p": tf.math.log1p(x), "softsign": tf.math.softsign(x), "rsqrt": tf.math.rsqrt(x), "xlogy": tf.math.xlogy(x, x * 2.0),
        "xdivy": tf.math.xdivy(x, x + 1.0), "xlog1py": tf.math.xlog1py(x, x), "atan2": tf.atan2(x, x + 1.0), "sinh": tf.sinh(x), "asinh": tf.asinh(x),
        "atanh": tf.atanh(x * 0.5), "cumsum": tf.cumsum(x, exclusive=True, reverse=True) * x, "cumprod": tf.math.cumprod(x), "polyval": tf.math.polyval([2.0, 1.0, 3.0], x),
        "logsumexp": tf.reduce_logsumexp(x), "std": tf.math.reduce_std(x), "variance": tf.math.reduce_variance(x), "floormod": tf.math.floormod(x, 0.4),
        "divnonan": tf.math.divide_no_nan(x, x * x), "softmax": tf.nn.softmax(x) ** 2, "cosine": tf.reduce_sum(tf.cos(x)) * tf.sin(x), "lbeta": tf.math.lbeta(x),
        "reduce_euclidean": tf.math.reduce_euclidean_norm(x), "polygamma": tf.math.polygamma(tf.ones([3]), x), "log_sigmoid": tf.math.log_sigmoid(x),
        "cumulative": tf.cumsum(x**2), "zeta": tf.math.pow(x, 2.5), "gelu": tf.nn.gelu(x), "gelu_approximate": tf.nn.gelu(x, approximate=True),
    }
grads = {name: tape.gradient(y, x) for name, y in ys.items()}
