"""Remedies are run: each that can be applied by hand is applied to a program whose explanation offers it, and must leave a gradient that is there, not
zero and finite. One entry for each op whose record says that it can make a gradient zero or not finite; a test of the catalogue looks for them here."""

import pytest

from test_zero_and_not_finite import run, status_of
from whygrad._language import spell


def scaled(setup, f, by, words="divide it by a number"):
    return (setup, f"{f}(x)", words, f"{f}(x / {by})")


def at_its_pole(f):
    return ("x = tf.Variable([0.0, 2.5])", f"tf.math.special.{f}(x)", "x + 1e-6", f"tf.math.special.{f}(x + 1e-6)")


def at_its_top(f):
    return ("x = tf.Variable([0.0])", f"tf.math.special.{f}(x)", "start away from 0", f"tf.math.special.{f}(x)", "x = tf.Variable([0.1])")


MATRIX = "x = tf.Variable([[1.0, 2.0], [3.0, 4.0]])"
ZEROS = "x = tf.Variable([[0.0, 0.0]])"
TWO = "x = tf.Variable([0.5, 2.0])"
LARGE = "x = tf.Variable([[1e30, 2e30]])"
IMAGE = "x = tf.Variable(tf.ones([1, 3, 3, 1]))\n"
OTHER_FACTOR = "start weights at random numbers"
LEFT_OUT = "take the part that should learn"
ROW = "x = tf.Variable([[0.2, 0.5], [0.1, 0.9]])\npad = tf.constant([[False, False], [True, True]])\nmask = lambda low: x + tf.where(pad, low, 0.0)\ninf = float('inf')"

# (op, what its record declares): (setup, target, the words that are applied, the target mended[, the setup mended])
REMEDIES = {
    # ---- Zero: units that are off, functions that are flat far from 0 ----
    ("relu", "zero"): ("x = tf.Variable([-50.0, -9.0])", "tf.nn.relu(x)", "use leaky_relu", "tf.nn.leaky_relu(x)"),
    ("relu6", "zero"): ("x = tf.Variable([-50.0, -9.0])", "tf.nn.relu6(x)", "use leaky_relu", "tf.nn.leaky_relu(x)"),
    ("leaky_relu", "zero"): (
        "x = tf.Variable([-50.0, -9.0])",
        "tf.nn.leaky_relu(x, alpha=0.0)",
        "alpha a number above 0",
        "tf.nn.leaky_relu(x, alpha=0.1)",
    ),
    ("elu", "zero"): scaled("x = tf.Variable([-200.0])", "tf.nn.elu", 100),
    ("selu", "zero"): scaled("x = tf.Variable([-200.0])", "tf.nn.selu", 100),
    ("softplus", "zero"): scaled("x = tf.Variable([-200.0])", "tf.nn.softplus", 100),
    ("softsign", "zero"): scaled("x = tf.Variable([1e25])", "tf.nn.softsign", 1e25),
    ("silu", "zero"): scaled("x = tf.Variable([-200.0])", "tf.nn.silu", 100),
    ("gelu", "zero"): scaled("x = tf.Variable([-200.0])", "tf.nn.gelu", 100),
    ("sigmoid", "zero"): ("x = tf.Variable([200.0])", "tf.sigmoid(x)", "normalise it", "tf.sigmoid(x / tf.stop_gradient(tf.reduce_max(tf.abs(x))))"),
    ("log_sigmoid", "zero"): ("x = tf.Variable([200.0])", "tf.math.log_sigmoid(x)", "normalising", "tf.math.log_sigmoid(x / 100)"),
    ("tanh", "zero"): scaled("x = tf.Variable([48.0])", "tf.tanh", 50),
    ("atan", "zero"): scaled("x = tf.Variable([1e25])", "tf.atan", 1e25),
    ("erf", "zero"): scaled("x = tf.Variable([20.0])", "tf.math.erf", 20),
    ("erfc", "zero"): scaled("x = tf.Variable([20.0])", "tf.math.erfc", 20),
    ("exp", "zero"): ("x = tf.Variable([-200.0])", "tf.exp(x)", "keep x above -87", "tf.exp(x / 10)"),
    ("expm1", "zero"): ("x = tf.Variable([-200.0])", "tf.math.expm1(x)", "keep x above -87", "tf.math.expm1(x / 10)"),
    ("softmax", "zero"): (
        "x = tf.Variable([200.0, 0.0])",
        "tf.nn.softmax(x) * [1.0, 2.0]",
        "divide them by a temperature",
        "tf.nn.softmax(x / 100) * [1.0, 2.0]",
    ),
    ("log_softmax", "zero"): (
        "x = tf.Variable([200.0, 0.0])",
        "tf.nn.log_softmax(x) * [1.0, 0.0]",
        "divide them by a temperature",
        "tf.nn.log_softmax(x / 100) * [1.0, 0.0]",
    ),
    ("softmax_cross_entropy_with_logits", "zero"): (
        "x = tf.Variable([[200.0, 0.0]])",
        "tf.nn.softmax_cross_entropy_with_logits([[1.0, 0.0]], x)",
        "smooth the labels",
        "tf.nn.softmax_cross_entropy_with_logits([[0.9, 0.1]], x)",
    ),
    ("sparse_softmax_cross_entropy_with_logits", "zero"): (
        "x = tf.Variable([[200.0, 0.0]])",
        "tf.nn.sparse_softmax_cross_entropy_with_logits([0], x)",
        "smooth the labels, as probabilities",
        "tf.nn.softmax_cross_entropy_with_logits([[0.9, 0.1]], x)",
    ),
    ("reduce_logsumexp", "zero"): (
        "x = tf.Variable([-200.0])\nother = tf.constant([200.0])",
        "tf.reduce_logsumexp(tf.concat([x, other], 0))",
        "divide them by a temperature",
        "tf.reduce_logsumexp(tf.concat([x, other], 0) / 100)",
    ),
    # ---- Zero: bounds, lowest points, steps ----
    ("maximum", "zero"): ("x = tf.Variable([1.0, -300.0])", "tf.maximum(x, 5.0)", "bound + leaky_relu(x - bound)", "5.0 + tf.nn.leaky_relu(x - 5.0)"),
    ("minimum", "zero"): ("x = tf.Variable([9.0, 300.0])", "tf.minimum(x, 5.0)", "bound - leaky_relu(bound - x)", "5.0 - tf.nn.leaky_relu(5.0 - x)"),
    ("clip_by_value", "zero"): (
        "x = tf.Variable([9.0, -9.0])",
        "tf.clip_by_value(x, -1.0, 1.0)",
        "x + stop_gradient(clip_by_value(x, low, high) - x)",
        "x + tf.stop_gradient(tf.clip_by_value(x, -1.0, 1.0) - x)",
    ),
    ("sign", "zero"): (TWO, "tf.sign(x)", "x + stop_gradient(sign(x) - x)", "x + tf.stop_gradient(tf.sign(x) - x)"),
    ("square", "zero"): (ZEROS, "tf.square(x)", "start away from 0", "tf.square(x)", TWO),
    ("l2_loss", "zero"): (ZEROS, "tf.nn.l2_loss(x)", "start away from 0", "tf.nn.l2_loss(x)", TWO),
    ("squared_difference", "zero"): (
        TWO,
        "tf.math.squared_difference(x, [0.5, 2.0])",
        "start where a and b differ",
        "tf.math.squared_difference(x, [0.5, 2.0])",
        ZEROS,
    ),
    ("abs", "zero"): (ZEROS, "tf.abs(x)", "start away from 0", "tf.abs(x)", TWO),
    ("complex_abs", "zero"): ("x = tf.Variable([0j, 0j])", "tf.abs(x)", "start away from 0", "tf.abs(x)", "x = tf.Variable([1 + 1j, 2j])"),
    ("cos", "zero"): (ZEROS, "tf.cos(x)", "start away from 0", "tf.cos(x)", TWO),
    ("cosh", "zero"): (ZEROS, "tf.cosh(x)", "start away from 0", "tf.cosh(x)", TWO),
    ("pow", "zero"): (ZEROS, "tf.pow(x, 3.0)", "start away from 0", "tf.pow(x, 3.0)", TWO),
    ("reduce_max", "zero"): (
        "x = tf.Variable([1.0])",
        "tf.reduce_max(tf.concat([x, [5.0]], 0))",
        "reduce_logsumexp(x)",
        "tf.reduce_logsumexp(tf.concat([x, [5.0]], 0))",
    ),
    ("reduce_min", "zero"): (
        "x = tf.Variable([5.0])",
        "tf.reduce_min(tf.concat([x, [1.0]], 0))",
        "-reduce_logsumexp(-x)",
        "-tf.reduce_logsumexp(-tf.concat([x, [1.0]], 0))",
    ),
    ("self_adjoint_eig", "zero"): (
        "x = tf.Variable([[4.0, 0.0], [0.0, 4.0]])",
        "tf.linalg.eigh(x)[1][:, 0] * [1.0, 2.0]",
        "adding matrix_diag([0, 1e-3, 2e-3, ..])",
        "tf.linalg.eigh(x + tf.linalg.diag([0.0, 1e-3]))[1][:, 0] * [1.0, 2.0]",
    ),
    ("svd", "zero"): (
        "x = tf.Variable([[4.0, 0.0], [0.0, 4.0]])",
        "tf.linalg.svd(x)[1][:, 0] * [1.0, 2.0]",
        "adding different small numbers to the diagonal",
        "tf.linalg.svd(x + tf.linalg.diag([0.0, 1e-3]))[1][:, 0] * [1.0, 2.0]",
    ),
    ("eig", "zero"): (
        "x = tf.Variable([[4.0, 0.0], [0.0, 4.0]])",
        "tf.math.real(tf.linalg.eig(x)[1][:, 0]) * [1.0, 2.0]",
        "adding different small numbers to the diagonal",
        "tf.math.real(tf.linalg.eig(x + tf.linalg.diag([0.0, 1e-3]))[1][:, 0]) * [1.0, 2.0]",
    ),
    # ---- Zero: factors of 0, parts that are left out ----
    ("multiply", "zero"): (TWO + "\nw = tf.Variable([0.0, 0.0])", "x * w", "start gates and scales at another number", "x * (w + 1.0)"),
    ("matmul", "zero"): (MATRIX + "\nw = tf.Variable(tf.zeros([2, 2]))", "x @ w", OTHER_FACTOR, "x @ (w + [[0.3, -0.1], [0.2, 0.7]])"),
    ("conv2d", "zero"): (
        IMAGE + "w = tf.Variable(tf.zeros([2, 2, 1, 1]))",
        "tf.nn.conv2d(x, w, 1, 'VALID')",
        OTHER_FACTOR,
        "tf.nn.conv2d(x, w + 0.3, 1, 'VALID')",
    ),
    ("conv2d_transpose", "zero"): (
        IMAGE + "w = tf.Variable(tf.zeros([2, 2, 1, 1]))",
        "tf.nn.conv2d_transpose(x, w, [1, 4, 4, 1], 1, 'VALID')",
        OTHER_FACTOR,
        "tf.nn.conv2d_transpose(x, w + 0.3, [1, 4, 4, 1], 1, 'VALID')",
    ),
    ("multiply_no_nan", "zero"): (
        TWO,
        "tf.math.multiply_no_nan(x, [0.0, 0.0])",
        "keep b away from 0",
        "tf.math.multiply_no_nan(x, tf.constant([0.0, 0.0]) + 0.1)",
    ),
    ("divide_no_nan", "zero"): (TWO, "tf.math.divide_no_nan(x, [0.0, 0.0])", "a / (b + 1e-7)", "x / (tf.constant([0.0, 0.0]) + 1e-7)"),
    ("xlogy", "zero"): (ZEROS, "tf.math.xlogy(x, 3.0)", "a * log(b)", "x * tf.math.log(3.0)"),
    ("xlog1py", "zero"): (ZEROS, "tf.math.xlog1py(x, 3.0)", "a * log1p(b)", "x * tf.math.log1p(3.0)"),
    ("xdivy", "zero"): (ZEROS, "tf.math.xdivy(x, 3.0)", "a / b", "x / 3.0"),
    ("reduce_prod", "zero"): ("x = tf.Variable([0.0, 0.0, 2.0])", "tf.reduce_prod(x)", "keep factors away from 0", "tf.reduce_prod(x + 0.1)"),
    ("cumprod", "zero"): ("x = tf.Variable([0.0, 0.0])", "tf.math.cumprod(x)[1]", "keep factors away from 0", "tf.math.cumprod(x + 0.1)[1]"),
    ("where", "zero"): (TWO, "tf.where([False, False], x, 0.0)", "let the condition choose this value", "tf.where([True, False], x, 0.0)"),
    ("slice", "zero"): (
        "x = tf.Variable([1.0])",
        "tf.slice(tf.concat([x, [2.0]], 0), [1], [1])",
        LEFT_OUT,
        "tf.slice(tf.concat([x, [2.0]], 0), [0], [1])",
    ),
    ("dynamic_partition", "zero"): (
        "x = tf.Variable([1.0])",
        "tf.dynamic_partition(tf.concat([x, [2.0]], 0), [0, 1], 2)[1]",
        LEFT_OUT,
        "tf.dynamic_partition(tf.concat([x, [2.0]], 0), [0, 1], 2)[0]",
    ),
    ("strided_slice", "zero"): ("x = tf.Variable([1.0])", "tf.concat([x, [2.0]], 0)[1:]", LEFT_OUT, "tf.concat([x, [2.0]], 0)[:1]"),
    ("gather", "zero"): (
        "x = tf.Variable([1.0])",
        "tf.gather(tf.concat([x, [2.0]], 0), [1])",
        "let the indices name",
        "tf.gather(tf.concat([x, [2.0]], 0), [0])",
    ),
    ("gather_nd", "zero"): (
        "x = tf.Variable([1.0])",
        "tf.gather_nd(tf.concat([x, [2.0]], 0), [[1]])",
        "let the indices name",
        "tf.gather_nd(tf.concat([x, [2.0]], 0), [[0]])",
    ),
    ("tensor_scatter_nd_update", "zero"): (
        TWO,
        "tf.tensor_scatter_nd_update(x, [[0], [1]], [3.0, 4.0])",
        "let the indices spare",
        "tf.tensor_scatter_nd_update(x, [[0]], [3.0])",
    ),
    ("tensor_scatter_nd_max", "zero"): (
        "x = tf.Variable([1.0])",
        "tf.tensor_scatter_nd_max(x, [[0]], [2.0])",
        "tensor_scatter_nd_add gives every part one",
        "tf.tensor_scatter_nd_add(x, [[0]], [2.0])",
    ),
    ("tensor_scatter_nd_min", "zero"): (
        "x = tf.Variable([3.0])",
        "tf.tensor_scatter_nd_min(x, [[0]], [2.0])",
        "tensor_scatter_nd_add gives every part one",
        "tf.tensor_scatter_nd_add(x, [[0]], [2.0])",
    ),
    ("top_k", "zero"): (
        "x = tf.Variable([1.0])",
        "tf.math.top_k(tf.concat([x, [2.0]], 0), k=1)[0]",
        "give k a larger number",
        "tf.math.top_k(tf.concat([x, [2.0]], 0), k=2)[0]",
    ),
    ("matrix_diag_part", "zero"): (
        "x = tf.Variable([1.0, 2.0])\noff = lambda x: tf.linalg.diag(x)[:, ::-1]",
        "tf.linalg.diag_part(off(x))",
        "take the elements that should learn",
        "tf.linalg.diag_part(off(x)[:, ::-1])",
    ),
    ("matrix_set_diag", "zero"): (
        "x = tf.Variable([1.0, 2.0])",
        "tf.linalg.set_diag(tf.linalg.diag(x), [0.0, 0.0])",
        "add to them: x + tf.linalg.diag(d)",
        "tf.linalg.diag(x) + tf.linalg.diag([0.0, 0.0])",
    ),
    ("matrix_band_part", "zero"): (
        "x = tf.Variable([1.0, 2.0])\noff = lambda x: tf.linalg.diag(x)[:, ::-1]",
        "tf.linalg.band_part(off(x), 0, 0)",
        "widen the band",
        "tf.linalg.band_part(off(x), 1, 1)",
    ),
    ("unsorted_segment_sum", "zero"): (
        TWO,
        "tf.math.unsorted_segment_sum(x, [-1, -1], 1)",
        "an id from 0 on",
        "tf.math.unsorted_segment_sum(x, [0, 0], 1)",
    ),
    ("unsorted_segment_max", "zero"): (
        "x = tf.Variable([1.0])",
        "tf.math.segment_max(tf.concat([x, [2.0]], 0), [0, 0])",
        "a mean or a sum",
        "tf.math.segment_sum(tf.concat([x, [2.0]], 0), [0, 0])",
    ),
    ("unsorted_segment_min", "zero"): (
        "x = tf.Variable([3.0])",
        "tf.math.segment_min(tf.concat([x, [2.0]], 0), [0, 0])",
        "a mean or a sum",
        "tf.math.segment_mean(tf.concat([x, [2.0]], 0), [0, 0])",
    ),
    ("unsorted_segment_prod", "zero"): (
        "x = tf.Variable([0.0, 0.0])",
        "tf.math.unsorted_segment_prod(x, [0, 0], 1)",
        "keep the factors away from 0",
        "tf.math.unsorted_segment_prod(x + 0.1, [0, 0], 1)",
    ),
    # ---- Not finite: bounds of a domain ----
    ("sqrt", "nonfinite"): ("x = tf.Variable([0.0, 4.0])", "tf.sqrt(x)", "sqrt(x + 1e-12)", "tf.sqrt(x + 1e-12)"),
    ("rsqrt", "nonfinite"): ("x = tf.Variable([0.0, 4.0])", "tf.math.rsqrt(x)", "rsqrt(x + 1e-12)", "tf.math.rsqrt(x + 1e-12)"),
    ("reciprocal", "nonfinite"): ("x = tf.Variable([0.0, 4.0])", "tf.math.reciprocal(x)", "reciprocal(x + 1e-7)", "tf.math.reciprocal(x + 1e-7)"),
    ("log", "nonfinite"): ("x = tf.Variable([0.0, 0.0])", "tf.math.log(x)", "log(x + 1e-7)", "tf.math.log(x + 1e-7)"),
    ("log1p", "nonfinite"): ("x = tf.Variable([-1.0, 1.0])", "tf.math.log1p(x)", "log1p(x + 1e-6)", "tf.math.log1p(x + 1e-6)"),
    ("pow", "nonfinite"): ("x = tf.Variable([0.0, 4.0])", "tf.pow(x, 0.5)", "pow(a + 1e-6, b)", "tf.pow(x + 1e-6, 0.5)"),
    ("xlogy", "nonfinite"): ("x = tf.Variable([0.0, 4.0])", "tf.math.xlogy(2.0, x)", "xlogy(a, b + 1e-7)", "tf.math.xlogy(2.0, x + 1e-7)"),
    ("xlog1py", "nonfinite"): ("x = tf.Variable([-1.0, 4.0])", "tf.math.xlog1py(2.0, x)", "xlog1py(a, b + 1e-6)", "tf.math.xlog1py(2.0, x + 1e-6)"),
    ("xdivy", "nonfinite"): ("x = tf.Variable([0.0, 4.0])", "tf.math.xdivy(2.0, x)", "xdivy(a, b + 1e-7)", "tf.math.xdivy(2.0, x + 1e-7)"),
    ("divide", "nonfinite"): ("x = tf.Variable([0.0, 4.0])", "1.0 / x", "a / (b + 1e-7)", "1.0 / (x + 1e-7)"),
    ("divide_no_nan", "nonfinite"): ("x = tf.Variable([1e-30, 4.0])", "tf.math.divide_no_nan(1.0, x)", "a / (b + 1e-7)", "1.0 / (x + 1e-7)"),
    ("floormod", "nonfinite"): (
        "x = tf.Variable([0.0, 3.0])",
        "tf.math.floormod(7.0, x)",
        "where(b == 0, 1, b)",
        "tf.math.floormod(7.0, tf.where(x == 0.0, 1.0, x))",
    ),
    ("asin", "nonfinite"): ("x = tf.Variable([1.0, 0.5])", "tf.asin(x)", "asin(x * (1 - 1e-6))", "tf.asin(x * (1 - 1e-6))"),
    ("acos", "nonfinite"): ("x = tf.Variable([1.0, 1.0])", "tf.acos(x)", "acos(x * (1 - 1e-6))", "tf.acos(x * (1 - 1e-6))"),
    ("acosh", "nonfinite"): ("x = tf.Variable([1.0, 2.0])", "tf.acosh(x)", "acosh(x + 1e-6)", "tf.acosh(x + 1e-6)"),
    ("atanh", "nonfinite"): ("x = tf.Variable([1.0, 0.5])", "tf.atanh(x)", "atanh(x * (1 - 1e-6))", "tf.atanh(x * (1 - 1e-6))"),
    ("atan2", "nonfinite"): ("x = tf.Variable([0.0, 0.0])", "tf.atan2(x[0], x[1])", "atan2(y, x + 1e-6)", "tf.atan2(x[0], x[1] + 1e-6)"),
    ("lgamma", "nonfinite"): ("x = tf.Variable([0.0, 2.5])", "tf.math.lgamma(x)", "x + 1e-6", "tf.math.lgamma(x + 1e-6)"),
    ("digamma", "nonfinite"): ("x = tf.Variable([0.0, 2.5])", "tf.math.digamma(x)", "x + 1e-6", "tf.math.digamma(x + 1e-6)"),
    ("polygamma", "nonfinite"): ("x = tf.Variable([0.0, 2.5])", "tf.math.polygamma(1.0, x)", "x + 1e-6", "tf.math.polygamma(1.0, x + 1e-6)"),
    ("erfinv", "nonfinite"): ("x = tf.Variable([1.0, 0.5])", "tf.math.erfinv(x)", "erfinv(x * (1 - 1e-6))", "tf.math.erfinv(x * (1 - 1e-6))"),
    ("ndtri", "nonfinite"): (
        "x = tf.Variable([1.0, 0.5])",
        "tf.math.ndtri(x)",
        "ndtri(x * (1 - 2e-6) + 1e-6)",
        "tf.math.ndtri(x * (1 - 2e-6) + 1e-6)",
    ),
    ("zeta", "nonfinite"): ("x = tf.Variable([0.0, 2.5])", "tf.math.zeta(2.0, x)", "q + 1e-6", "tf.math.zeta(2.0, x + 1e-6)"),
    ("igamma", "nonfinite"): ("x = tf.Variable([0.0, 2.5])", "tf.math.igamma(0.5, x)", "x + 1e-6", "tf.math.igamma(0.5, x + 1e-6)"),
    ("igammac", "nonfinite"): ("x = tf.Variable([0.0, 2.5])", "tf.math.igammac(0.5, x)", "x + 1e-6", "tf.math.igammac(0.5, x + 1e-6)"),
    ("betainc", "nonfinite"): (
        "x = tf.Variable([0.0, 0.5])",
        "tf.math.betainc(0.5, 0.5, x)",
        "x * (1 - 2e-6) + 1e-6",
        "tf.math.betainc(0.5, 0.5, x * (1 - 2e-6) + 1e-6)",
    ),
    ("bessel_k0", "nonfinite"): at_its_pole("bessel_k0"),
    ("bessel_k0e", "nonfinite"): at_its_pole("bessel_k0e"),
    ("bessel_k1", "nonfinite"): at_its_pole("bessel_k1"),
    ("bessel_k1e", "nonfinite"): at_its_pole("bessel_k1e"),
    ("bessel_y0", "nonfinite"): at_its_pole("bessel_y0"),
    ("bessel_y1", "nonfinite"): at_its_pole("bessel_y1"),
    ("expint", "nonfinite"): at_its_pole("expint"),
    ("spence", "nonfinite"): at_its_pole("spence"),
    ("bessel_i0", "nonfinite"): ("x = tf.Variable([100.0])", "tf.math.bessel_i0(x)", "that is scaled by", "tf.math.bessel_i0e(x)"),
    ("bessel_i1", "nonfinite"): ("x = tf.Variable([100.0])", "tf.math.bessel_i1(x)", "that is scaled by", "tf.math.bessel_i1e(x)"),
    ("bessel_i0", "zero"): at_its_top("bessel_i0"),
    ("bessel_i0e", "zero"): at_its_top("bessel_i0e"),
    ("bessel_j0", "zero"): at_its_top("bessel_j0"),
    ("fresnel_sin", "zero"): at_its_top("fresnel_sin"),
    ("bessel_k0", "zero"): ("x = tf.Variable([200.0])", "tf.math.special.bessel_k0(x)", "that is scaled by", "tf.math.special.bessel_k0e(x)"),
    ("bessel_k1", "zero"): ("x = tf.Variable([200.0])", "tf.math.special.bessel_k1(x)", "that is scaled by", "tf.math.special.bessel_k1e(x)"),
    ("igamma", "zero"): ("x = tf.Variable([200.0])", "tf.math.igamma(1.0, x)", "nearer to each other", "tf.math.igamma(1.0, x / 100)"),
    ("igammac", "zero"): ("x = tf.Variable([200.0])", "tf.math.igammac(1.0, x)", "nearer to each other", "tf.math.igammac(1.0, x / 100)"),
    ("betainc", "zero"): (
        "x = tf.Variable([1e-6])",
        "tf.math.betainc(20.0, 20.0, x)",
        "nearer to a / (a + b)",
        "tf.math.betainc(20.0, 20.0, x + 0.5)",
    ),
    ("angle", "nonfinite"): (
        "x = tf.Variable([0j, 1 + 1j])",
        "tf.math.angle(x)",
        "where(x == 0, eps, x)",
        "tf.math.angle(tf.where(x == 0, tf.constant(1e-6 + 0j), x))",
    ),
    ("reduce_euclidean_norm", "nonfinite"): (
        "x = tf.Variable([[0.0, 0.0], [3.0, 4.0]])",
        "tf.math.reduce_euclidean_norm(x, axis=1)",
        "sqrt(reduce_sum(square(x)) + 1e-12)",
        "tf.sqrt(tf.reduce_sum(tf.square(x), axis=1) + 1e-12)",
    ),
    # ---- Not finite: numbers out of range ----
    ("exp", "nonfinite"): (
        "x = tf.Variable([200.0, 100.0])",
        "tf.exp(x)",
        "exp(x - stop_gradient(reduce_max(x)))",
        "tf.exp(x - tf.stop_gradient(tf.reduce_max(x)))",
    ),
    ("expm1", "nonfinite"): ("x = tf.Variable([200.0])", "tf.math.expm1(x)", "scale x down", "tf.math.expm1(x / 10)"),
    ("sinh", "nonfinite"): ("x = tf.Variable([200.0])", "tf.sinh(x)", "scale x down", "tf.sinh(x / 10)"),
    ("cosh", "nonfinite"): ("x = tf.Variable([200.0])", "tf.cosh(x)", "scale x down", "tf.cosh(x / 10)"),
    ("square", "nonfinite"): (
        LARGE,
        "tf.sqrt(tf.square(x)) - tf.square(x) / tf.square(x)",
        "use abs(x)",
        "tf.sqrt(tf.abs(x)) - tf.abs(x) / tf.stop_gradient(tf.abs(x))",
    ),
    ("squared_difference", "nonfinite"): (LARGE, "tf.square(tf.math.squared_difference(x, 1.0))", "use abs(a - b)", "tf.abs(x - 1.0)"),
    ("l2_loss", "nonfinite"): (LARGE, "tf.square(tf.nn.l2_loss(x))", "scale the values", "tf.square(tf.nn.l2_loss(x / 1e30))"),
    ("multiply", "nonfinite"): (LARGE, "tf.square(x * 1e20)", "keep the factors in range", "tf.square(x / 1e30 * 1e2)"),
    ("multiply_no_nan", "nonfinite"): (
        LARGE,
        "tf.square(tf.math.multiply_no_nan(x, 1e20))",
        "keep the factors in range",
        "tf.square(tf.math.multiply_no_nan(x / 1e30, 1e2))",
    ),
    ("matmul", "nonfinite"): (LARGE, "tf.square(x @ [[1e20], [1e20]])", "normalise", "tf.square(x / 1e30 @ [[1.0], [1.0]])"),
    ("conv2d", "nonfinite"): (
        "x = tf.Variable(tf.ones([1, 3, 3, 1]) * 1e30)\nw = tf.ones([2, 2, 1, 1])",
        "tf.square(tf.nn.conv2d(x, w * 1e20, 1, 'VALID'))",
        "normalise",
        "tf.square(tf.nn.conv2d(x / 1e30, w, 1, 'VALID'))",
    ),
    ("conv2d_transpose", "nonfinite"): (
        "x = tf.Variable(tf.ones([1, 3, 3, 1]) * 1e30)\nw = tf.ones([2, 2, 1, 1])",
        "tf.square(tf.nn.conv2d_transpose(x, w * 1e20, [1, 4, 4, 1], 1, 'VALID'))",
        "normalise",
        "tf.square(tf.nn.conv2d_transpose(x / 1e30, w, [1, 4, 4, 1], 1, 'VALID'))",
    ),
    ("reduce_prod", "nonfinite"): (LARGE, "tf.square(tf.reduce_prod(x))", "add logarithms", "tf.square(tf.reduce_sum(tf.math.log(x)))"),
    ("cumprod", "nonfinite"): (
        "x = tf.Variable([1e30, 2e30])",
        "tf.square(tf.math.cumprod(x))",
        "add logarithms with cumsum",
        "tf.square(tf.cumsum(tf.math.log(x)))",
    ),
    ("cast", "nonfinite"): (
        "x = tf.Variable([1e6])",
        "tf.square(tf.cast(x, tf.float16))",
        "scale the numbers",
        "tf.square(tf.cast(x / 1e5, tf.float16))",
    ),
    # ---- Not finite: masks of -Inf ----
    ("softmax", "nonfinite"): (ROW, "tf.square(tf.nn.softmax(mask(-inf)))", "-1e9", "tf.square(tf.nn.softmax(mask(-1e9)))"),
    ("log_softmax", "nonfinite"): (ROW, "tf.nn.log_softmax(mask(-inf)) * [1.0, 2.0]", "-1e9", "tf.nn.log_softmax(mask(-1e9)) * [1.0, 2.0]"),
    ("reduce_logsumexp", "nonfinite"): (
        ROW,
        "tf.exp(tf.reduce_logsumexp(mask(-inf), axis=1))",
        "-1e9",
        "tf.exp(tf.reduce_logsumexp(mask(-1e9), axis=1))",
    ),
    ("softmax_cross_entropy_with_logits", "nonfinite"): (
        ROW,
        "tf.nn.softmax_cross_entropy_with_logits([[0.3, 0.7]] * 2, mask(-inf))",
        "-1e9",
        "tf.nn.softmax_cross_entropy_with_logits([[0.3, 0.7]] * 2, mask(-1e9))",
    ),
    ("sparse_softmax_cross_entropy_with_logits", "nonfinite"): (
        ROW,
        "tf.nn.sparse_softmax_cross_entropy_with_logits([0, 1], mask(-inf))",
        "-1e9",
        "tf.nn.sparse_softmax_cross_entropy_with_logits([0, 1], mask(-1e9))",
    ),
    ("matrix_determinant", "nonfinite"): (
        "x = tf.Variable([[1.0, 2.0], [2.0, 4.0]])",
        "tf.linalg.det(x)",
        "add a small multiple of eye(n)",
        "tf.linalg.det(x + 1e-3 * tf.eye(2))",
    ),
    ("log_matrix_determinant", "nonfinite"): (
        "x = tf.Variable([[1.0, 2.0], [2.0, 4.0]])",
        "tf.linalg.slogdet(x)[1]",
        "add a small multiple of eye(n)",
        "tf.linalg.slogdet(x + 1e-3 * tf.eye(2))[1]",
    ),
    ("matrix_inverse", "nonfinite"): (
        "x = tf.Variable([[1e-30]])",
        "tf.square(tf.linalg.inv(x))",
        "add a small multiple of eye(n)",
        "tf.square(tf.linalg.inv(x + 1e-3 * tf.eye(1)))",
    ),
    ("matrix_solve", "nonfinite"): (
        "x = tf.Variable([[1e-30]])",
        "tf.square(tf.linalg.solve(x, [[1.0]]))",
        "add a small multiple of eye(n)",
        "tf.square(tf.linalg.solve(x + 1e-3 * tf.eye(1), [[1.0]]))",
    ),
    ("matrix_triangular_solve", "nonfinite"): (
        "x = tf.Variable([[1e-30]])",
        "tf.square(tf.linalg.triangular_solve(x, [[1.0]]))",
        "add a small multiple of eye(n)",
        "tf.square(tf.linalg.triangular_solve(x + 1e-3 * tf.eye(1), [[1.0]]))",
    ),
    ("random_gamma", "nonfinite"): (
        "x = tf.Variable([-1.0])",
        "tf.random.gamma([2], x)",
        "write softplus(alpha)",
        "tf.random.gamma([2], tf.nn.softplus(x))",
    ),
    ("stateless_random_gamma", "nonfinite"): (
        "x = tf.Variable([-1.0])",
        "tf.random.stateless_gamma([2, 1], [1, 2], x)",
        "write softplus(alpha)",
        "tf.random.stateless_gamma([2, 1], [1, 2], tf.nn.softplus(x))",
    ),
    ("fake_quant_with_min_max_vars", "zero"): (
        "x = tf.Variable([9.0, -9.0])",
        "tf.quantization.fake_quant_with_min_max_vars(x, -1.0, 1.0)",
        "widen min and max",
        "tf.quantization.fake_quant_with_min_max_vars(x, -10.0, 10.0)",
    ),
    ("quantize_and_dequantize", "zero"): (
        "x = tf.Variable([9.0, -9.0])",
        "tf.quantization.quantize_and_dequantize_v2(x, -1.0, 1.0, range_given=True)",
        "widen the range",
        "tf.quantization.quantize_and_dequantize_v2(x, -10.0, 10.0, range_given=True)",
    ),
    ("qr", "nonfinite"): (
        "x = tf.Variable([[1e-30, 0.0], [0.0, 1.0]])",
        "tf.linalg.qr(x)[0] * [[1.0, 2e10], [3.0, 5.0]]",
        "add a small multiple of eye(n)",
        "tf.linalg.qr(x + 1e-3 * tf.eye(2))[0] * [[1.0, 2e10], [3.0, 5.0]]",
    ),
    ("lu", "nonfinite"): (
        "x = tf.Variable([[1e-30, 0.0], [0.0, 1e-30]])",
        "tf.linalg.lu(x)[0] * [[1.0, 1.0], [1e10, 1.0]]",
        "add a small multiple of eye(n)",
        "tf.linalg.lu(x + 1e-3 * tf.eye(2))[0] * [[1.0, 1.0], [1e10, 1.0]]",
    ),
    ("tridiagonal_solve", "nonfinite"): (
        "x = tf.Variable([[0.0], [1e-30], [0.0]])",
        "tf.square(tf.linalg.tridiagonal_solve(x, [[1.0]]))",
        "add a small number to the main diagonal",
        "tf.square(tf.linalg.tridiagonal_solve(x + [[0.0], [1e-3], [0.0]], [[1.0]]))",
    ),
    ("eig", "nonfinite"): (
        "x = tf.Variable([[1.0, 1.0], [0.0, 1.0]])",
        "tf.math.real(tf.linalg.eig(x)[0]) * [1e25, -1e25]",
        "different small numbers on the diagonal",
        "tf.math.real(tf.linalg.eig(x + tf.linalg.diag([0.0, 1e-3]))[0]) * [1e25, -1e25]",
    ),
    ("eigvals", "nonfinite"): (
        "x = tf.Variable([[1.0, 1.0], [0.0, 1.0]])",
        "tf.math.real(tf.linalg.eigvals(x)) * [1e25, -1e25]",
        "different small numbers on the diagonal",
        "tf.math.real(tf.linalg.eigvals(x + tf.linalg.diag([0.0, 1e-3]))) * [1e25, -1e25]",
    ),
    ("expm", "nonfinite"): ("x = tf.Variable([[100.0]])", "tf.linalg.expm(x)", "scale the matrix down", "tf.linalg.expm(x / 10)"),
    # ---- Absent: what has no derivative ----
    ("floor", "absent"): (TWO, "tf.floor(x)", "x + stop_gradient(floor(x) - x)", "x + tf.stop_gradient(tf.floor(x) - x)"),
    ("ceil", "absent"): (TWO, "tf.math.ceil(x)", "x + stop_gradient(ceil(x) - x)", "x + tf.stop_gradient(tf.math.ceil(x) - x)"),
    ("round", "absent"): (TWO, "tf.round(x)", "x + stop_gradient(round(x) - x)", "x + tf.stop_gradient(tf.round(x) - x)"),
    ("floordiv", "absent"): (TWO, "x // 2.0", "a / b", "x / 2.0"),
    ("argmax", "absent"): (TWO, "tf.cast(tf.argmax(x) * 2, tf.float32)", "reduce_max gives the largest value", "tf.reduce_max(x) * 2"),
    ("argmin", "absent"): (TWO, "tf.cast(tf.argmin(x) * 2, tf.float32)", "reduce_min gives the smallest value", "tf.reduce_min(x) * 2"),
    ("stop_gradient", "absent"): (TWO, "tf.stop_gradient(x)", "take stop_gradient away", "x * 1.0"),
    ("random_shuffle", "absent"): (TWO, "tf.random.shuffle(x)", "gather(x, shuffle(range(n)))", "tf.gather(x, tf.random.shuffle(tf.range(2)))"),
    ("in_top_k", "absent"): (
        "x = tf.Variable([[0.5, 2.0]])",
        "tf.cast(tf.math.in_top_k([1], x, 1), tf.float32)",
        "sigmoid_cross_entropy_with_logits",
        "tf.nn.sigmoid_cross_entropy_with_logits(labels=[[0.0, 1.0]], logits=x)",
    ),
    ("greater", "absent"): (TWO, "tf.cast(x > 1.0, tf.float32) * 2.0", "sigmoid(a - b)", "tf.sigmoid(x - 1.0)"),
    ("where_not_zero", "absent"): (TWO, "tf.cast(tf.where(x), tf.float32)", "sigmoid(x)", "tf.sigmoid(x)"),
    ("unique", "absent"): (
        TWO,
        "tf.unique(x)[0]",
        "gather from x what unique(stop_gradient(x)) found",
        "tf.gather(x, tf.unique(tf.stop_gradient(x))[1])",
    ),
    ("random_categorical", "absent"): (
        "x = tf.Variable([[0.5, 2.0]])",
        "tf.cast(tf.random.categorical(x, 1), tf.float32)",
        "softmax((logits + Gumbel noise) / temperature)",
        "tf.nn.softmax((x + tf.constant([[0.3, -0.2]])) / 0.5)[0, 0]",
    ),
    ("as_string", "absent"): (TWO, "tf.strings.to_number(tf.strings.as_string(x))", "compute the loss from the numbers", "x * 1.0"),
}


def answer(setup, target):
    return run(f"{setup}\nwith tf.GradientTape() as tape:\n    loss = {target}\ng = tape.gradient(loss, x)\n")


@pytest.mark.parametrize("name", REMEDIES, ids=" ".join)
def test_the_remedy_mends(name):
    setup, broken, words, mended, *other_setup = REMEDIES[name]
    report, scope = answer(setup, broken)
    (finding,) = report.findings
    assert finding.op_name == name[0], str(report)
    assert finding.status in {"zero": ["zero"], "nonfinite": ["nan", "inf", "absent"], "absent": ["absent"]}[name[1]], str(report)
    assert words in finding.remedy or spell(words) in finding.remedy, str(report)
    if "g" in scope:
        assert status_of(scope["g"]) == finding.status
    report, scope = answer(other_setup[0] if other_setup else setup, mended)
    assert "error" not in scope and status_of(scope["g"]) == "value", f"{scope.get('error')}\n{report}"
    assert not report.findings
