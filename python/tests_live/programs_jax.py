"""JAX programs reduced from public threads, in words of our own: what is wrong with the gradient of each argument, the op, and the line that is marked.

Each program ends in `run(loss, arguments)`, which takes the gradient by all of them, eagerly or in a compiled function. wrong: for each argument that is not
fine its name, the status, the causes that are right and the ops that are right; no ops where none is at fault. thread: where it was reported."""

from typing import NamedTuple

HEAD = """import jax
import jax.numpy as jnp
import numpy as np

"""


class Program(NamedTuple):
    thread: str
    source: str
    wrong: dict
    compiled: bool = True  # whether it can be compiled


PROGRAMS = {
    # ---- Nothing leads from the result to an argument ----
    "argmax": Program(
        "https://github.com/jax-ml/jax/issues/17555",
        """
def loss(w, x):
    best = jnp.argmax(x @ w, axis=-1)  # here
    return jnp.mean((best - 1.0) ** 2)

run(loss, jnp.ones((3, 2)), jnp.ones((4, 3)))
""",
        {"w": ("zero", "NONDIFF_OP", "argmax"), "x": ("zero", "NONDIFF_OP", "argmax")},
    ),
    "accuracy": Program(
        "https://theneuralbase.com/jax/learn/beginner/handling-non-differentiable-operations/",
        """
labels = jnp.array([0, 1, 1])

def loss(params):
    logits = jnp.ones((3, 2)) @ params["kernel"] + params["bias"]
    return 1.0 - jnp.mean(jnp.argmax(logits, -1) == labels)  # here

run(loss, {"kernel": jnp.eye(2), "bias": jnp.zeros(2)})
""",
        {
            "params['kernel']": ("zero", "METRIC_AS_LOSS NONDIFF_OP", "argmax eq"),
            "params['bias']": ("zero", "METRIC_AS_LOSS NONDIFF_OP", "argmax eq"),
        },
    ),
    "categorical": Program(
        "https://github.com/jax-ml/jax/issues/17555",
        """
def loss(logits):
    sample = jax.random.categorical(jax.random.PRNGKey(0), logits, shape=(8,))  # here
    return jnp.mean(sample * 1.0)

run(loss, jnp.array([0.1, 0.4, 0.5]))
""",
        {"logits": ("zero", "NONDIFF_OP", "categorical")},
    ),
    "stop_gradient": Program(
        "https://github.com/patrick-kidger/equinox/issues/31",
        """
def loss(scale, kernel):
    frozen = jax.lax.stop_gradient(kernel)  # here
    return jnp.sum((scale * frozen) ** 2)

run(loss, jnp.array(2.0), jnp.array([1.0, 3.0]))
""",
        {"kernel": ("zero", "STOP_GRADIENT", "stop_gradient")},
    ),
    "round": Program(
        "https://apxml.com/courses/getting-started-with-jax/chapter-3-automatic-differentiation-grad/grad-limitations",
        """
def quantize(x, step):
    return jnp.round(x / step) * 0.1  # here

def loss(x):
    return jnp.sum((quantize(x, 0.1) - 1.0) ** 2)

run(loss, jnp.array([0.23, 0.78]))
""",
        {"x": ("zero", "NONDIFF_OP ZERO_GRAD_FLAT", "round")},
    ),
    "floor": Program(
        "https://apxml.com/courses/getting-started-with-jax/chapter-3-automatic-differentiation-grad/grad-limitations",
        """
def loss(x):
    return jnp.sum(jnp.floor(x) * 2.0)  # here

run(loss, jnp.array([1.5, 2.5]))
""",
        {"x": ("zero", "NONDIFF_OP ZERO_GRAD_FLAT", "floor")},
    ),
    "cast": Program(
        "https://apxml.com/courses/getting-started-with-jax/chapter-3-automatic-differentiation-grad/grad-limitations",
        """
def loss(x):
    whole = x.astype(jnp.int32)  # here
    return jnp.sum((whole * whole).astype(jnp.float32))

run(loss, jnp.array([1.5, 2.5]))
""",
        {"x": ("zero", "INT_DTYPE", "astype convert_element_type")},
    ),
    "comparison": Program(
        "https://apxml.com/courses/advanced-jax/chapter-4-advanced-automatic-differentiation/handling-non-differentiable-functions",
        """
def loss(threshold):
    x = jnp.linspace(0.0, 1.0, 5)
    taken = (x > threshold).astype(jnp.float32)  # here
    return jnp.sum(taken * x)

run(loss, jnp.array(0.3))
""",
        {"threshold": ("zero", "NONDIFF_OP METRIC_AS_LOSS", "gt")},
    ),
    "where condition": Program(
        "https://github.com/CDCgov/DynODE/issues/120",
        """
def loss(start, height):
    t = jnp.arange(5.0)
    curve = jnp.where(t > start, height, 0.0)  # here
    return jnp.sum(curve**2)

run(loss, jnp.array(2.5), jnp.array(3.0))
""",
        {"start": ("zero", "NONDIFF_OP CONTROL_FLOW", "gt")},
    ),
    "unused": Program(
        "https://github.com/google/flax/issues/390",
        """
def loss(coarse, fine):
    rays = jnp.ones((2, 3))
    return jnp.mean((rays @ coarse - 1.0) ** 2) + jnp.mean((rays @ coarse) ** 2)

run(loss, jnp.ones((3, 2)) * 0.3, jnp.ones((3, 2)))
""",
        {"fine": ("zero", "UNUSED", "")},
    ),
    "closed over": Program(
        "https://github.com/jax-ml/jax/discussions/9672",
        """
params = jnp.array([1.0, 2.0])

def loss(p, x):
    scaled = params * x  # here
    return jnp.sum((scaled - 1.0) ** 2)

run(loss, params, jnp.array([3.0, 4.0]))
""",
        {"p": ("zero", "WRONG_SOURCE", "")},
        compiled=False,
    ),
    "cond": Program(
        "https://github.com/jax-ml/jax/issues/654",
        """
def loss(gate, a, b):
    chosen = jax.lax.cond(gate > 0.0, lambda a, b: a * 2.0, lambda a, b: b * 3.0, a, b)  # here
    return jnp.sum(chosen)

run(loss, jnp.array(1.0), jnp.ones(2), jnp.ones(2))
""",
        {"gate": ("zero", "NONDIFF_OP CONTROL_FLOW", "gt cond"), "b": ("zero", "CONTROL_FLOW", "")},
    ),
    "top_k indices": Program(
        "https://github.com/jax-ml/jax/issues/10144",
        """
def loss(scores):
    _, best = jax.lax.top_k(scores, 2)  # here
    return jnp.sum(best.astype(jnp.float32))

run(loss, jnp.array([0.1, 0.9, 0.4]))
""",
        {"scores": ("zero", "NONDIFF_OP INT_DTYPE", "top_k")},
    ),
    "one hot": Program(
        "https://theneuralbase.com/jax/learn/beginner/handling-non-differentiable-operations/",
        """
def loss(logits):
    hard = jax.nn.one_hot(jnp.argmax(logits), 3)  # here
    return jnp.dot(hard, jnp.arange(3.0))

run(loss, jnp.array([0.1, 0.9, 0.4]))
""",
        {"logits": ("zero", "NONDIFF_OP", "argmax")},
    ),
    "custom_vjp that drops an argument": Program(
        "https://github.com/jax-ml/jax/issues/17496",
        """
@jax.custom_vjp
def apply(matrix, vector):
    return matrix @ vector

def forward(matrix, vector):
    return apply(matrix, vector), (matrix, vector)

def backward(kept, g):
    return jnp.outer(g, kept[1]), None

apply.defvjp(forward, backward)

def loss(first, second):
    hidden = jnp.tanh(apply(first, jnp.ones(2)))
    return jnp.sum(apply(second, hidden) ** 2)  # here

run(loss, jnp.eye(2), jnp.eye(2))
""",
        {"first": ("zero", "CUSTOM_GRADIENT", "apply")},
    ),
    "custom_vjp that returns zeros": Program(
        "https://github.com/jax-ml/jax/issues/17496",
        """
@jax.custom_vjp
def clip(x):
    return x * 1.0

clip.defvjp(lambda x: (clip(x), None), lambda _, g: (jnp.zeros_like(g),))

def loss(x):
    return jnp.sum(clip(x) ** 2)  # here

run(loss, jnp.array([1.0, 2.0]))
""",
        {"x": ("zero", "CUSTOM_GRADIENT", "clip")},
    ),
    "scan over integers": Program(
        "https://github.com/jax-ml/jax/issues/1954",
        """
def loss(start):
    def step(total, i):
        return total + jnp.floor(start).astype(jnp.int32) * i, i  # here

    total, _ = jax.lax.scan(step, 0, jnp.arange(4))
    return total.astype(jnp.float32)

run(loss, jnp.array(1.5))
""",
        {"start": ("zero", "NONDIFF_OP INT_DTYPE", "floor astype convert_element_type")},
    ),
    "stop_gradient in scan": Program(
        "https://github.com/patrick-kidger/equinox/issues/442",
        """
def loss(w):
    def step(state, x):
        state = jax.lax.stop_gradient(jnp.tanh(state * w + x))  # here
        return state, state

    state, _ = jax.lax.scan(step, jnp.zeros(2), jnp.ones((3, 2)))
    return jnp.sum(state**2)

run(loss, jnp.array([0.5, 0.2]))
""",
        {"w": ("zero", "STOP_GRADIENT", "stop_gradient")},
    ),
    "second derivative of relu": Program(
        "https://github.com/jax-ml/jax/issues/10515",
        """
def slope(x):
    return jnp.sum(jax.grad(lambda z: jnp.sum(jax.nn.relu(z)))(x))

def loss(x):
    return slope(x)

run(loss, jnp.array([1.0, 2.0]))
""",
        {"x": ("zero", "SECOND_ORDER", "")},
    ),
    "second derivative of a sum": Program(
        "https://github.com/jax-ml/jax/issues/10515",
        """
def loss(x):
    return jnp.sum(jax.hessian(lambda v: jnp.sum(v * 3.0))(x))

run(loss, jnp.array([1.0, 2.0]))
""",
        {"x": ("zero", "SECOND_ORDER", "")},
    ),
    "order": Program(
        "https://github.com/jax-ml/jax/issues/10144",
        """
def loss(scores):
    ranks = jnp.argsort(scores)  # here
    return jnp.sum(ranks * 1.0)

run(loss, jnp.array([0.1, 0.9, 0.4]))
""",
        {"scores": ("zero", "NONDIFF_OP", "argsort")},
    ),
    # ---- Zeros that are computed ----
    "dead relu": Program(
        "https://github.com/jax-ml/jax/issues/19268",
        """
def loss(params):
    hidden = jax.nn.relu(jnp.ones((4, 3)) @ params["w1"] - 100.0)  # here
    return jnp.mean((hidden @ params["w2"] - 1.0) ** 2)

run(loss, {"w1": jnp.ones((3, 5)), "w2": jnp.ones((5, 1))})
""",
        {"params['w1']": ("zero", "ZERO_GRAD_DEAD_UNIT", "relu"), "params['w2']": ("zero", "ZERO_GRAD_DEAD_UNIT", "relu dot_general")},
    ),
    "saturated sigmoid": Program(
        "https://github.com/jax-ml/jax/issues/19268",
        """
def loss(w):
    return jnp.mean(jax.nn.sigmoid(w * 1000.0))  # here

run(loss, jnp.array([1.0, 2.0]))
""",
        {"w": ("zero", "ZERO_GRAD_SATURATED", "logistic")},
    ),
    "saturated softmax": Program(
        "https://github.com/jax-ml/jax/issues/19490",
        """
def loss(w):
    return jnp.sum(jax.nn.softmax(w * 1000.0)[0])  # here

run(loss, jnp.array([2.0, 0.3]))
""",
        {"w": ("zero", "ZERO_GRAD_SATURATED", "softmax")},
    ),
    "clip": Program(
        "https://github.com/jax-ml/jax/issues/10515",
        """
def loss(x):
    inside = jnp.clip(x, 0.0, 1.0)  # here
    return jnp.sum(inside * 3.0)

run(loss, jnp.array([2.0, 5.0]))
""",
        {"x": ("zero", "ZERO_GRAD_CLIP ZERO_GRAD_MASKED", "clamp min minimum max clip")},
    ),
    "maximum": Program(
        "https://github.com/jax-ml/jax/issues/10515",
        """
def loss(margin):
    return jnp.sum(jnp.maximum(margin - 5.0, 0.0))  # here

run(loss, jnp.array([1.0, 2.0]))
""",
        {"margin": ("zero", "ZERO_GRAD_DEAD_UNIT ZERO_GRAD_CLIP ZERO_GRAD_MASKED", "max maximum")},
    ),
    "times zero": Program(
        "https://github.com/jax-ml/jax/issues/19727",
        """
def loss(w, gate):
    return jnp.sum(w * w * gate)  # here

run(loss, jnp.array([1.0, 2.0]), jnp.zeros(2))
""",
        {"w": ("zero", "DISCONNECTED_ZERO ZERO_GRAD_MASKED ZERO_GRAD_ZERO_FACTOR", "mul")},
    ),
    "layer norm of one feature": Program(
        "https://github.com/jax-ml/jax/issues/19727",
        """
def loss(w):
    x = jnp.array([[1.0, 2.0], [3.0, 4.0]]) @ w
    centred = x - jnp.mean(x, axis=-1, keepdims=True)
    return jnp.sum(centred**2)  # here

run(loss, jnp.array([[0.5], [0.3]]))
""",
        {"w": ("zero", "ZERO_GRAD_CANCEL ZERO_GRAD_FLAT", "sub integer_pow square power")},
    ),
    # ---- Not finite ----
    "norm at zero": Program(
        "https://github.com/jax-ml/jax/issues/21723",
        """
def loss(x):
    return jnp.linalg.norm(x) ** 2  # here

run(loss, jnp.zeros(3))
""",
        {"x": ("nan", "NAN_GRAD_SQRT0", "sqrt")},
    ),
    "distances to itself": Program(
        "https://github.com/jax-ml/jax/issues/654",
        """
def loss(places):
    between = places[:, None] - places[None, :]
    apart = jnp.sqrt(jnp.sum(between**2, axis=-1))  # here
    return jnp.sum(apart)

run(loss, jnp.array([[0.0, 1.0], [2.0, 3.0]]))
""",
        {"places": ("nan", "NAN_GRAD_SQRT0", "sqrt")},
    ),
    "where after sqrt": Program(
        "https://github.com/jax-ml/jax/issues/5798",
        """
def loss(x):
    return jnp.sum(jnp.where(x < 1.0, x, jnp.sqrt(x)))  # here

run(loss, jnp.array([0.0, 4.0]))
""",
        {"x": ("nan", "NAN_GRAD_WHERE NAN_GRAD_SQRT0", "sqrt")},
    ),
    "where after inf": Program(
        "https://github.com/jax-ml/jax/issues/2630",
        """
def loss(x):
    return jnp.sum(jnp.where(x > 0, 0.0, x * jnp.inf))  # here

run(loss, jnp.array([1.0]))
""",
        {"x": ("nan", "NAN_GRAD_WHERE NAN_GRAD_NAN_DATA", "mul")},
    ),
    "arctan2": Program(
        "https://github.com/jax-ml/jax/issues/1052",
        """
def loss(a):
    angle = jnp.arctan2(a, a)  # here
    return jnp.sum(jnp.where(jnp.array([0.0, 1.0, 0.0]) > 0.5, 0.0, angle))

run(loss, jnp.array([3.0, 0.0, -5.0]))
""",
        {"a": ("nan", "NAN_GRAD_WHERE NAN_GRAD_TRIG NAN_GRAD_DIV0", "atan2")},
    ),
    "power of a mask": Program(
        "https://github.com/jax-ml/jax/issues/19089",
        """
def loss(x):
    delta = jnp.array([0.0, 1.0]) * x
    roots = delta**0.5  # here
    return jnp.sum(jnp.where(delta > 0, roots, 0.0))

run(loss, jnp.array(1.0))
""",
        {"x": ("nan", "NAN_GRAD_WHERE NAN_GRAD_POW NAN_GRAD_SQRT0", "pow power sqrt")},
    ),
    "log of zero": Program(
        "https://github.com/jax-ml/jax/issues/17070",
        """
def loss(p):
    return -jnp.sum(p * jnp.log2(p))  # here

run(loss, jnp.array([0.0, 0.5, 0.5]))
""",
        {"p": ("nan", "NAN_GRAD_LOG0", "log log2")},
    ),
    "division by zero": Program(
        "https://github.com/jax-ml/jax/issues/2630",
        """
def loss(x):
    return jnp.sum(x / jnp.sum(x))  # here

run(loss, jnp.array([1.0, -1.0]))
""",
        {"x": ("nan", "NAN_GRAD_DIV0", "div")},
    ),
    "overflow": Program(
        "https://github.com/jax-ml/jax/issues/1538",
        """
def loss(x):
    return jnp.sum(jnp.where(x > 0, x, jnp.exp(x) - 1.0))  # here

run(loss, jnp.array([100.0, -1.0]))
""",
        {"x": ("nan", "NAN_GRAD_WHERE NAN_GRAD_OVERFLOW", "exp")},
    ),
    "logsumexp of nothing": Program(
        "https://github.com/jax-ml/jax/issues/6811",
        """
def loss(x):
    return jax.nn.logsumexp(jnp.stack([-jnp.inf, -jnp.inf + x]))  # here

run(loss, jnp.array(1.0))
""",
        {"x": ("nan", "NAN_GRAD_LOG0 NAN_GRAD_DIV0", "logsumexp")},
    ),
    "softmax of a row that is masked": Program(
        "https://github.com/jax-ml/jax/issues/17117",
        """
mask = jnp.array([[True, False], [False, False]])

def loss(scores):
    weights = jax.nn.softmax(jnp.where(mask, scores, -jnp.inf), axis=-1)  # here
    return jnp.sum(weights @ scores)

run(loss, jnp.array([[0.5, 1.0], [2.0, 0.1]]))
""",
        {"scores": ("nan", "NAN_GRAD_DIV0 NAN_GRAD_WHERE", "softmax")},
    ),
    "arccos at its edge": Program(
        "https://github.com/jax-ml/jax/issues/654",
        """
def loss(a):
    unit = a / jnp.sum(a)
    return jnp.sum(jnp.arccos(unit))  # here

run(loss, jnp.array([2.0]))
""",
        {"a": ("nan", "NAN_GRAD_TRIG", "acos")},
    ),
    "repeated singular values": Program(
        "https://github.com/jax-ml/jax/issues/8732",
        """
def loss(matrix):
    u, s, vt = jnp.linalg.svd(matrix, full_matrices=False)  # here
    return jnp.sum((u * s) @ vt)

run(loss, jnp.diag(jnp.array([1.0, 1.0, 2.0])))
""",
        {"matrix": ("nan", "NAN_GRAD_DIV0 NAN_GRAD_SPECIAL NAN_GRAD_SINGULAR", "svd")},
    ),
    "NaN in the data": Program(
        "https://github.com/jax-ml/jax/issues/475",
        """
data = jnp.array([1.0, jnp.nan, 3.0])

def loss(w):
    return jnp.mean((data * w - 1.0) ** 2)  # here

run(loss, jnp.array(0.5))
""",
        {"w": ("nan", "NAN_GRAD_NAN_DATA", "")},
    ),
    "recurrence that explodes": Program(
        "https://github.com/jax-ml/jax/issues/475",
        """
def loss(w):
    def step(state, _):
        return state * state * w, None  # here

    state, _ = jax.lax.scan(step, jnp.array(10.0), None, length=12)
    return state

run(loss, jnp.array(3.0))
""",
        {"w": ("nan inf", "NAN_GRAD_OVERFLOW EXPLODING", "mul")},
    ),
    "norm in vmap": Program(
        "https://github.com/jax-ml/jax/issues/3058",
        """
def length(v):
    return jnp.sqrt(jnp.dot(v, v))  # here

def loss(springs):
    return jnp.sum(jax.vmap(length)(springs))

run(loss, jnp.array([[0.0, 0.0], [1.0, 2.0]]))
""",
        {"springs": ("nan", "NAN_GRAD_SQRT0", "sqrt")},
    ),
    "if on a value": Program(
        "https://jax.readthedocs.io/en/latest/faq.html",
        """
def loss(x, y):
    if x > 1.0:
        return jnp.round(x) * y  # here
    return x * y

run(loss, jnp.array(2.2), jnp.array(3.0))
""",
        {"x": ("zero", "NONDIFF_OP ZERO_GRAD_FLAT", "round")},
        compiled=False,
    ),
}

# How `run` takes the gradient.
RUNS = {
    "eager": "def run(loss, *arguments):\n    global result\n    result = jax.value_and_grad(loss, tuple(range(len(arguments))))(*arguments)\n\n",
    "compiled": "def run(loss, *arguments):\n    global result\n    step = jax.jit(jax.value_and_grad(loss, tuple(range(len(arguments)))))\n    result = step(*arguments)\n"
    "    result = step(*arguments)\n\n",
    "inside": "def run(loss, *arguments):\n    global result\n\n    @jax.jit\n    def step(*arguments):\n        value, gradients = jax.value_and_grad(loss, tuple(range(len(arguments))))(*arguments)\n"
    "        return value, jax.tree_util.tree_map(lambda p, g: p - 0.1 * g, arguments, gradients)\n\n    result = step(*arguments)\n\n",
}
