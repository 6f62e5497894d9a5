"""Programs whose gradient is missing, zero or not finite, each with the verdict: status, cause, op type, and the line that is marked."""

HEAD = """import numpy as np
import tensorflow as tf

w = tf.Variable([[0.5, 1.0], [-0.3, 2.0]], name="w")
x = tf.constant([[1.0, 2.0], [3.0, -1.0]])
"""
# What computes the loss. {function}: a decorator.
LOSSES = {
    "argmax": (
        """
{function}
def loss_of(x):
    logits = tf.matmul(x, w)
    return tf.reduce_mean(tf.cast(tf.argmax(logits, 1), tf.float32))  # here
""",
        ("absent", "NONDIFF_OP", "ArgMax"),
    ),
    "round": (
        """
{function}
def loss_of(x):
    return tf.reduce_sum(tf.round(tf.matmul(x, w)))  # here
""",
        ("absent", "NONDIFF_OP", "Round"),
    ),
    "cast": (
        """
{function}
def loss_of(x):
    whole = tf.cast(tf.matmul(x, w), tf.int32)  # here
    return tf.reduce_mean(tf.cast(whole, tf.float32))
""",
        ("absent", "INT_DTYPE", "Cast"),
    ),
    "numpy_function": (
        """
{function}
def loss_of(x):
    back = tf.numpy_function(lambda a: np.sort(a), [tf.matmul(x, w)], tf.float32)  # here
    return tf.reduce_mean(back)
""",
        ("absent", "LEFT_FRAMEWORK", "PyFunc"),
    ),
    "stop": (
        """
{function}
def loss_of(x):
    logits = tf.stop_gradient(tf.matmul(x, w))  # here
    return tf.reduce_mean(tf.square(logits))
""",
        ("absent", "STOP_GRADIENT", "StopGradient"),
    ),
    "assign": (
        """
cell = tf.Variable(tf.zeros([2, 2]), name="cell")
{function}
def loss_of(x):
    cell.assign(tf.matmul(x, w))  # here
    return tf.reduce_mean(tf.square(cell))
""",
        ("absent", "STATEFUL", "AssignVariableOp"),
    ),
    "relu": (
        """
{function}
def loss_of(x):
    return tf.reduce_mean(tf.nn.relu(tf.matmul(x, w) - 30.0))  # here
""",
        ("zero", "ZERO_GRAD_DEAD_UNIT", "Relu"),
    ),
    "sqrt": (
        """
{function}
def loss_of(x):
    apart = tf.matmul(x, w) - tf.matmul(x, w)
    return tf.reduce_mean(tf.sqrt(tf.square(apart)))  # here
""",
        ("nan", "NAN_GRAD_SQRT0", "Sqrt"),
    ),
    "log": (
        """
{function}
def loss_of(x):
    share = tf.nn.relu(tf.matmul(x, w) - 30.0)
    return -tf.reduce_mean(tf.math.log(share))  # here
""",
        ("nan", "NAN_GRAD_LOG0", "Log"),
    ),
}
STEP = """
{function}
def step(x):
    with tf.GradientTape() as tape:
        loss = loss_of(x)
    return tape.gradient(loss, w)
gradient = step(x)
"""
# Which of the two is traced.
MODES = {"eager": ("", ""), "loss": ("@tf.function", ""), "step": ("", "@tf.function"), "both": ("@tf.function", "@tf.function")}


def program(name, mode):
    """The text, and the number of the line that is to blame."""
    loss, _ = LOSSES[name]
    inner, outer = MODES[mode]
    text = HEAD + loss.replace("{function}\n", inner + "\n" if inner else "") + STEP.replace("{function}\n", outer + "\n" if outer else "")
    return text, next(i for i, line in enumerate(text.splitlines(), 1) if "# here" in line)


# Nothing is wrong with these.
FINE = {
    "dense": "g = None\nwith tf.GradientTape() as tape:\n    loss = tf.reduce_sum(tf.tanh(x @ w) ** 2)\ng = tape.gradient(loss, w)\n",
    "traced": "@tf.function\ndef f(x):\n    return tf.reduce_sum(tf.tanh(x @ w) ** 2)\nwith tf.GradientTape() as tape:\n    loss = f(x)\ng = tape.gradient(loss, w)\n",
    "persistent": "with tf.GradientTape(persistent=True) as tape:\n    y = x @ w\n    loss = tf.reduce_sum(y * y)\n"
    "g = [tape.gradient(loss, w), tape.gradient(y, w)]\n",
    "second order": "with tf.GradientTape() as outer:\n    with tf.GradientTape() as tape:\n        loss = tf.reduce_sum((x @ w) ** 3)\n    d = tape.gradient(loss, w)\n"
    "    e = tf.reduce_sum(d * d)\ng = outer.gradient(e, w)\n",
    "custom gradient": "@tf.custom_gradient\ndef clip(v):\n    return v, lambda d: tf.clip_by_norm(d, 0.5)\nwith tf.GradientTape() as tape:\n"
    "    loss = tf.reduce_sum(clip(x @ w))\ng = tape.gradient(loss, w)\n",
    "rows": "table = tf.Variable(tf.ones([5, 2]))\nwith tf.GradientTape() as tape:\n    loss = tf.reduce_sum(tf.gather(table, [1, 3]) ** 2)\ng = tape.gradient(loss, table)\n"
    "g = tf.convert_to_tensor(g)\n",
    "random": "with tf.GradientTape() as tape:\n    loss = tf.reduce_sum(tf.nn.dropout(x @ w, 0.2) * tf.random.normal([2, 2]))\ng = tape.gradient(loss, w)\n",
    "branches": "@tf.function\ndef f(x):\n    y = tf.constant(0.0)\n    for i in tf.range(3):\n        if tf.reduce_sum(x) > 0.0:\n            y = y + tf.reduce_sum(x @ w)\n"
    "        else:\n            y = y - tf.reduce_sum(w)\n    return y\nwith tf.GradientTape() as tape:\n    loss = f(x)\ng = tape.gradient(loss, w)\n",
    "jacobian": "with tf.GradientTape() as tape:\n    y = x @ w\ng = tape.jacobian(y, w)\n",
    "training": "for _ in range(3):\n    with tf.GradientTape() as tape:\n        loss = tf.reduce_sum((x @ w) ** 2)\n    d = tape.gradient(loss, w)\n"
    "    w.assign_sub(0.01 * d)\ng = w.read_value()\n",
    "forward mode": "from tensorflow.autodiff import ForwardAccumulator\nwith ForwardAccumulator(w, tf.ones_like(w)) as a:\n    y = x @ w\ng = a.jvp(y)\n",
    "ragged": "r = tf.ragged.constant([[1.0, 2.0], [3.0]])\nwith tf.GradientTape() as tape:\n    tape.watch(r)\n    y = r * r\ng = tape.gradient(y, r).flat_values\n",
    "mixed": "with tf.GradientTape() as tape:\n    y = tf.cast(tf.cast(x, tf.float16) @ tf.cast(w, tf.float16), tf.float32)\n    loss = tf.reduce_sum(y)\n"
    "g = tape.gradient(loss, w)\n",
}
