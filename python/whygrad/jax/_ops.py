"""Facts about JAX's primitives by name: the op record of ours that describes their hazards, and the roles of their inputs.

Whether a gradient passes is found out from JAX itself (_settle.py). A primitive that is not in these tables gets neutral words and no hazards, and
stops a gradient if JAX's own answer says so."""

# JAX's names by op record. The record says why such an op stops a gradient and how its numbers can spoil one.
_LIKE = {
    "abs": "abs",
    "acos": "acos",
    "acosh": "acosh",
    "add": "add add_any",
    "argmax": "argmax",
    "argmin": "argmin",
    "argsort": "argsort",
    "asin": "asin",
    "asinh": "asinh",
    "atan": "atan",
    "atan2": "atan2",
    "atanh": "atanh",
    "bitwise_and": "and",
    "bitwise_or": "or",
    "bitwise_xor": "xor",
    "broadcast_to": "broadcast_in_dim",
    "cast": "convert_element_type",
    "cholesky": "cholesky",
    "clip_by_value": "clamp relu6",
    "complex": "complex",
    "concat": "concatenate",
    "conj": "conj",
    "Conv2D": "conv_general_dilated",
    "copy": "copy",
    "cos": "cos",
    "cosh": "cosh",
    "cumprod": "cumprod",
    "cumsum": "cumsum",
    "digamma": "digamma",
    "divide": "div",
    "elu": "elu celu",
    "equal": "eq",
    "erf": "erf",
    "erfc": "erfc",
    "erfinv": "erf_inv",
    "exp": "exp exp2",
    "expm1": "expm1",
    "floormod": "rem",
    "gather": "gather",
    "greater": "gt",
    "greater_equal": "ge",
    "imag": "imag",
    "invert": "not",
    "is_finite": "is_finite",
    "leaky_relu": "leaky_relu",
    "less": "lt lt_to",
    "less_equal": "le le_to",
    "lgamma": "lgamma",
    "log": "log",
    "log1p": "log1p",
    "matmul": "dot_general",
    "Max": "reduce_max cummax",
    "maximum": "max",
    "Min": "reduce_min cummin",
    "minimum": "min",
    "multiply": "mul",
    "negative": "neg",
    "not_equal": "ne",
    "pad": "pad",
    "polygamma": "polygamma",
    "pow": "pow integer_pow",
    "Prod": "reduce_prod",
    "real": "real",
    "reduce_logsumexp": "logsumexp",
    "relu": "relu",
    "reshape": "reshape",
    "reverse": "rev",
    "rsqrt": "rsqrt",
    "self_adjoint_eig": "eigh",
    "sigmoid": "logistic",
    "sign": "sign",
    "silu": "silu",
    "sin": "sin",
    "sinh": "sinh",
    "slices": "slice dynamic_slice",
    "softmax": "softmax",
    "log_softmax": "log_softmax",
    "softplus": "softplus",
    "sqrt": "sqrt",
    "square": "square",
    "squeeze": "squeeze",
    "stack": "stack",
    "stop_gradient": "stop_gradient",
    "subtract": "sub",
    "Sum": "reduce_sum",
    "tan": "tan",
    "tanh": "tanh",
    "tensor_scatter_nd_update": "scatter scatter-add scatter_add dynamic_update_slice",
    "top_k": "top_k",
    "transpose": "transpose",
    "where": "select_n",
    "matrix_solve": "custom_linear_solve",
    "matrix_triangular_solve": "triangular_solve",
    "ceil": "ceil",
    "floor": "floor",
    "round": "round",
}
LIKE = {name: record for record, names in _LIKE.items() for name in names.split()}
# Hazards of primitives that have no record, or whose gradient in JAX differs from that of the record.
ZERO = {"sort": "masks", "reduce_window_max": "masks", "select_and_gather_add": "masks"}
NOT_FINITE = {"cbrt": "root_of_zero", "lu": "singular_matrix", "svd": "division_by_zero"}

# The positions of inputs that are indices or masks and not data. -1: all inputs after the first.
INDEXING = {
    "gather": (1,),
    "dynamic_slice": (-1,),
    "dynamic_update_slice": (-2,),
    "scatter": (1,),
    "scatter-add": (1,),
    "scatter_add": (1,),
    "scatter-mul": (1,),
    "scatter_mul": (1,),
}
# Primitives whose first input is the condition.
CONDITIONS = frozenset(("select_n", "cond"))
# Functions that JAX computes with several ops and that are drawn as one. The inner ops, such as a -inf that is left out, do not concern the program.
WHOLE = frozenset(("softmax", "log_softmax", "logsumexp"))
# Functions with a derivative of their own that are drawn as one op, under the name that JAX gives them.
RULES_OF_JAX = frozenset("relu relu6 silu elu celu selu softplus leaky_relu xlogy xlog1py sinc where".split())
# Functions of JAX that return integers of an order or a draw. An inner op that passes no gradient gets the name of the function.
DRAWS = frozenset("bernoulli categorical randint poisson binomial multinomial choice".split())
DRAWN = (
    "a draw jumps when the numbers that it is drawn by move, so it has no derivative",
    "draw from a smooth distribution instead, such as jax.nn.softmax((logits + jax.random.gumbel(key, shape)) / temperature); or weigh the loss by the "
    "log probability of what was drawn",
)
# The names as people write them.
_SPOKEN = {"select_n": "where", "convert_element_type": "astype", "stop_gradient": "stop_gradient", "integer_pow": "power", "pow": "power"}
# Calls that are always opened.
CALLS = frozenset("jit pjit closed_call core_call remat remat2 checkpoint custom_lin custom_vjp_call_jaxpr_p".split())
# Names of primitives in older or newer releases of JAX.
OF_OLD = frozenset("softmax log_softmax logsumexp argsort scatter_add scatter_mul stack le_to lt_to".split())
HOST = frozenset(("pure_callback", "io_callback", "debug_callback", "outside_call", "python_callback"))


def spoken(name):
    return _SPOKEN.get(name, name)


def told_as(primitive, function):
    """The name in texts of an op that the program called through a function of JAX's library."""
    if function == "argsort" and primitive == "sort":
        return "argsort"
    return function if function in DRAWS and primitive in ("argmax", "lt", "convert_element_type", "while", "floor", "round") else primitive


def roles(name, count):
    """The role of each input."""
    found = ["data"] * count
    if name in CONDITIONS and found:
        found[0] = "condition"
    for at in INDEXING.get(name, ()):
        first = -at if at < 0 else at
        for i in range(first, count if at < 0 else min(first + 1, count)):
            found[i] = "index"
    return found
