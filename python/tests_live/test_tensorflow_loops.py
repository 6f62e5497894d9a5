"""Loops, branches and Python functions of TensorFlow are opened: a report names the op inside of them."""

import linecache

import pytest

tf = pytest.importorskip("tensorflow")

import programs  # noqa: E402
import whygrad.tensorflow  # noqa: E402

BODY = """
@tf.function
def f(x):
{body}
with tf.GradientTape() as tape:
    tape.watch(x)
    loss = f(x)
g = tape.gradient(loss, w)
"""
STEP = """
@tf.function
def f(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = loss_of(x)
    return tape.gradient(loss, w)
def loss_of(x):
{body}
g = f(x)
"""
# What is lost in a loop, and the verdict.
LOOPS = {
    "argmax": ("y = x\nfor i in tf.range(3):\n    y = tf.one_hot(tf.argmax(y @ w, 1), 2)  # here\nreturn tf.reduce_sum(y)", "zero NONDIFF_OP ArgMax"),
    "floor": ("y = x\nfor i in tf.range(3):\n    y = tf.floor(y @ w)  # here\nreturn tf.reduce_sum(y)", "zero NONDIFF_OP Floor"),
    "dead units": (
        "y = x\nfor i in tf.range(3):\n    y = tf.nn.relu(y @ w - 99.0)  # here\nreturn tf.reduce_sum(y)",
        "zero ZERO_GRAD_DEAD_UNIT Relu",
    ),
    "root": ("y = x @ w\nfor i in tf.range(3):\n    y = tf.sqrt(y - y) + y  # here\nreturn tf.reduce_sum(y)", "nan NAN_GRAD_SQRT0 Sqrt"),
    "list": (
        "parts = tf.TensorArray(tf.float32, 3)\nh = x\nfor i in tf.range(3):\n    h = tf.nn.relu(h @ w - 99.0)  # here\n    parts = parts.write(i, h)\n"
        "return tf.reduce_sum(parts.stack())",
        "zero ZERO_GRAD_DEAD_UNIT Relu",
    ),
    "condition": (
        "y, i = x, tf.constant(0.0)\nwhile i < tf.reduce_sum(w):  # here\n    y, i = tf.square(y), i + 1.0\nreturn tf.reduce_sum(y)",
        "zero CONTROL_FLOW Less",
    ),
    "random": (
        "y = x\nfor i in tf.range(3):\n    if tf.reduce_sum(y) > -1e9:\n        y = tf.round(y @ w) * tf.random.normal([2, 2])  # here\n    else:\n"
        "        y = tf.round(y @ w)\nreturn tf.reduce_sum(y)",
        "zero NONDIFF_OP Round",
    ),
    "third trip": (
        "a, b, c = tf.round(w), x, x  # here\nfor i in tf.range(5):\n    a, b, c = a, a * 2.0, b\nreturn tf.reduce_sum(c)",
        "absent NONDIFF_OP Round",
    ),
}


def run(source):
    name = f"<program {abs(hash(source))}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    scope = {"__name__": "__main__"}
    with whygrad.tensorflow.diagnose(values=True) as report:
        exec(compile(source, name, "exec"), scope)
    assert "please report" not in report.note, report.note
    return scope, report


def indented(body, by=4):
    return "\n".join(" " * by + line for line in body.splitlines())


def verdicts(report):
    return [f"{f.status} {f.cause} {f.op}" for f in report.findings]


@pytest.mark.parametrize("frame", [BODY, STEP], ids=["loss", "step"])
@pytest.mark.parametrize("name", LOOPS)
def test_what_is_lost_in_a_loop(name, frame):
    body, verdict = LOOPS[name]
    source = programs.HEAD + frame.replace("{body}", indented(body))
    line = next(i for i, text in enumerate(source.splitlines(), 1) if "# here" in text)
    scope, report = run(source)
    if scope["g"] is None:
        verdict = "absent " + verdict.partition(" ")[2]
    assert (verdicts(report), [f.line for f in report.findings]) == ([verdict], [line]), str(report)


FINE = {
    "scan": "return tf.reduce_sum(tf.scan(lambda a, b: tf.tanh(a @ w + b), tf.stack([x, x, x]), initializer=x))",
    "random": "y = x\nfor i in tf.range(3):\n    y = tf.tanh(y @ w) * tf.random.normal([2, 2])\nreturn tf.reduce_sum(y)",
    "many trips": "y = x\nfor i in tf.range(300):\n    y = tf.tanh(y @ w)\nreturn tf.reduce_sum(y)",
    "nested": "y = x\nfor i in tf.range(2):\n    for j in tf.range(2):\n        y = tf.tanh(y @ w)\nreturn tf.reduce_sum(y)",
    "carried through": "y, v = x, w * 2.0\nfor i in tf.range(3):\n    y = tf.tanh(y)\nreturn tf.reduce_sum(y) + tf.reduce_sum(v)",
}


@pytest.mark.parametrize("frame", [BODY, STEP], ids=["loss", "step"])
@pytest.mark.parametrize("name", FINE)
def test_loops_that_are_fine(name, frame):
    _, report = run(programs.HEAD + frame.replace("{body}", indented(FINE[name])))
    assert report.findings == [], str(report)


def test_a_gradient_that_is_missing_behind_a_loop_that_is_fine():
    source = programs.HEAD + BODY.replace(
        "{body}", indented("y = x\nfor i in tf.range(300):\n    y = tf.tanh(y @ w)\nreturn tf.reduce_sum(tf.round(y))  # here")
    )
    _, report = run(source)
    assert [f.op for f in report.findings] == ["Round"], str(report)


# ---- tf.py_function ----

PYTHON = {
    "round": ("tf.round(v)", "absent NONDIFF_OP Round"),
    "numpy": ("np.sort(v.numpy())", "absent LEFT_FRAMEWORK "),
    "root": ("tf.sqrt(v - v)", "nan NAN_GRAD_SQRT0 Sqrt"),
    "dead units": ("tf.nn.relu(v - 99.0)", "zero ZERO_GRAD_DEAD_UNIT Relu"),
}


@pytest.mark.parametrize("name", PYTHON)
def test_what_is_lost_in_a_python_function(name):
    text, verdict = PYTHON[name]
    source = (
        programs.HEAD
        + f"def f(v):\n    return {text}\nwith tf.GradientTape() as tape:\n    loss = tf.reduce_sum(tf.py_function(f, [x @ w], tf.float32))\n"
    )
    source += (
        "try:\n    g = tape.gradient(loss, w)\nexcept tf.errors.InvalidArgumentError:  # TensorFlow's answer to one that is absent\n    g = None\n"
    )
    _, report = run(source)
    assert (verdicts(report), [f.line for f in report.findings]) == ([verdict], [7]), str(report)
    assert report.findings[0].source_name == "w"


def test_a_python_function_that_is_fine():
    source = (
        programs.HEAD + "def f(v):\n    with tf.GradientTape() as own:\n        own.watch(v)\n        y = v * v\n    return own.gradient(y, v) * v\n"
    )
    source += "with tf.GradientTape() as tape:\n    loss = tf.reduce_sum(tf.py_function(f, [x @ w], tf.float32))\ng = tape.gradient(loss, w)\n"
    _, report = run(source)
    assert report.findings == [], str(report)
