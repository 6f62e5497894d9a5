"""What is known to differ between the functions of whygrad.tf and TensorFlow's, and why. The reasons stand in docs/conformance.md too.

An entry is (reason, kinds, calls, words): it covers a difference of one of these kinds whose call and whose description match the patterns.
"""

import re

_ANY = ""
KNOWN = [
    # ---- Images, boxes, quantisation ----
    (
        "resize by area and the scores of boxes have a gradient here, or a reason",
        "gradient",
        r"image\.resize\(|non_max_suppression_with",
        r"ResizeArea|NonMaxSuppressionV5",
    ),
    ("resized f64 images are computed in single precision in TensorFlow", "gradient value", r"image\.(?:resize|crop).*f64", r"element"),
    (
        "of equal maxima in a volume the first one gets the gradient, as in an image; TensorFlow gives all of it to each",
        "gradient",
        r"max_pool3d\(k\(",
        r"element",
    ),
    (
        "tf.nn.convolution of volumes needs no data_format for its gradient",
        "gradient",
        r"nn\.conv(?:olution|_transpose)",
        r"has no attribute 'decode'",
    ),
    (
        "crops by the nearest neighbour do not move with their boxes; TensorFlow gives the gradient of bilinear ones",
        "gradient",
        r"'nearest'",
        r"None, and TensorFlow float32\[1, 4\]",
    ),
    ("bounds that only choose a step get no gradient; TensorFlow gives zeros", "gradient", r"quantize_and_dequantize_v2", r"None, and TensorFlow"),
    ("bounds of quantize_and_dequantize_v2 may be those of each part along an axis", "accepts", r"quantize_and_dequantize_v2", r"must be a scalar"),
    # ---- Taken here, refused there ----
    (
        "TensorFlow has no kernel for the dtype on a CPU, whygrad has",
        "accepts gradient",
        _ANY,
        r"allowed values|Could not find device|data type is not supported|No WhereOp|must be a floating point tensor|numeric(?: or variant)? tensor|Cannot convert [01] to EagerTensor",
    ),
    (
        "a Python number takes the dtype of the tensor that it meets, in functions as in operators",
        "accepts",
        _ANY,
        r"was expected to be a|must have the same dtype|Tensor conversion requested|incorrect types|object has no attribute '(?:dtype|shape)'|must be consistent",
    ),
    ("one number stands for a list of one", "accepts", r"broadcast_to|reverse|tile|depthwise_conv2d|split\(", _ANY),
    ("tf.math.complex is tf.complex", "accepts", r"tf\.math\.complex\(", _ANY),
    ("padding may be written in small letters, and pad has the mode EDGE", "accepts", r"'same'|'EDGE'", _ANY),
    (
        "scalars, single parts and empty tensors have an answer where there is one",
        "accepts gradient",
        _ANY,
        r"Reshape_device|rank at least|at least rank|Unhandled input dimensions|Requires delta|Requires start|empty tensor|at least minimum 1|not in \[0, 0\)|at least 2D|zero elements|empty output",
    ),
    (
        "gradients that TensorFlow's CPU kernels refuse: of NCHW images, of axes counted from the end, of adjust_contrast",
        "gradient",
        r"NCW|NCHW|NCDHW|transpose|adjust_contrast|random_contrast",
        r"there is one; TensorFlow",
    ),
    (
        "what only TensorFlow's Python code refuses: a tensor for a list, a number for a tensor, a list for one variable",
        "accepts",
        r"accumulate_n|clip_by_global_norm|switch_case|while_loop|map_fn|float\(|out_type=i64|assert_rank|tf\.range\(k\(3,u|boolean_mask|Assert|num=3|k\(2,i32\)",
        _ANY,
    ),
    ("bounds that reach beyond a matrix take all of it", "accepts", r"band_part", _ANY),
    ("the inverse of a matrix that holds NaN is NaN", "accepts", r"linalg.inv\(k\(\[\[nan", _ANY),
    ("<< and >> are operators", "accepts", r"<<|>>", _ANY),
    ("psnr compares the numbers of two images; TensorFlow scales each image by its own dtype", "value", r"image\.psnr\(", r"element"),
    # ---- Refused here, taken there ----
    ("a number that the dtype of the tensor cannot hold is refused, not wrapped", "refuses", _ANY, r"a bare number takes|cannot hold the number"),
    ("a truth value is no number", "refuses", _ANY, r"bool has no meaning here|do not mix|f32 has no meaning here \(x is f32\[0\]\)"),
    (
        "text is held, compared and written out as rows of bytes; no op takes text",
        "refuses dtype value",
        _ANY,
        r"of str|format '|StringTensor|string|uint8, and TensorFlow string|peek\(\)",
    ),
    (
        "convolution, pooling, leaky_relu and adjust_hue of integers",
        "refuses",
        r"pool|conv|leaky_relu|adjust_hue|grayscale",
        r"has no meaning|cannot hold",
    ),
    (
        "quotients without NaN of integers, and they, xlogy and products by segment of complex numbers",
        "refuses",
        _ANY,
        r"(?:c64|c128|[ui](?:8|16|32|64)) has no meaning here",
    ),
    (
        "at the edges the special functions have their limits: TensorFlow's bessel_i1 has the slope 1 at 0, and K, Y, expint, igamma and zeta end early, at the smallest and largest numbers",
        "value gradient",
        r"math\.(?:special\.)?(?:bessel_i1e?|bessel_[ky][01]e?|expint|igammac?|zeta)\(edges",
        r"TensorFlow says",
    ),
    (
        "gradients of complex determinants and their signs, of complex square roots and of complex tridiagonal systems: TensorFlow leaves out a conjugate",
        "gradient",
        r"(?:det|slogdet|sqrtm|matrix_square_root|tridiagonal_solve)\(.*(?:c64|c128)",
        _ANY,
    ),
    (
        "gradients of lu, logm, lstsq by singular values and eigh_tridiagonal, which TensorFlow lacks, or takes of the steps of a bisection",
        "gradient",
        r"linalg\.(?:lu\w*|logm|lstsq|eigh_tridiagonal)\(",
        _ANY,
    ),
    ("pinv and matrix_rank of complex matrices", "accepts", r"pinv|matrix_rank", r"`float`-like"),
    ("the gradient of a single band has the shape of the band", "gradient", r"banded_triangular_solve\(n\(f64,1", r"shape"),
    ("pooled volumes in half precision have a gradient", "accepts", r"_pool3d\(n\(f16", r"NotFoundError"),
    ("eigenvalues alone of a complex Hermitian matrix have a gradient", "accepts", r"eigvalsh\(.*c64", r"ValueError"),
    ("betainc broadcasts", "accepts", r"betainc", r"inconsistent"),
    (
        "the gradient of rfft and irfft with another length, and of rfft3d and irfft3d, which TensorFlow lacks or gives with another shape",
        "gradient accepts",
        r"signal\.i?rfft",
        r"there is one; TensorFlow|and TensorFlow \[|TensorFlow refuses: died",
    ),
    ("decompositions in half precision", "refuses", r"linalg", r"f16 has no meaning"),
    ("a matrix that has no decomposition is refused, not answered with NaN", "refuses", r"linalg", r"Cholesky|invertible"),
    ("positions are int32 or int64, and a mask is bool", "refuses", _ANY, r"positions are int32 or int64|the mask is"),
    ("a window that does not fit into the image is refused, where TensorFlow gives nothing", "refuses", _ANY, r"does not fit into a"),
    (
        "an image has one batch axis, embedding_lookup one table, labels one row for each of logits",
        "refuses",
        _ANY,
        r"has rank 5|rank 4 \(x is|differ in shape|OutOfRangeIndexError",
    ),
    ("an axis is a number", "refuses", r"expand_dims", r"interpreted as an integer"),
    ("places below 0 are refused by unravel_index", "refuses", r"unravel_index", _ANY),
    (
        "functions of no tensors, over no parts and over no classes",
        "refuses",
        _ANY,
        r"no parts|list index|no tensor is given|0 inputs given|no classes|do not divide",
    ),
    ("a condition is one truth value", "refuses", r"cond\(|case\(|Assert", _ANY),
    ("an index is an integer, a slice, ... or newaxis; lists and masks go through gather and boolean_mask", "refuses", r"\)\[", _ANY),
    # ---- Numbers ----
    (
        "a float that an integer dtype cannot hold becomes the nearest number of the dtype, NaN becomes 0; on x86 TensorFlow wraps or gives the lowest",
        "value",
        r"cast\(|convert_image_dtype",
        _ANY,
    ),
    ("a complex number is true where it is not 0, not where its real part is not 0", "value", r"cast\(edges\(c\d+\),b1", _ANY),
    ("which zero max, min, relu and sums of zeros give, +0 or -0: in TensorFlow it changes with the place of the element", "zero", _ANY, _ANY),
    ("a complex number divided by 0: Inf or NaN, in TensorFlow by the place of the element", "value gradient", r"c64|c128", r"nan|inf"),
    ("the order of NaN among numbers: in TensorFlow it changes with their order", "value", r"sort\(|top_k\(|unique\(|max_pool", _ANY),
    ("half precision is computed in float32 and rounded at the end", "value gradient", r"f16", _ANY),
    (
        "gelu and erf in float64 are exact; TensorFlow's gelu has a constant of float32, its erf is NaN for the largest numbers",
        "value",
        r"gelu|erf",
        _ANY,
    ),
    ("gradients of gelu, swish and moments at Inf and at the largest numbers", "gradient", r"gelu|moments|silu|swish", r"nan|inf"),
    ("softmax of +Inf in float32: TensorFlow's float64 says NaN throughout, as here", "value", r"softmax\(", r"nan"),
    ("gradients of complex running products and swish: TensorFlow leaves out the conjugate", "gradient", r"cumprod|(?:silu|swish)\(.*c\d", _ANY),
    (
        "of several values that dynamic_stitch puts at one place only the last has a gradient: the others are not in the result",
        "gradient",
        r"dynamic_stitch",
        _ANY,
    ),
    ("the mean of no complex numbers is NaN, as of real ones", "value", r"reduce_mean\(n\(c", _ANY),
    ("the Euclidean norm of integers is the largest number where the dtype cannot hold it", "value", r"reduce_euclidean_norm\(", _ANY),
    (
        "gradients of average pooling where the window is larger than the image: TensorFlow's float32 says the same as here, its float64 does not",
        "gradient",
        r"avg_pool",
        _ANY,
    ),
    ("the shape of a convolution over an empty batch", "value", r"conv2d\(n\(f32,0", _ANY),
    ("rounding of complex numbers near the poles of a function, and of sums that cancel", "value gradient", r"tan|sigmoid|matmul|c64", r"element"),
    (
        "the gradient of saturate_cast at NaN is 0, as that of clip_by_value: there is no slope at NaN",
        "gradient",
        r"saturate_cast\(edges",
        r"element 9",
    ),
    (
        "top_k with index_type int64 has a gradient: TensorFlow's rule adds int64 to int32 and stops",
        "gradient",
        r"top_k\(",
        r"expected to be a int64 tensor but is a int32|expected to be a int16",
    ),
    ("polygamma at its poles", "value", r"polygamma", r"nan"),
    ("linspace to infinity", "value", r"linspace\(0.,inf", _ANY),
    (
        "tf.tuple, get_static_value and broadcast_dynamic_shape answer tensors where TensorFlow answers what it was given",
        "value dtype",
        r"tf\.tuple|get_static_value|broadcast_dynamic_shape",
        _ANY,
    ),
]
_KNOWN = [(reason, kinds.split(), re.compile(calls), re.compile(words)) for reason, kinds, calls, words in KNOWN]


def reason_for(kind, call, words):
    """Why this difference is known, or None."""
    return next((reason for reason, kinds, calls, patterns in _KNOWN if kind in kinds and calls.search(call) and patterns.search(words)), None)
