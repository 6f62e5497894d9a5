"""JAX programs that raise, and programs of which nothing is wrong. They are run as those of programs_jax are; and a few more of the kind
of those."""

from programs_jax import Program

# JAX raises: the cause, and the op where one is at fault.
RAISES = {
    "integer argument": ("https://github.com/jax-ml/jax/issues/3730", "jax.grad(lambda x: x * x)(3)  # here\n", "INT_DTYPE", ""),
    "not a scalar": ("https://github.com/jax-ml/jax/issues/3163", "jax.grad(lambda x: x * 2.0)(jnp.ones(3))  # here\n", "WRONG_TARGET", ""),
    "result of integers": ("https://github.com/jax-ml/jax/issues/17555", "jax.grad(lambda x: jnp.argmax(x))(jnp.ones(3))  # here\n", "INT_DTYPE", ""),
    "while_loop": (
        "https://github.com/jax-ml/jax/issues/2956",
        "def loss(x):\n    return jax.lax.while_loop(lambda s: s < 10.0, lambda s: s * x, 1.0 * x)\n\njax.grad(loss)(2.0)  # here\n",
        "NO_GRADIENT_REGISTERED",
        "while",
    ),
    "custom_vjp without a rule": (
        "https://github.com/jax-ml/jax/issues/3389",
        "@jax.custom_vjp\ndef f(x):\n    return x * 2.0\n\njax.grad(f)(1.0)  # here\n",
        "CUSTOM_GRADIENT",
        "f",
    ),
    "custom_vjp of the wrong shape": (
        "https://github.com/jax-ml/jax/pull/28757",
        "@jax.custom_vjp\ndef f(x):\n    return x\n\nf.defvjp(lambda x: (x, ()), lambda _, g: (jnp.ones((10,), g.dtype),))\njax.grad(f)(3.14)  # here\n",
        "CUSTOM_GRADIENT",
        "custom_vjp",
    ),
    "forward mode of a custom_vjp": (
        "https://github.com/jax-ml/jax/issues/18311",
        "@jax.custom_vjp\ndef f(x):\n    return x * x\n\nf.defvjp(lambda x: (f(x), x), lambda x, g: (2.0 * x * g,))  # here\njax.hessian(f)(3.0)\n",
        "CUSTOM_GRADIENT",
        "custom_vjp",
    ),
    "numpy in a loss": (
        "https://github.com/jax-ml/jax/issues/3763",
        "def loss(x):\n    return np.sum(np.sort(x))  # here\n\njax.grad(loss)(jnp.ones(3))\n",
        "LEFT_FRAMEWORK",
        "numpy",
    ),
    "float in a loss": (
        "https://github.com/jax-ml/jax/issues/3763",
        "def loss(x):\n    return x * float(x)  # here\n\njax.grad(loss)(3.0)\n",
        "LEFT_FRAMEWORK",
        "float",
    ),
    "if in a compiled function": (
        "https://jax.readthedocs.io/en/latest/faq.html",
        "@jax.jit\ndef loss(x):\n    return x if x > 0 else -x  # here\n\njax.grad(loss)(3.0)\n",
        "CONTROL_FLOW",
        "if",
    ),
    "leak": (
        "https://github.com/jax-ml/jax/issues/3086",
        "kept = []\n\n@jax.jit\ndef loss(x):\n    kept.append(x * 2.0)\n    return x * x\n\njax.grad(loss)(3.0)\njnp.sin(kept[0])  # here\n",
        "GRAPH_EAGER_MIX",
        "",
    ),
    "callback": (
        "https://github.com/jax-ml/jax/issues/18311",
        "def loss(x):\n    return jax.pure_callback(lambda v: np.sin(v), jax.ShapeDtypeStruct((), jnp.float32), x)  # here\n\njax.grad(loss)(jnp.float32(1.0))\n",
        "LEFT_FRAMEWORK",
        "pure_callback",
    ),
}

# From threads that were read after the collector was written.
THREADS = {
    "nan times zero": Program(
        "https://github.com/jax-ml/jax/issues/4780",
        """
mask = jnp.array([False, True])

def loss(values):
    masked = jnp.where(mask, jnp.nan, values * 2.0)  # here
    return jnp.mean(values) + 0.0 * (jnp.mean(masked) * values[0])

run(loss, jnp.array([1.0, 1.0]))
""",
        {"values": ("nan", "NAN_GRAD_NAN_DATA", "select_n")},
    ),
    "root that the max leaves out": Program(
        "https://github.com/jax-ml/jax/issues/13600",
        """
def loss(p):
    q = jax.nn.softmax(jnp.append(p, 0.0))
    entropy = -jnp.sum(q * jnp.log(q))
    return jnp.max(jnp.array([entropy, jnp.sqrt(jnp.sum((q - 0.5) ** 2))]))  # here

run(loss, jnp.array([0.0]))
""",
        {"p": ("nan", "NAN_GRAD_SQRT0", "sqrt")},
    ),
    "logarithm of a cosine": Program(
        "https://github.com/jax-ml/jax/issues/29152",
        """
def loss(x):
    return jnp.sum(x * jnp.log(jnp.cos(x)))  # here

run(loss, jnp.array([6.0, 7.0, 8.0]))
""",
        {"x": ("nan", "NAN_GRAD_LOG0", "log")},
    ),
}

# Nothing is wrong with these. The first is after github.com/jax-ml/jax/issues/17555, with a gradient of one's own and a compiled step.
FINE = {
    "quantized recurrence": "@jax.custom_vjp\ndef clip_grad(x):\n    return x\n\nclip_grad.defvjp(lambda x: (x, ()), lambda _, g: (jnp.clip(g, -0.1, 0.1),))\n\n"
    "def loss(enc, rec):\n    z = clip_grad(jnp.ones((4, 2)) @ enc)\n    q = z + jax.lax.stop_gradient(jnp.round(z) - z)\n"
    "    _, ys = jax.lax.scan(lambda h, _: (jnp.tanh(h @ rec), h.sum()), q, None, length=3)\n    return jnp.mean(ys**2)\n\n"
    "run(loss, jnp.ones((2, 3)) * 0.3, jnp.eye(3) * 0.5)\n",
    "dense": "def loss(w, b):\n    return jnp.mean((jnp.tanh(jnp.ones((4, 3)) @ w + b) - 1.0) ** 2)\n\nrun(loss, jnp.ones((3, 2)) * 0.1, jnp.zeros(2))\n",
    "softmax": "labels = jnp.array([0, 1])\n\ndef loss(w):\n    logits = jnp.array([[1.0, 2.0], [3.0, -1.0]]) @ w\n"
    "    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], 1)) + jnp.max(jax.nn.softmax(logits))\n\nrun(loss, jnp.eye(2))\n",
    "masked softmax": "mask = jnp.array([[True, False], [True, True]])\n\ndef loss(w):\n    weights = jax.nn.softmax(jnp.where(mask, w, -jnp.inf))\n"
    "    return jnp.sum(weights * jnp.arange(2.0)) + jax.nn.logsumexp(w)\n\nrun(loss, jnp.array([[0.5, 1.0], [2.0, 0.1]]))\n",
    "scan": "def loss(w, x0):\n    def step(s, x):\n        return jnp.tanh(s @ w + x), s\n\n    s, seen = jax.lax.scan(step, x0, jnp.ones((5, 2)) * 0.1)\n"
    "    return jnp.sum(s**2) + jnp.sum(seen)\n\nrun(loss, jnp.eye(2) * 0.5, jnp.ones(2))\n",
    "cond": "def loss(x):\n    return jax.lax.cond(jnp.sum(x) > 0, lambda v: jnp.sum(v**2), lambda v: jnp.sum(v), x)\n\nrun(loss, jnp.array([1.0, 2.0]))\n",
    "straight through": "def loss(x):\n    y = x + jax.lax.stop_gradient(jnp.round(x) - x)\n    return jnp.sum((y - 3.0) ** 2)\n\nrun(loss, jnp.array([0.3, 1.7]))\n",
    "double where": "def loss(x):\n    ok = x > 0\n    return jnp.sum(jnp.where(ok, jnp.sqrt(jnp.where(ok, x, 1.0)), 0.0))\n\nrun(loss, jnp.array([0.0, 4.0]))\n",
    "custom_vjp": "@jax.custom_vjp\ndef clip(x):\n    return x\n\nclip.defvjp(lambda x: (x, None), lambda _, g: (jnp.clip(g, -1, 1),))\n\n"
    "def loss(x):\n    return jnp.sum(clip(x) ** 2)\n\nrun(loss, jnp.array([3.0, 0.1]))\n",
    "gather": "def loss(table):\n    return jnp.sum(table[jnp.array([1, 3])] ** 2)\n\nrun(loss, jnp.ones((5, 2)))\n",
    "gradient penalty": "def critic(w, x):\n    return jnp.sum(jnp.tanh(x @ w))\n\ndef loss(w):\n    g = jax.grad(critic, 1)(w, jnp.ones(3))\n"
    "    return (jnp.sqrt(jnp.sum(g**2)) - 1.0) ** 2\n\nrun(loss, jnp.arange(6.0).reshape(3, 2) * 0.1 + 0.1)\n",
    "checkpoint": "@jax.checkpoint\ndef block(w, x):\n    return jnp.tanh(x @ w)\n\ndef loss(w):\n    return jnp.sum(block(w, block(w, jnp.ones(2))))\n\nrun(loss, jnp.eye(2) * 0.3)\n",
    "fori_loop": "def loss(x):\n    return jax.lax.fori_loop(0, 4, lambda i, s: s * x + i, 1.0 * x)\n\nrun(loss, jnp.array(0.7))\n",
    "random": "def loss(w):\n    noise = jax.random.normal(jax.random.PRNGKey(0), (3,))\n    keep = jax.random.bernoulli(jax.random.PRNGKey(1), 0.5, (3,))\n"
    "    return jnp.sum(jnp.where(keep, w * noise, 0.1 * w))\n\nrun(loss, jnp.ones(3))\n",
    "integers beside": "def loss(w):\n    return jnp.sum(w[jnp.argmax(w)] * 2.0 + jax.nn.one_hot(1, 3) @ w)\n\nrun(loss, jnp.array([1.0, 3.0, 2.0]))\n",
    "vmap": "def loss(w):\n    return jnp.mean(jax.vmap(lambda x: jnp.dot(w, x) ** 2)(jnp.ones((4, 3))))\n\nrun(loss, jnp.ones(3))\n",
    "eigh": "def loss(a):\n    values, vectors = jnp.linalg.eigh(a + a.T)\n    return jnp.sum(values**2) + vectors[0, 0]\n\nrun(loss, jnp.array([[1.0, 0.2], [0.1, 3.0]]))\n",
}
