"""Public functions that take sparse or ragged tensors too. The engine knows neither, and refuses them: only then the arguments are looked at."""

import sys

from whygrad import _whygrad

# The functions for which there is an answer, in _ragged_ops and in tf._sparse.
NAMES = (
    "abs acos acosh add add_n adjust_brightness angle asin asinh atan atan2 atanh bessel_i0 bessel_i0e bessel_i1 bessel_i1e bessel_j0 bessel_j1 bessel_k0 bessel_k0e bessel_k1 "
    "bessel_k1e bessel_y0 bessel_y1 bitwise_and bitwise_or bitwise_xor cast ceil check_numerics clip_by_value complex concat conj cos cosh cumsum dawsn digamma "
    "divide divide_no_nan dropout elu embedding_lookup equal erf erfc erfcinv erfinv exp expand_dims expint expm1 floor floordiv floormod fresnel_cos "
    "fresnel_sin gather gelu greater greater_equal identity igamma igammac imag invert is_finite is_inf is_nan leaky_relu left_shift less less_equal lgamma "
    "log log1p log_sigmoid log_softmax logical_and logical_not logical_or logical_xor maximum minimum multiply multiply_no_nan ndtri negative not_equal "
    "one_hot ones_like polygamma pow rank real reciprocal reciprocal_no_nan reduce_all reduce_any reduce_max reduce_mean reduce_min reduce_prod reduce_std "
    "reduce_sum reduce_variance relu relu6 reverse right_shift rint round rsqrt saturate_cast selu shape sigmoid sigmoid_cross_entropy_with_logits sign sin sinh size "
    "softmax softplus softsign spence sqrt square squared_difference squeeze stack stop_gradient subtract swish tan tanh tile where xdivy xlog1py xlogy "
    "zeros_like zeta "
    # These have no answer yet, and a ragged tensor gets an error that says what to do.
    "argmax argmin argsort bincount boolean_mask broadcast_to cumprod einsum gather_nd matmul norm pad repeat reshape roll segment_sum slice sort split "
    "strided_slice tensordot top_k transpose unique unsorted_segment_sum unstack"
).split()


def _holds(kind, values):
    return any(isinstance(value, kind) or (isinstance(value, (list, tuple)) and any(isinstance(part, kind) for part in value)) for value in values)


def otherwise(function, args, kwargs):
    """What the function, which the engine made no answer of, gives for these arguments."""
    values = (*args, *kwargs.values())
    ragged = sys.modules.get("whygrad._ragged")  # without it there is no ragged tensor
    if ragged is not None and _holds(ragged.RaggedTensor, values):
        from whygrad import _ragged_ops

        return _ragged_ops.dispatched(function, args, kwargs)
    if _holds(_whygrad.SparseTensor, values):
        from whygrad.tf import _sparse

        return _sparse.dispatched(function, args, kwargs)
    return NotImplemented


def with_answers(functions):
    """The functions, those of NAMES with what they do for sparse and ragged tensors behind them."""
    return {**functions, **{name: _whygrad.dispatched(functions[name], otherwise) for name in NAMES if name in functions}}
