"""How TensorFlow computes each op of the table: CALLS[name](x, a) for its inputs x and its attributes a. An op that is not there is TensorFlow's
function of that name, with the attributes by name."""

import tensorflow as tf

raw = tf.raw_ops
MODULES = (tf.math, tf.nn, tf, tf.linalg, tf.signal, tf.image, tf.bitwise, tf.math.special, tf.sparse)
DTYPES = {"bool": tf.bool, "bf16": tf.bfloat16, "f16": tf.float16, "f32": tf.float32, "f64": tf.float64, "c64": tf.complex64, "c128": tf.complex128}
DTYPES.update({f"{u}{bits}": tf.as_dtype(f"{'uint' if u == 'u' else 'int'}{bits}") for u in "iu" for bits in (8, 16, 32, 64)})

# ---- What several ops share ----


def pulled(f, like, dy):
    """The gradient of f at `like`, where dy arrives."""
    with tf.GradientTape() as tape:
        tape.watch(like)
        y = f(like)
    return tape.gradient(y, like, dy)


def padding(a):
    if a["padding"] != "explicit":
        return a["padding"].upper()
    return [[0, 0], a["padding_height"], a["padding_width"], [0, 0]]


def explicit(a):
    edges = a["padding_height"] + a["padding_width"] if a["padding"] == "explicit" else []
    return {"padding": a["padding"].upper(), "explicit_paddings": [0, 0, *edges, 0, 0] if edges else []}


def framed(pair):
    return [1, *pair, 1]


def pool(a):
    return {"ksize": framed(a["window"]), "strides": framed(a["strides"]), "padding": a["padding"].upper()}


def conv2d(x, a):
    return tf.nn.conv2d(x[0], x[1], a["strides"], padding(a), dilations=a["dilations"])


def part(x, begin, strides, size):
    slices = []
    for b, s, n in zip(begin, strides, size):
        end = b + (n - 1) * s + (1 if s > 0 else -1)
        slices.append(slice(b, end if n and end >= 0 else None if n else b, s))
    return x[tuple(slices)] if slices else tf.identity(x)


def bands(a):
    return {"k": [a["lower"], a["upper"]], "align": a["align"].upper()}


def resized(op):
    return lambda x, a: op(images=x[0], size=a["size"], half_pixel_centers=True)


def image_like(x, a):
    return tf.zeros([x.shape[0], *a["size"], x.shape[3]], x.dtype)


def resized_grad(op):
    return lambda x, a: op(grads=x[0], original_image=image_like(x[0], a), half_pixel_centers=True)


def scaled(start, end):
    return {"scale": [e / s for s, e in zip(start, end)], "translation": [0.0, 0.0]}


def kernel(a):
    return {"kernel_type": a["kernel"], "antialias": a["antialias"]}


def last_length(f):
    def call(x, a):
        rank = {tf.signal.irfft: 1, tf.signal.irfft2d: 2, tf.signal.irfft3d: 3}[f]
        return f(x[0], [*x[0].shape[x[0].shape.rank - rank : -1], a["length"]])

    return call


def as_rows(texts, width=32):
    flat = [list(text[:width].ljust(width, b"\0")) for text in tf.reshape(texts, [-1]).numpy()]
    return tf.reshape(tf.constant(flat, tf.uint8), [*texts.shape, width])


def as_texts(rows):
    return tf.reshape(tf.constant([bytes(row).rstrip(b"\0") for row in tf.reshape(rows, [-1, rows.shape[-1]]).numpy().tolist()]), rows.shape[:-1])


def numbers(a, *names):
    return [tf.constant(a[name], DTYPES[a["dtype"]]) for name in names]


def sequence(a):
    start, delta = a["start"], a["delta"]
    return tf.range(start, start + delta * (a["count"] - 0.5) if isinstance(delta, float) else start + delta * a["count"], delta, DTYPES[a["dtype"]])


def bincount(x, a):
    weights = x[1] if len(x) > 1 else None
    axis = -1 if a["by_row"] else None
    longest = None if a["maxlength"] < 0 else a["maxlength"]
    return tf.math.bincount(x[0], weights, minlength=a["minlength"] or None, maxlength=longest, axis=axis, binary_output=a["binary"])


def quantized(x, a):
    options = {key: a[key] for key in ("signed_input", "num_bits", "narrow_range", "range_given")}
    op = raw.QuantizeAndDequantizeV4 if a["clips_gradient"] else raw.QuantizeAndDequantizeV2
    return op(input=x[0], input_min=x[1], input_max=x[2], round_mode="HALF_UP" if a["half_up"] else "HALF_TO_EVEN", axis=-1, **options)


def by_rows(op):
    """Of the last axis: the op takes matrices."""

    def call(x, a):
        labels, logits = x
        rows = tf.reshape(logits, [-1, logits.shape[-1]])
        flat = tf.reshape(labels, [-1, labels.shape[-1]] if labels.shape.rank == logits.shape.rank else [-1])
        loss, backprop = op(labels=flat, features=rows)
        return tf.reshape(loss, logits.shape[:-1]), tf.reshape(backprop, logits.shape)

    return call


def broadcast(*x):
    shape = x[0].shape
    for t in x[1:]:
        shape = tf.broadcast_static_shape(shape, t.shape)
    return [tf.broadcast_to(t, shape) for t in x]


def sparse(indices, values, a):
    return tf.SparseTensor(indices, values, a["dense_shape"])


def transposed(x, a):
    return tf.transpose(x[0], [axis % x[0].shape.rank for axis in a["perm"]] or None)


def stitched(x, a):
    """The indices of all parts come in a row."""
    parts = tf.split(x[0], [part.shape[0] for part in x[1:]]) if sum(part.shape[0] for part in x[1:]) == x[0].shape[0] else [x[0]]
    return tf.dynamic_stitch([tf.cast(part, "int32") for part in parts], x[1:])


CALLS = {
    # ---- Elementwise ----
    "angle": lambda x, a: tf.math.angle(x[0]),
    "complex_abs": lambda x, a: tf.abs(x[0]),
    "copy": lambda x, a: tf.identity(x[0]),
    "read_value": lambda x, a: tf.identity(x[0]),
    "cast": lambda x, a: tf.cast(x[0], DTYPES[a["dtype"]]),
    "leaky_relu": lambda x, a: tf.nn.leaky_relu(x[0], a["alpha"]),
    "leaky_relu_grad": lambda x, a: raw.LeakyReluGrad(gradients=x[0], features=x[1], alpha=a["alpha"]),
    "relu_grad": lambda x, a: raw.ReluGrad(gradients=x[0], features=x[1]),
    "relu6_grad": lambda x, a: raw.Relu6Grad(gradients=x[0], features=x[1]),
    "elu_grad": lambda x, a: raw.EluGrad(gradients=x[0], outputs=x[1]),
    "selu_grad": lambda x, a: raw.SeluGrad(gradients=x[0], outputs=x[1]),
    "softplus_grad": lambda x, a: raw.SoftplusGrad(gradients=x[0], features=x[1]),
    "softsign_grad": lambda x, a: raw.SoftsignGrad(gradients=x[0], features=x[1]),
    "sigmoid_grad": lambda x, a: raw.SigmoidGrad(dy=x[0], y=x[1]),
    "tanh_grad": lambda x, a: raw.TanhGrad(dy=x[0], y=x[1]),
    "sqrt_grad": lambda x, a: raw.SqrtGrad(dy=x[0], y=x[1]),
    "rsqrt_grad": lambda x, a: raw.RsqrtGrad(dy=x[0], y=x[1]),
    "reciprocal_grad": lambda x, a: raw.ReciprocalGrad(dy=x[0], y=x[1]),
    "softmax_grad": lambda x, a: (x[0] - tf.reduce_sum(x[0] * x[1], -1, keepdims=True)) * x[1],
    "log_softmax_grad": lambda x, a: x[0] - tf.exp(x[1]) * tf.reduce_sum(x[0], -1, keepdims=True),
    "igamma_grad_a": lambda x, a: raw.IgammaGradA(a=x[0], x=x[1]),
    "betainc": lambda x, a: tf.math.betainc(*broadcast(*x)),
    "random_gamma_grad": lambda x, a: raw.RandomGammaGrad(alpha=x[0], sample=x[1]),
    # ---- Made of attributes ----
    "zeros": lambda x, a: tf.zeros(a["shape"], DTYPES[a["dtype"]]),
    "ones": lambda x, a: tf.ones(a["shape"], DTYPES[a["dtype"]]),
    "fill": lambda x, a: tf.fill(a["shape"], tf.cast(a["value"], DTYPES[a["dtype"]])),
    "eye": lambda x, a: tf.eye(*a["shape"][-2:], a["shape"][:-2], DTYPES[a["dtype"]]),
    "linspace": lambda x, a: tf.linspace(*numbers(a, "start", "stop"), a["count"]),
    "range": lambda x, a: sequence(a),
    "shape": lambda x, a: tf.shape(x[0], DTYPES[a["out_type"]]),
    "size": lambda x, a: tf.size(x[0], DTYPES[a["out_type"]]),
    "one_hot": lambda x, a: tf.one_hot(x[0], a["depth"], *numbers(a, "on_value", "off_value"), a["axis"], DTYPES[a["dtype"]]),
    # ---- Layout ----
    "add_n": lambda x, a: tf.add_n(x),
    "concat": lambda x, a: tf.concat(x, a["axis"]),
    "stack": lambda x, a: tf.stack(x, a["axis"]),
    "unstack": lambda x, a: tf.unstack(x[0], axis=a["axis"]),
    "split": lambda x, a: tf.split(x[0], [end - begin for begin, end in zip([0, *a["ends"]], a["ends"])], a["axis"]),
    "slice": lambda x, a: part(x[0], a["begin"], a["strides"], a["size"]),
    "strided_slice": lambda x, a: part(x[0], a["begin"], a["strides"], a["size"]),
    "slice_grad": lambda x, a: pulled(lambda t: part(t, a["begin"], a["strides"], x[0].shape), tf.zeros(a["shape"], x[0].dtype), x[0]),
    "transpose": transposed,
    "pad": lambda x, a: tf.pad(x[0], list(zip(a["before"], a["after"])), a["mode"].upper(), tf.cast(a["constant_value"], x[0].dtype)),
    "squeeze": lambda x, a: tf.squeeze(x[0], a["axis"] or None),
    "matrix_band_part": lambda x, a: tf.linalg.band_part(x[0], *(min(a[f"num_{i}"], n - 1) for i, n in zip(("lower", "upper"), x[0].shape[-2:]))),
    "matrix_diag": lambda x, a: raw.MatrixDiagV3(
        diagonal=x[0], num_rows=a["num_rows"], num_cols=a["num_cols"], padding_value=tf.cast(a["padding_value"], x[0].dtype), **bands(a)
    ),
    "matrix_diag_part": lambda x, a: raw.MatrixDiagPartV3(input=x[0], padding_value=tf.cast(a["padding_value"], x[0].dtype), **bands(a)),
    "matrix_set_diag": lambda x, a: raw.MatrixSetDiagV3(input=x[0], diagonal=x[1], **bands(a)),
    # ---- Indices ----
    "argmax": lambda x, a: tf.argmax(x[0], a["axis"], DTYPES[a["output_type"]]),
    "argmin": lambda x, a: tf.argmin(x[0], a["axis"], DTYPES[a["output_type"]]),
    "argsort": lambda x, a: tf.argsort(x[0], direction=a["direction"].upper()),
    "gather_grad": lambda x, a: pulled(
        lambda t: tf.gather(t, x[1], axis=a["axis"], batch_dims=a["batch_dims"]), tf.zeros(a["shape"], x[0].dtype), x[0]
    ),
    "dynamic_partition": lambda x, a: tf.dynamic_partition(x[0], x[1], a["num_partitions"]),
    "dynamic_stitch": stitched,
    "where_not_zero": lambda x, a: tf.where(x[0]),
    "searchsorted": lambda x, a: tf.searchsorted(x[0], x[1], "right" if a["right"] else "left"),
    "bincount": bincount,
    "weighted_bincount": bincount,
    "histogram_fixed_width": lambda x, a: tf.histogram_fixed_width(x[0], tf.cast([a["low"], a["high"]], x[0].dtype), a["nbins"]),
    "sparse_dense_matmul": lambda x, a: tf.sparse.sparse_dense_matmul(sparse(x[0], x[1], a), x[2]),
    "sparse_to_dense": lambda x, a: tf.sparse.to_dense(sparse(x[0], x[1], a), validate_indices=False),
    # ---- Matrices ----
    "log_matrix_determinant": lambda x, a: tf.linalg.slogdet(x[0]),
    "matrix_determinant": lambda x, a: tf.linalg.det(x[0]),
    "matrix_inverse": lambda x, a: tf.linalg.inv(x[0]),
    "matrix_solve": lambda x, a: tf.linalg.solve(x[0], x[1]),
    "matrix_triangular_solve": lambda x, a: tf.linalg.triangular_solve(x[0], x[1], a["lower"], a["adjoint"]),
    "tridiagonal_solve": lambda x, a: tf.linalg.tridiagonal_solve(x[0], x[1], "compact"),
    "self_adjoint_eig": lambda x, a: tf.linalg.eigh(x[0]),
    "singular_values": lambda x, a: tf.linalg.svd(x[0], compute_uv=False),
    "lu": lambda x, a: tf.linalg.lu(x[0], DTYPES[a["index_type"]]),
    "dense": lambda x, a: tf.tensordot(x[0], x[1], 1) + x[2],
    "dense_relu": lambda x, a: tf.nn.relu(tf.tensordot(x[0], x[1], 1) + x[2]),
    # ---- Windows ----
    "conv2d": conv2d,
    "conv2d_bias": lambda x, a: tf.nn.bias_add(conv2d(x, a), x[2]),
    "conv2d_bias_relu": lambda x, a: tf.nn.relu(tf.nn.bias_add(conv2d(x, a), x[2])),
    "conv2d_transpose": lambda x, a: tf.nn.conv2d_transpose(x[0], x[1], a["output_shape"], a["strides"], padding(a), dilations=a["dilations"]),
    "conv2d_backprop_filter": lambda x, a: raw.Conv2DBackpropFilter(
        input=x[0],
        filter_sizes=a["filter_shape"],
        out_backprop=x[1],
        strides=framed(a["strides"]),
        dilations=framed(a["dilations"]),
        **explicit(a),
    ),
    "avg_pool2d": lambda x, a: raw.AvgPool(value=x[0], **pool(a)),
    "avg_pool2d_grad": lambda x, a: raw.AvgPoolGrad(orig_input_shape=a["shape"], grad=x[0], **pool(a)),
    "max_pool2d": lambda x, a: [raw.MaxPool(input=x[0], **{**pool(a), **explicit(a)})],
    # ---- Losses ----
    "softmax_cross_entropy_with_logits": by_rows(raw.SoftmaxCrossEntropyWithLogits),
    "sparse_softmax_cross_entropy_with_logits": by_rows(raw.SparseSoftmaxCrossEntropyWithLogits),
    "in_top_k": lambda x, a: tf.math.in_top_k(x[0], tf.cast(x[1], "float32"), a["k"]),
    "ctc_loss": lambda x, a: [tf.nn.ctc_loss(*x, True, blank_index=a["blank"])],
    # ---- Images ----
    "adjust_hue": lambda x, a: raw.AdjustHue(images=x[0][None], delta=a["delta"])[0],
    "adjust_saturation": lambda x, a: raw.AdjustSaturation(images=x[0][None], scale=a["factor"])[0],
    "resize_bilinear": resized(raw.ResizeBilinear),
    "resize_bicubic": resized(raw.ResizeBicubic),
    "resize_area": lambda x, a: raw.ResizeArea(images=x[0], size=a["size"]),
    "resize_bilinear_grad": resized_grad(raw.ResizeBilinearGrad),
    "resize_bicubic_grad": resized_grad(raw.ResizeBicubicGrad),
    "scale_and_translate": lambda x, a: raw.ScaleAndTranslate(images=x[0], size=a["size"], **scaled(x[0].shape[1:3], a["size"]), **kernel(a)),
    "scale_and_translate_grad": lambda x, a: raw.ScaleAndTranslateGrad(
        grads=x[0], original_image=image_like(x[0], a), **scaled(a["size"], x[0].shape[1:3]), **kernel(a)
    ),
    "non_max_suppression": lambda x, a: raw.NonMaxSuppressionV5(boxes=x[0], scores=x[1], **{k: v for k, v in a.items() if k != "overlaps"})[0],
    # ---- Transforms ----
    "irfft": last_length(tf.signal.irfft),
    "irfft2d": last_length(tf.signal.irfft2d),
    "irfft3d": last_length(tf.signal.irfft3d),
    # ---- Steps of quantisation ----
    "fake_quant_with_min_max_vars": lambda x, a: (
        tf.quantization.fake_quant_with_min_max_vars_per_channel if x[1].shape.rank else tf.quantization.fake_quant_with_min_max_vars
    )(*x, a["num_bits"], a["narrow_range"]),
    "quantize_and_dequantize": quantized,
    # ---- Drawn by a seed ----
    "stateless_random_normal": lambda x, a: tf.random.stateless_normal(a["shape"], x[0], dtype=DTYPES[a["dtype"]]),
    "stateless_random_uniform": lambda x, a: tf.random.stateless_uniform(a["shape"], x[0], dtype=DTYPES[a["dtype"]]),
    "stateless_random_truncated_normal": lambda x, a: tf.random.stateless_truncated_normal(a["shape"], x[0], dtype=DTYPES[a["dtype"]]),
    "stateless_random_uniform_full_int": lambda x, a: tf.random.stateless_uniform(a["shape"], x[0], None, None, DTYPES[a["dtype"]]),
    "stateless_random_uniform_int": lambda x, a: tf.random.stateless_uniform(a["shape"], x[0], a["minval"], a["maxval"], DTYPES[a["dtype"]]),
    "stateless_random_binomial": lambda x, a: tf.random.stateless_binomial(a["shape"], x[2], x[0], x[1], DTYPES[a["dtype"]]),
    "stateless_random_categorical": lambda x, a: tf.random.stateless_categorical(x[0], a["num_samples"], x[1], DTYPES[a["dtype"]]),
    "stateless_random_gamma": lambda x, a: tf.random.stateless_gamma(a["shape"], x[1], x[0], dtype=x[0].dtype),
    "stateless_random_poisson": lambda x, a: tf.random.stateless_poisson(a["shape"], x[1], x[0], DTYPES[a["dtype"]]),
    # ---- Text ----
    "as_string": lambda x, a: as_rows(
        tf.strings.as_string(x[0], a["precision"], a["scientific"], a["shortest"], a["width"], chr(a["fill"]).strip("\0"))
    ),
    "string_to_number": lambda x, a: tf.strings.to_number(as_texts(x[0]), DTYPES[a["out_type"]]),
}

# Why TensorFlow says nothing of an op.
_CHANCE = "drawn from the process's generator, which is not TensorFlow's"
_POSITIONS = "takes the positions that max_pool2d found, where TensorFlow's takes both images: seen in the derivatives of max_pool2d"
ABSENT = {
    **dict.fromkeys(
        "random_categorical random_gamma random_normal random_permutation random_shuffle random_poisson random_truncated_normal random_uniform".split(),
        _CHANCE,
    ),
    "max_pool2d_grad": _POSITIONS,
    "max_pool2d_pick": _POSITIONS,
    "sparse_concat": "takes the order that TensorFlow's SparseConcat works out itself: seen in tf.sparse.concat",
    "ctc_loss_grad": "of the second order, which TensorFlow has not: the first order is seen in ctc_loss",
    "resize_area_grad": "TensorFlow's resize by area has no gradient",
}
# TensorFlow computes these in single precision, so the samples in f64 are not asked for.
F32_ONLY = set(
    "adjust_hue adjust_saturation ctc_loss fake_quant_with_min_max_vars non_max_suppression resize_area resize_bicubic resize_bicubic_grad resize_bilinear "
    "resize_bilinear_grad scale_and_translate scale_and_translate_grad".split()
)
# The outputs that are compared, where others are ours alone.
_SIGNS = "the signs, or phases, of vectors are free"
OUTPUTS = {
    "max_pool2d": ([0], "positions count otherwise"),
    "ctc_loss": ([0], "the other output is what the gradient needs"),
    "fake_quant_with_min_max_vars": ([0], "the other output is what the gradient needs"),
    "quantize_and_dequantize": ([0], "the other output is what the gradient needs"),
    "non_max_suppression": ([0], "scores are f32 there"),
}
# Larger differences than 1e-10 (f64) and 1e-5 (f32) of numbers: (in f64, in f32, why).
_DIVIDES = "the rule divides by differences, or by a triangle, which makes rounding grow"
TOLERANCES = {
    "qr": (1e-10, 5e-5, _DIVIDES),
    "self_adjoint_eig": (1e-10, 5e-5, _DIVIDES),
    "svd": (1e-10, 5e-5, _DIVIDES),
    "gelu": (1e-7, 1e-5, "TensorFlow rounds the square root of 2 to f32"),
}
# Derivatives that are not compared: TensorFlow's are not those of its own values, where ours are those of central differences.
_CONJUGATE = "TensorFlow's rule leaves a conjugate out"
WRONG = {
    "cumprod": ("complex", _CONJUGATE),
    "reduce_prod": ("complex", _CONJUGATE),
    "squared_difference": ("complex", _CONJUGATE),
    "tridiagonal_solve": ("complex", _CONJUGATE),
    "sqrtm": ("complex", _CONJUGATE),
    "matrix_determinant": ("complex", _CONJUGATE),
    "log_matrix_determinant": ("complex", "TensorFlow's rule leaves a conjugate out, and the sign has none"),
    "svd": ("complex", "TensorFlow's second derivative is not that of its first", ("second",)),
    "resize_bilinear_grad": ("", "TensorFlow has no gradient of the gradient"),
}


def call(name, x, a):
    """The outputs of the op as a list."""
    if name in CALLS:
        result = CALLS[name](x, a)
    else:
        module = next(module for module in MODULES if hasattr(module, name))
        result = getattr(module, name)(*x, **a)
    return list(result) if isinstance(result, (list, tuple)) else [result]
