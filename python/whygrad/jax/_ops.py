"""What is known of JAX's primitives by their names: which of our op records tells of their hazards, and what their inputs are for.

Whether a gradient passes is asked of JAX (_settle.py): a primitive that is not in these tables has neutral words and no hazards, and stops a gradient where
JAX's own answer says so."""

# JAX's names, by the record that says why such an op stops a gradient and what its numbers can do to it.
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
# Hazards of primitives that no record has, or where JAX's gradient is another than that of the record.
ZERO = {"sort": "masks", "reduce_window_max": "masks", "select_and_gather_add": "masks"}
NOT_FINITE = {"cbrt": "root_of_zero", "lu": "singular_matrix", "svd": "division_by_zero"}

# Which inputs say where or which, not what, by their position. -1: all behind the first.
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
# Of which the first input decides.
CONDITIONS = frozenset(("select_n", "cond"))
# Functions that JAX computes by several ops, and that are told of as one: what their parts do is no matter of the program's, such as a -inf that is left out.
WHOLE = frozenset(("softmax", "log_softmax", "logsumexp"))
# Functions with a derivative of their own that are told of as one op, under the name that JAX gives them.
RULES_OF_JAX = frozenset("relu relu6 silu elu celu selu softplus leaky_relu xlogy xlog1py sinc where".split())
# Functions of JAX's that give whole numbers of an order or a draw: what of them passes no gradient is told under their name.
DRAWS = frozenset("bernoulli categorical randint poisson binomial multinomial choice".split())
DRAWN = (
    "a draw jumps when the numbers that it is drawn by move, so it has no derivative",
    "draw from a smooth distribution instead, such as jax.nn.softmax((logits + jax.random.gumbel(key, shape)) / temperature); or weigh the loss by the "
    "log probability of what was drawn",
)
# As people write them.
_SPOKEN = {"select_n": "where", "convert_element_type": "astype", "stop_gradient": "stop_gradient", "integer_pow": "power", "pow": "power"}
# Calls that are always opened.
CALLS = frozenset("jit pjit closed_call core_call remat remat2 checkpoint custom_lin custom_vjp_call_jaxpr_p".split())
# Names that older or newer releases of JAX have.
OF_OLD = frozenset("softmax log_softmax logsumexp argsort scatter_add scatter_mul stack le_to lt_to".split())
HOST = frozenset(("pure_callback", "io_callback", "debug_callback", "outside_call", "python_callback"))


def spoken(name):
    return _SPOKEN.get(name, name)


def told_as(primitive, function):
    """The name under which an op is told that the program called by way of a function of JAX's own."""
    if function == "argsort" and primitive == "sort":
        return "argsort"
    return function if function in DRAWS and primitive in ("argmax", "lt", "convert_element_type", "while", "floor", "round") else primitive


def roles(name, count):
    """By input."""
    found = ["data"] * count
    if name in CONDITIONS and found:
        found[0] = "condition"
    for at in INDEXING.get(name, ()):
        first = -at if at < 0 else at
        for i in range(first, count if at < 0 else min(first + 1, count)):
            found[i] = "index"
    return found
