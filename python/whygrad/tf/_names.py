"""Which functions stand where in TensorFlow's modules. A name that the engine has no op for yet is left out, and asking for it says what is near."""

from whygrad import _candidates, _dispatch, _orders, _truncated
from whygrad._functions import functions as _ops
from whygrad._text import as_string, to_number

# Text is an object of Python's, which the engine knows as rows of bytes.
functions = {**_dispatch.with_answers(_ops), "as_string": as_string, "to_number": to_number}
for _module, _its in (
    (_orders, "reverse_sequence unique_with_counts invert_permutation cumulative_logsumexp isotonic_regression nextafter truncatediv truncatemod"),
    (_truncated, "stateless_parameterized_truncated_normal random_index_shuffle"),
    (
        _candidates,
        "all_candidate_sampler compute_accidental_hits fixed_unigram_candidate_sampler log_uniform_candidate_sampler nce_loss sampled_softmax_loss "
        "uniform_candidate_sampler",
    ),
):
    functions.update((_name, getattr(_module, _name)) for _name in _its.split())

_MODULES = {
    # name, or TensorFlow's name=the engine's
    "": "abs acos acosh add add_n argmax argmin argsort asin asinh atan atan2 atanh boolean_mask broadcast_to cast clip_by_global_norm clip_by_norm "
    "clip_by_value complex concat constant convert_to_tensor cos cosh cumsum divide einsum equal exp expand_dims eye fill floor gather gather_nd "
    "greater greater_equal identity less less_equal linspace logical_and logical_not logical_or matmul maximum minimum multiply negative norm "
    "not_equal one_hot ones ones_like pad pow range rank reduce_all reduce_any reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod "
    "reduce_sum repeat reshape reverse roll round saturate_cast scan scatter_nd shape sigmoid sign sin sinh size slice sort split sqrt square squeeze stack "
    "stop_gradient strided_slice subtract tan tanh tensor_scatter_nd_add tensor_scatter_nd_update tensordot tile transpose truediv=divide unique unstack where "
    "zeros zeros_like searchsorted histogram_fixed_width meshgrid sequence_mask saturate_cast scalar_mul tensor_scatter_nd_sub unravel_index roll "
    "realdiv=divide as_string strided_slice tensor_scatter_nd_max tensor_scatter_nd_min dynamic_partition dynamic_stitch ensure_shape broadcast_static_shape broadcast_dynamic_shape eig eigvals matrix_square_root=sqrtm reverse_sequence unique_with_counts truncatediv truncatemod random_index_shuffle",
    "math": "abs acos acosh add add_n angle argmax argmin asin asinh atan atan2 atanh bincount ceil complex conj cos cosh count_nonzero cumprod cumsum "
    "digamma divide divide_no_nan equal erf erfc erfinv exp expm1 floor floordiv floormod greater greater_equal imag is_finite is_inf is_nan "
    "l2_normalize less less_equal lgamma log log1p log_sigmoid log_softmax logical_and logical_not logical_or logical_xor maximum minimum mod=floormod "
    "multiply multiply_no_nan negative not_equal pow real reciprocal reciprocal_no_nan reduce_all reduce_any reduce_euclidean_norm "
    "reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod reduce_std reduce_sum reduce_variance rint round rsqrt segment_sum "
    "sigmoid sign sin sinh softmax softplus softsign sqrt square squared_difference subtract tan tanh top_k truediv=divide unsorted_segment_sum "
    "xdivy xlog1py xlogy zero_fraction polygamma ndtri in_top_k polyval confusion_matrix accumulate_n lbeta scalar_mul is_non_decreasing "
    "is_strictly_increasing unsorted_segment_mean segment_mean segment_max segment_min segment_prod unsorted_segment_max unsorted_segment_min "
    "unsorted_segment_prod unsorted_segment_sqrt_n cumulative_logsumexp igamma igammac betainc zeta erfcinv bessel_i0 bessel_i0e "
    "bessel_i1 bessel_i1e invert_permutation nextafter",
    "math.special": "bessel_i0 bessel_i0e bessel_i1 bessel_i1e bessel_j0 bessel_j1 bessel_k0 bessel_k0e bessel_k1 bessel_k1e bessel_y0 bessel_y1 dawsn "
    "expint fresnel_cos fresnel_sin spence",
    "nn": "avg_pool avg_pool2d batch_normalization bias_add conv2d conv2d_transpose dropout elu embedding_lookup gelu l2_loss l2_normalize "
    "leaky_relu log_softmax max_pool max_pool2d moments relu relu6 selu sigmoid sigmoid_cross_entropy_with_logits silu=swish softmax "
    "softmax_cross_entropy_with_logits softplus softsign sparse_softmax_cross_entropy_with_logits swish tanh top_k zero_fraction crelu "
    "log_poisson_loss weighted_cross_entropy_with_logits sufficient_statistics normalize_moments weighted_moments conv1d max_pool1d avg_pool1d "
    "space_to_depth depth_to_space in_top_k depthwise_conv2d separable_conv2d conv3d avg_pool3d max_pool3d convolution isotonic_regression nce_loss sampled_softmax_loss compute_accidental_hits "
    "all_candidate_sampler fixed_unigram_candidate_sampler",
    "linalg": "adjoint band_part=matrix_band_part banded_triangular_solve cholesky cholesky_solve cross det diag diag_part eig eigh eigh_tridiagonal eigvals eigvalsh einsum expm eye global_norm inv "
    "l2_normalize logdet logm lstsq lu lu_matrix_inverse lu_reconstruct lu_solve matmul matrix_rank matrix_transpose matvec norm normalize pinv qr set_diag slogdet solve sqrtm svd tensor_diag "
    "tensor_diag_part tensordot trace triangular_solve tridiagonal_matmul tridiagonal_solve",
    "random": "categorical=random_categorical gamma=random_gamma normal=random_normal poisson=random_poisson set_seed shuffle=random_shuffle "
    "stateless_binomial stateless_categorical stateless_gamma stateless_normal stateless_poisson stateless_truncated_normal stateless_uniform "
    "truncated_normal=random_truncated_normal uniform=random_uniform stateless_parameterized_truncated_normal all_candidate_sampler "
    "fixed_unigram_candidate_sampler log_uniform_candidate_sampler uniform_candidate_sampler",
    "image": "adjust_brightness adjust_contrast adjust_gamma adjust_hue adjust_saturation central_crop convert_image_dtype crop_and_resize "
    "crop_to_bounding_box extract_patches flip_left_right hsv_to_rgb resize_with_crop_or_pad resize_with_pad rgb_to_hsv rgb_to_yiq "
    "rgb_to_yuv ssim ssim_multiscale yiq_to_rgb yuv_to_rgb "
    "flip_up_down grayscale_to_rgb image_gradients pad_to_bounding_box per_image_standardization psnr random_crop random_flip_left_right "
    "random_flip_up_down rgb_to_grayscale rot90 sobel_edges total_variation transpose=image_transpose",
    "quantization": "",
    "strings": "as_string to_number",
    "bitwise": "bitwise_and bitwise_or bitwise_xor invert left_shift right_shift",
    "sparse": "",
    "ragged": "",
    "raw_ops": "",
    "signal": "dct fft fft2d fft3d fftshift frame hamming_window hann_window idct ifft ifft2d ifft3d ifftshift irfft irfft2d irfft3d "
    "kaiser_bessel_derived_window kaiser_window linear_to_mel_weight_matrix mfccs_from_log_mel_spectrograms overlap_and_add rfft rfft2d rfft3d "
    "vorbis_window",
    "debugging": "",
    "test": "",
    "autodiff": "",
    "config": "",
}
_CROSSED = "features that are crossed before the program"
# What is near in meaning, where the spelling does not tell: by name, or by module and name where another module has such a name for something else.
_NEAREST = {
    **{f"tf.{module}.{name}": _CROSSED for module in ("sparse", "ragged") for name in ("cross", "cross_hashed")},
    "learned_unigram_candidate_sampler": "tf.random.fixed_unigram_candidate_sampler with counts of your own",
    "RegisterGradient": "tf.custom_gradient",
    "Session": "a call of a function that is decorated with tf.function: its trace is the graph",
    "placeholder": "tf.constant, in an eager program",
    "get_variable": "tf.Variable",
    "py_func": "tf.py_function",
    "Graph": "tf.function, which traces a function into a graph; ops outside of it run at once",
    "compat": "tf's own names; a program of graphs and sessions becomes a function with tf.function",
    "io": "tf.data, and NumPy's readers",
    "train": "tf.keras.optimizers",
    "distribute": "one process",
    "losses": "tf.keras.losses",
    "metrics": "tf.keras.metrics",
    "optimizers": "tf.keras.optimizers",
    "initializers": "tf.keras.initializers",
    "prevent_gradient": "tf.stop_gradient",
    "div": "tf.divide",
    "mul": "tf.multiply",
    "sub": "tf.subtract",
    "to_float": "tf.cast",
}


def fill(module, scope):
    """Puts a module's functions into its globals and answers its __getattr__."""
    for entry in _MODULES[module].split():
        name, _, op = entry.partition("=")
        if (op or name) in functions:
            scope.setdefault(name, functions[op or name])
    where = "tf." + module if module else "tf"

    def missing(name):
        if name.startswith("__"):
            raise AttributeError(name)
        from whygrad import _spelling  # only for the message

        near = _spelling.meant(name, [known for known in scope if not known.startswith("_")])
        elsewhere = [
            f"tf.{other}.{name}" for other, names in _MODULES.items() if other and other != module and name in names.split() and name in functions
        ]
        nearest = _NEAREST.get(f"{where}.{name}") or (elsewhere[0] if elsewhere else _NEAREST.get(name) or (f"{where}.{near}" if near else None))
        help_ = f"\nhelp: the nearest that there is: {nearest}" if nearest else ""
        raise AttributeError(f"whygrad has no {where}.{name} yet{help_}")

    return missing
