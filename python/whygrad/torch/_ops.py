"""Facts about PyTorch's functions by name: the op record of ours that describes their hazards, and the roles of their inputs.

Whether a gradient passes is found out from PyTorch itself (_settle.py). A function that is not in these tables gets neutral words and no hazards, and
stops a gradient if PyTorch's own answer says so."""

# PyTorch's names by op record. The record says why such an op stops a gradient and how its numbers can spoil one.
_LIKE = {
    "abs": "abs absolute arctan2_",
    "acos": "acos arccos",
    "acosh": "acosh arccosh",
    "add": "add __add__ __radd__ __iadd__ bias_add",
    "add_n": "addcmul addcdiv",
    "angle": "angle",
    "argmax": "argmax",
    "argmin": "argmin",
    "argsort": "argsort",
    "asin": "asin arcsin",
    "asinh": "asinh arcsinh",
    "atan": "atan arctan",
    "atan2": "atan2 arctan2",
    "atanh": "atanh arctanh",
    "bincount": "bincount",
    "bitwise_and": "bitwise_and __and__ __rand__",
    "bitwise_or": "bitwise_or __or__ __ror__",
    "bitwise_xor": "bitwise_xor __xor__ __rxor__",
    "broadcast_to": "broadcast_to expand expand_as",
    "cast": "to type type_as float double half bfloat16 cfloat int long short char byte bool cpu cuda",
    "cholesky": "cholesky linalg_cholesky",
    "clip_by_value": "clamp clip clamp_min clamp_max hardtanh relu6 hardsigmoid",
    "complex": "complex",
    "concat": "cat concat concatenate hstack vstack dstack",
    "conj": "conj",
    "Conv2D": "conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d",
    "copy": "clone contiguous",
    "cos": "cos",
    "cosh": "cosh",
    "cumprod": "cumprod",
    "cumsum": "cumsum",
    "digamma": "digamma",
    "divide": "div __truediv__ true_divide divide __itruediv__ __rdiv__ __rtruediv__",
    "elu": "elu celu",
    "equal": "eq __eq__ equal isclose allclose",
    "erf": "erf",
    "erfc": "erfc",
    "erfinv": "erfinv",
    "exp": "exp exp2",
    "expand_dims": "unsqueeze",
    "expm1": "expm1",
    "floordiv": "floor_divide __floordiv__ __rfloordiv__",
    "floormod": "remainder __mod__ __rmod__ fmod",
    "gather": "index_select gather take take_along_dim",
    "gelu": "gelu",
    "greater": "gt greater __gt__",
    "greater_equal": "ge greater_equal __ge__",
    "imag": "imag",
    "invert": "bitwise_not __invert__",
    "is_finite": "isfinite",
    "is_inf": "isinf",
    "is_nan": "isnan",
    "leaky_relu": "leaky_relu prelu",
    "less": "lt less __lt__",
    "less_equal": "le less_equal __le__",
    "lgamma": "lgamma",
    "log": "log log2 log10",
    "log1p": "log1p",
    "log_matrix_determinant": "slogdet logdet linalg_slogdet",
    "log_sigmoid": "logsigmoid",
    "log_softmax": "log_softmax",
    "logical_and": "logical_and",
    "logical_not": "logical_not",
    "logical_or": "logical_or",
    "logical_xor": "logical_xor",
    "matmul": "matmul mm bmm linear addmm baddbmm addmv mv dot vdot einsum bilinear tensordot inner outer ger __matmul__ __rmatmul__ addbmm",
    "matrix_band_part": "tril triu",
    "matrix_determinant": "det linalg_det",
    "matrix_diag": "diag_embed",
    "matrix_diag_part": "diagonal diag linalg_diagonal trace",
    "matrix_inverse": "inverse linalg_inv pinverse linalg_pinv",
    "matrix_solve": "linalg_solve",
    "matrix_triangular_solve": "triangular_solve linalg_solve_triangular cholesky_solve",
    "Max": "amax",
    "maximum": "maximum fmax",
    "Mean": "mean nanmean",
    "Min": "amin",
    "minimum": "minimum fmin",
    "multiply": "mul __mul__ __rmul__ __imul__ multiply",
    "negative": "neg negative __neg__",
    "not_equal": "ne not_equal __ne__",
    "one_hot": "one_hot",
    "ones_like": "ones_like",
    "pad": "pad",
    "polygamma": "polygamma",
    "pow": "pow __pow__ __rpow__ float_power",
    "Prod": "prod",
    "random_permutation": "randperm",
    "real": "real",
    "reciprocal": "reciprocal",
    "relu": "relu",
    "reshape": "reshape view view_as reshape_as flatten unflatten ravel",
    "reverse": "flip fliplr flipud",
    "roll": "roll",
    "rsqrt": "rsqrt",
    "searchsorted": "searchsorted bucketize",
    "self_adjoint_eig": "linalg_eigh",
    "selu": "selu",
    "sigmoid": "sigmoid expit",
    "sign": "sign sgn",
    "silu": "silu mish hardswish",
    "sin": "sin",
    "sinh": "sinh",
    "slices": "__getitem__ narrow select",
    "softmax": "softmax softmin",
    "softplus": "softplus",
    "softsign": "softsign",
    "sqrt": "sqrt",
    "square": "square",
    "squared_difference": "mse_loss",
    "squeeze": "squeeze",
    "stack": "stack",
    "stop_gradient": "detach data",
    "subtract": "sub __sub__ __rsub__ rsub subtract __isub__",
    "Sum": "sum nansum",
    "tan": "tan",
    "tanh": "tanh",
    "tensor_scatter_nd_update": "scatter index_put index_copy masked_scatter scatter_add index_add",
    "tile": "tile repeat repeat_interleave",
    "transpose": "transpose permute t T mT swapaxes movedim",
    "unique": "unique unique_consecutive",
    "unstack": "unbind",
    "where": "where masked_fill",
    "xlogy": "xlogy",
    "zeros_like": "zeros_like",
}
# Hazards of functions that have no record: how they pass exactly 0, and where they or their slopes are not finite.
_HAZARDS = {
    "flat": "round floor ceil trunc fix heaviside cdist pairwise_distance norm linalg_norm linalg_vector_norm dist vector_norm l1_loss smooth_l1_loss",
    "masks": "dropout dropout1d dropout2d dropout3d alpha_dropout feature_dropout feature_alpha_dropout embedding embedding_bag max_pool1d max_pool2d max_pool3d topk sort kthvalue max min median cosine_embedding_loss masked_select",
    "normalizes": "softmax layer_norm batch_norm group_norm instance_norm normalize",
    "dies": "threshold margin_ranking_loss triplet_margin_loss hinge_embedding_loss",
}
_NOT_FINITE = {
    "empty_row": "std var std_mean var_mean",
    "like softmax": "scaled_dot_product_attention multi_head_attention_forward",
    "log_of_zero": "nll_loss kl_div poisson_nll_loss binary_cross_entropy",
    "root_of_zero": "rms_norm",
    "overflow": "logsumexp logaddexp sinh",
}
LIKE = {name: record for record, names in _LIKE.items() for name in names.split()}
ZERO = {name: hazard for hazard, names in _HAZARDS.items() for name in names.split()}
NOT_FINITE = {name: hazard for hazard, names in _NOT_FINITE.items() for name in names.split()}

# Functions whose integer and boolean inputs are indices or masks and not data.
INDEXING = frozenset(
    """__getitem__ __setitem__ gather scatter scatter_ scatter_add scatter_add_ scatter_reduce index_select index_add index_add_ index_copy index_put
    index_put_ index_fill take take_along_dim take_along_axis embedding embedding_bag masked_fill masked_fill_ masked_select masked_scatter where
    nll_loss cross_entropy one_hot ctc_loss scaled_dot_product_attention multi_head_attention_forward repeat_interleave pad_packed_sequence
    multi_margin_loss multilabel_margin_loss gaussian_nll_loss""".split()
)
# Functions that write the number that they are given into places of a tensor.
WRITES = frozenset("masked_fill masked_fill_ index_fill index_fill_ where __setitem__ fill_ full full_like new_full pad".split())
# The inputs of functions that take them in another order than the op whose record describes them.
INPUTS = {"masked_fill": ("input", "mask", "value"), "masked_fill_": ("input", "mask", "value")}
DETACHES = frozenset(("detach", "detach_", "data"))
# Functions that read numbers to the host. Merely showing a tensor does not count.
HOST = frozenset("numpy item tolist __float__ __int__ __array__ __index__ __complex__ __contains__ is_nonzero".split())
# Functions that make tensors from values outside of the engine.
MAKES = frozenset(
    """tensor from_numpy as_tensor asarray from_dlpack frombuffer zeros ones full empty rand randn randint randperm arange linspace logspace eye
    scalar_tensor normal range tril_indices triu_indices hann_window hamming_window complex polar bernoulli""".split()
)
RANDOM = frozenset(
    """dropout dropout1d dropout2d dropout3d alpha_dropout feature_dropout feature_alpha_dropout rrelu gumbel_softmax rand_like randn_like randint_like bernoulli
    multinomial normal poisson binomial""".split()
)
# Functions that draw by the numbers that they are given.
DRAWS = frozenset("bernoulli multinomial normal poisson binomial".split())
DRAWN = (
    "a draw jumps when the numbers that it is drawn by move, so it has no derivative",
    "draw softly instead, such as by F.gumbel_softmax(logits, hard=True) or a distribution's rsample(); or weigh the loss by the log probability of "
    "what was drawn",
)
# Functions that may rescale, in place, the rows that they look up.
RENORMALIZES = frozenset(("embedding", "embedding_bag"))
# Pure functions: they give the same results each time. A result need not be kept if it can be computed again.
PURE = frozenset(
    """linear conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d matmul __matmul__ __rmatmul__ mm bmm addmm baddbmm
    relu relu6 leaky_relu elu selu celu gelu silu mish softplus softsign tanh sigmoid hardtanh hardsigmoid hardswish logsigmoid exp log sqrt rsqrt square
    add sub mul div neg pow abs __add__ __radd__ __sub__ __rsub__ __mul__ __rmul__ __truediv__ __rtruediv__ __neg__ __pow__ clamp maximum minimum
    softmax log_softmax layer_norm group_norm max_pool1d max_pool2d max_pool3d avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d
    adaptive_avg_pool2d adaptive_max_pool2d interpolate pad cat stack where masked_fill sum mean amax amin sin cos""".split()
)
# Functions that give the same results from the same state of the random numbers.
DRAWS_FROM_STATE = frozenset("dropout scaled_dot_product_attention".split())
TO_INTEGERS = frozenset("to type type_as int long short char byte bool".split())
# The names of Python's operators in texts.
_SPOKEN = {"__getitem__": "indexing", "__setitem__": "item assignment", "data": "data", "T": "T"}


def spoken(name):
    """The name of a function in texts: `sub` for `__rsub__`."""
    if name in _SPOKEN:
        return _SPOKEN[name]
    if name.startswith("__") and name.endswith("__"):
        plain = name[2:-2]
        return plain[1:] if plain[:1] in "ri" and f"__{plain[1:]}__" in LIKE else plain
    return name


def plain(name):
    """The name without the mark of an in-place op: `relu` for `relu_`, `__add__` for `__iadd__`."""
    if name in LIKE or name in ZERO:
        return name
    if name.startswith("__i") and f"__{name[3:]}" in LIKE:
        return f"__{name[3:]}"
    return name[:-1] if name.endswith("_") and not name.endswith("__") else name
