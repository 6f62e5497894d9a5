"""Remedies for gradients that are absent are run: each that can be applied by hand is applied to a program whose report offers it, and must leave a gradient
that is there, not zero and finite, and nothing more to say. Tests at the end hold that no text of the engine's is left out."""

import pathlib
import re

import pytest

from test_zero_and_not_finite import run, status_of
from whygrad._language import spell

SOURCES = pathlib.Path(__file__).parents[2] / "src"
X = "x = tf.Variable([0.5, 2.0])\n"
POINT = "x = tf.constant([0.5, 2.0])\n"


def under(forward, first=X, source="x", options="", last=""):
    """A program that computes `forward` under a tape and asks for the gradient."""
    body = "\n".join("    " + line for line in forward.strip().splitlines())
    return f"{first}with tf.GradientTape({options}) as tape:\n{body}\n{last}g = tape.gradient(loss, {source})\n"


def both(before, after, first=X, **more):
    return under(f"loss = {before}", first, **more), under(f"loss = {after}", first, **more)


TWO_TAPES = (
    POINT
    + "with tf.GradientTape() as outer:\n    {0}\n    with tf.GradientTape() as inner:\n        inner.watch(x)\n        loss = x ** 3\n    d = inner.gradient(loss, x)\ng = outer.gradient(d, x)\n"
)
INNER = (
    X
    + "with tf.GradientTape() as outer:\n    with tf.GradientTape() as inner:\n        loss = x ** 3\n{0}d = inner.gradient(loss, x)\ng = outer.gradient(d, x)\n"
)
CUSTOM = "x = tf.Variable(2.0)\ny = tf.Variable(3.0)\n@tf.custom_gradient\ndef f(a, b):\n    return a * b, lambda d: ({0}, d * a)\n"
STEPS = "n = tf.Variable([1.0, 2.0])\n"
IMAGE = "x = tf.Variable(0.5)\nimage = tf.reshape(tf.range(12.0) / 12.0, [2, 2, 3])\n"

# the words that are applied, as the engine writes them: (program, program mended)
REMEDIES = {
    # ---- What an op's record says ----
    "write x + stop_gradient(floor(x) - x)": both("tf.floor(x)", "x + tf.stop_gradient(tf.floor(x) - x)"),
    "write x + stop_gradient(ceil(x) - x)": both("tf.math.ceil(x)", "x + tf.stop_gradient(tf.math.ceil(x) - x)"),
    "write x + stop_gradient(round(x) - x)": both("tf.math.rint(x)", "x + tf.stop_gradient(tf.math.rint(x) - x)"),
    "divide with a / b": both("x // 2.0", "x / 2.0"),
    "reduce_max gives the largest value": both("tf.cast(tf.argmax(x) * 2, tf.float32)", "tf.reduce_max(x) * 2"),
    "reduce_min gives the smallest value": both("tf.cast(tf.argmin(x) * 2, tf.float32)", "tf.reduce_min(x) * 2"),
    "take stop_gradient away": both("tf.stop_gradient(x) * 2.0", "x * 2.0"),
    "shuffle the numbers of the rows": both("tf.random.shuffle(x) * [1.0, 2.0]", "tf.gather(x, tf.random.shuffle(tf.range(2))) * [1.0, 2.0]"),
    "join their values as dense tensors": both(
        "tf.sparse.concat(0, [tf.SparseTensor([[0], [1]], x, [2])] * 2).values * 2.0", "tf.concat([x, x], 0) * 2.0"
    ),
    "keep in_top_k for the metric": both(
        "tf.cast(tf.math.in_top_k([1, 1], x, 1), tf.float32) * 2",
        "tf.nn.sparse_softmax_cross_entropy_with_logits([1, 1], x)",
        "x = tf.Variable([[0.5, 2.0], [1.0, 3.0]])\n",
    ),
    "squared_difference(a, b) or sigmoid(a - b)": both("tf.cast(x > 1.0, tf.float32) * 2", "tf.sigmoid(x - 1.0)"),
    "takes only": both("tf.where(x > 1.0, 3.0, 4.0) * 2", "tf.sigmoid(x - 1.0) * 3.0 + (1 - tf.sigmoid(x - 1.0)) * 4.0"),
    "weigh both values with a probability": both("tf.where(x > 1.0, 3.0, 4.0) * 2", "tf.sigmoid(x - 1.0) * 3.0 + (1 - tf.sigmoid(x - 1.0)) * 4.0"),
    "with softmax over scores, so that the scores are trained": both(
        "tf.gather([1.0, 5.0], tf.argmax(x)) * 2", "tf.tensordot(tf.nn.softmax(x), [1.0, 5.0], 1)"
    ),
    "p * q for `and`": both("tf.cast((x > 1.0) & (x < 3.0), tf.float32) * 2", "tf.sigmoid(x - 1.0) * tf.sigmoid(3.0 - x)"),
    "the mean of sigmoid(margin)": both("tf.cast(tf.reduce_any(x > 1.0), tf.float32) ** 2", "tf.reduce_mean(tf.sigmoid(x - 1.0)) ** 2"),
    "takes a probability for each class as labels": both(
        "tf.nn.sparse_softmax_cross_entropy_with_logits(tf.cast(x, tf.int32), [[1.0, 2.0, 3.0]] * 2)",
        "tf.nn.softmax_cross_entropy_with_logits(tf.stack([x, 1 - x, 0 * x], 1), [[1.0, 2.0, 3.0]] * 2)",
    ),
    "compute what is to be learned in floating numbers": both("tf.cast(tf.bitwise.bitwise_and(tf.cast(x, tf.int32), 3), tf.float32)", "x * 1.0"),
    "compute with the numbers that the text was made of": both("tf.strings.to_number(tf.strings.as_string(x))", "x * 2.0"),
    "weigh them with a probability such as sigmoid(x)": both("tf.cast(tf.where(x), tf.float32)", "tf.sigmoid(x)"),
    "gather from x what unique(stop_gradient(x)) found": both("tf.unique(x)[0]", "tf.gather(x, tf.unique(tf.stop_gradient(x))[1])"),
    "softmax((logits + Gumbel noise) / temperature)": both(
        "tf.cast(tf.random.categorical(x, 1), tf.float32)", "tf.nn.softmax((x + [[0.3, -0.2]]) / 0.5)[0, 0]", "x = tf.Variable([[0.5, 2.0]])\n"
    ),
    "or use its mean, lam": both("tf.random.poisson([3], x)", "x * 3.0"),
    "count softly": both("tf.cast(tf.histogram_fixed_width(x, [0.0, 3.0], 2), tf.float32)", "tf.sigmoid((x - 1.5) / 0.3)"),
    "write unsorted_segment_sum(weights, x, n)": both("tf.math.bincount([0, 1], weights=x)", "tf.math.unsorted_segment_sum(x, [0, 1], 2)"),
    "interpolate between the elements": (
        under("loss = tf.cast(tf.searchsorted(steps, x), tf.float32)", X + "steps = tf.constant([0.0, 1.0, 3.0])\n"),
        under(
            "i = tf.searchsorted(steps, tf.stop_gradient(x))\nlow, high = tf.gather(steps, i - 1), tf.gather(steps, i)\n"
            "loss = tf.cast(i, tf.float32) + (x - low) / (high - low)",
            X + "steps = tf.constant([0.0, 1.0, 3.0])\n",
        ),
    ),
    "or the sorted values, sort(x)": both("tf.cast(tf.argsort(x), tf.float32) * [1.0, 2.0]", "tf.sort(x) * [1.0, 2.0]"),
    "use the values that top_k gives beside them": both("tf.cast(tf.math.top_k(x, 2).indices, tf.float32)", "tf.math.top_k(x, 2).values"),
    "compute with the input itself": both("tf.ones_like(x) * 3.0", "x * 3.0"),
    "where(is_finite(x), x, replacement)": both("tf.cast(tf.math.is_finite(x), tf.float32)", "tf.where(tf.math.is_finite(x), x, 0.0)"),
    "change colours outside of the differentiated part": both("tf.image.adjust_hue(image * x, 0.1)", "tf.image.adjust_hue(image, 0.1) * x", IMAGE),
    "or mix channels by rgb arithmetic": both(
        "tf.image.hsv_to_rgb(image * x)",
        "image[..., 0] * x + image[..., 1] * (1.0 - x)",
        "x = tf.Variable(0.5)\nimage = tf.constant([[[0.2, 0.6, 0.9]]])\n",
    ),
    "or use the mean of the distribution": both("tf.cast(tf.random.stateless_poisson([2], [1, 2], x), tf.float32)", "x * 3.0"),
    "gather(boxes, selected), which has a gradient": both(
        "tf.cast(tf.image.non_max_suppression(x, [0.9, 0.8], 1), tf.float32) * 2.0",
        "tf.gather(x, tf.image.non_max_suppression(x, [0.9, 0.8], 1)) * 2.0",
        "x = tf.Variable([[0.0, 0.0, 1.0, 1.0], [0.0, 0.5, 1.0, 1.5]])\n",
    ),
    "whose bounds are trained": both(
        "tf.quantization.quantize_and_dequantize_v2([0.3, 2.0], -x, x, range_given=True)",
        "tf.quantization.fake_quant_with_min_max_vars([0.3, 2.0], -x, x)",
        "x = tf.Variable(1.0)\n",
    ),
    "differentiate with respect to q, or": both("tf.math.zeta(x, 2.0)", "tf.math.zeta(3.0, x)", STEPS + "x = tf.Variable([2.0, 3.0])\n"),
    "differentiate with respect to x": both("tf.math.polygamma(x, 2.0)", "tf.math.polygamma([1.0, 2.0], x)", STEPS + "x = tf.Variable([1.0, 2.0])\n"),
    "compute the result from the value itself, for example with where(), maximum()": both(
        "tf.cond(x > 1.0, lambda: tf.constant(2.0), lambda: tf.constant(3.0))", "tf.maximum(x, 1.0)", "x = tf.Variable(1.5)\n"
    ),
    "compute the loss from the numbers": both("tf.strings.to_number(tf.strings.as_string(x))", "x * 2.0"),
    # ---- Values that left ----
    "compute with tensors instead of the numbers read from them": both("tf.constant(x.numpy()) * 2.0", "x * 2.0"),
    "take the parts of the tensor itself, by indices, split or unstack": (
        under("h = x * 2.0\nloss = 0.0\nfor part in tf.data.Dataset.from_tensor_slices(h):\n    loss += part"),
        under("h = x * 2.0\nloss = 0.0\nfor part in tf.unstack(h):\n    loss += part"),
    ),
    "use the tensor itself where its gradient is wanted": (
        under("h = x * 2.0\nfor whole in tf.data.Dataset.from_tensors(h):\n    loss = whole * 3.0"),
        under("h = x * 2.0\nloss = h * 3.0"),
    ),
    "call the function in the loop, under the tape": (
        under("loss = 0.0\nfor y in tf.data.Dataset.range(3).map(lambda i: tf.cast(i, tf.float32) * x):\n    loss += y", "x = tf.Variable(0.5)\n"),
        under("loss = 0.0\nfor i in tf.data.Dataset.range(3):\n    loss += tf.cast(i, tf.float32) * x", "x = tf.Variable(0.5)\n"),
    ),
    "write the loop over the data set, and add up under the tape": (
        under("loss = tf.data.Dataset.range(3).reduce(tf.constant(0.0), lambda s, i: s + tf.cast(i, tf.float32) * x)", "x = tf.Variable(0.5)\n"),
        under("loss = tf.constant(0.0)\nfor i in tf.data.Dataset.range(3):\n    loss += tf.cast(i, tf.float32) * x", "x = tf.Variable(0.5)\n"),
    ),
    "and assign it as well if it must be kept": (
        under("v.assign(x * 2.0)\nloss = v * 3.0", X + "v = tf.Variable([0.0, 0.0])\n"),
        under("h = x * 2.0\nv.assign(h)\nloss = h * 3.0", X + "v = tf.Variable([0.0, 0.0])\n"),
    ),
    "ask for the gradient with respect to": (
        under("v = tf.Variable(x)\nloss = v * 2.0"),
        under("v = tf.Variable(x)\nloss = v * 2.0", source="v"),
    ),
    # ---- The source ----
    "make it floating from the start": (
        under("loss = tf.cast(x, tf.float32) * 2.0", "x = tf.Variable(2)\n"),
        under("loss = tf.cast(x, tf.float32) * 2.0", "x = tf.Variable(2.0)\n"),
    ),
    "call tape.watch() before the first op that uses it": (
        under("h = x * 2.0\ntape.watch(x)\nloss = h * 3.0", POINT),
        under("tape.watch(x)\nh = x * 2.0\nloss = h * 3.0", POINT),
    ),
    "before it is used, or leave watch_accessed_variables on": (
        under("loss = x * 2.0", options="watch_accessed_variables=False"),
        under("tape.watch(x)\nloss = x * 2.0", options="watch_accessed_variables=False"),
    ),
    "read it under the tape": (X + "with tf.GradientTape() as tape:\n    pass\ng = tape.gradient(x, x)\n", under("loss = x * 1.0")),
    "compute it under the tape, or call tape.watch() on it": (
        under("loss = h * x", X + "h = x + 3.0\n", source="h"),
        under("h = x + 3.0\nloss = h * x", X, source="h"),
    ),
    "keep the variable and ask for it": (
        under("loss = x * 3.0", X + "x = x * 2.0\n"),
        under("loss = x * 3.0", X + "x.assign(x * 2.0)\n"),
    ),
    "call tape.watch() on it before it is used": (under("loss = x * 2.0", POINT), under("tape.watch(x)\nloss = x * 2.0", POINT)),
    "before the first use: each tape follows only what it watches itself": (TWO_TAPES.format("pass"), TWO_TAPES.format("outer.watch(x)")),
    "call tape.watch() again after the reset": (
        under("tape.watch(x)\ntape.reset()\nloss = x * 2.0", POINT),
        under("tape.watch(x)\ntape.reset()\ntape.watch(x)\nloss = x * 2.0", POINT),
    ),
    "if it should learn by gradients, make it trainable": (
        under("loss = x * 2.0", "x = tf.Variable(2.0, trainable=False)\n"),
        under("loss = x * 2.0", "x = tf.Variable(2.0)\n"),
    ),
    # ---- Metrics and integers ----
    "train on a smooth loss of what goes into": (
        under("loss = tf.reduce_mean(tf.cast(tf.equal(x > 1.0, [True, True]), tf.float32))"),
        under("loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits([1.0, 1.0], x - 1.0))"),
    ),
    "wrap the step in grad_pass_through": (
        under("loss = tf.cast(tf.cast(x, tf.int32), tf.float32) * 2.0"),
        under("loss = tf.grad_pass_through(lambda v: tf.cast(tf.cast(v, tf.int32), tf.float32))(x) * 2.0"),
    ),
    # ---- The tape ----
    "before the pause begins or after it has ended": (
        under("with tape.stop_recording():\n    h = x * 2.0\nloss = h * 3.0"),
        under("h = x * 2.0\nwith tape.stop_recording():\n    tf.abs(1.0)\nloss = h * 3.0"),
    ),
    "reset the tape before the forward pass": (
        under("h = x * 2.0\ntape.reset()\nloss = h * 3.0"),
        under("tape.reset()\nh = x * 2.0\nloss = h * 3.0"),
    ),
    "between the construction of the tape and the call of gradient()": (
        X + "tape = tf.GradientTape()\nwith tape:\n    h = x * 2.0\nh = h * x\nwith tape:\n    loss = h * 3.0\ng = tape.gradient(loss, x)\n",
        under("h = x * 2.0\nh = h * x\nloss = h * 3.0"),
    ),
    "compute it while the tape still records": (under("h = x * 2.0", last="loss = h * 3.0\n"), under("h = x * 2.0\nloss = h * 3.0")),
    "ask the inner tape for its gradient while the outer tape still records": (INNER.format(""), INNER.format("    ")),
    "compute it again under the tape": (under("loss = h * 3.0", X + "h = tf.square(x)\n"), under("h = tf.square(x)\nloss = h * 3.0")),
    "begin this tape, the outer one, first": (
        X
        + "with tf.GradientTape() as inner:\n    y = x ** 3\nd = inner.gradient(y, x)\nwith tf.GradientTape() as tape:\n    loss = d * 2.0\ng = tape.gradient(loss, x)\n",
        under("with tf.GradientTape() as inner:\n    y = x ** 3\nd = inner.gradient(y, x)\nloss = d * 2.0"),
    ),
    "give the result a name of its own, or change the variable by its assign()": (
        "w = tf.Variable(2.0)\nsource = w\ndef step(w):\n    return w * w\nw = step(w)\nwith tf.GradientTape() as tape:\n    loss = step(w)\ng = tape.gradient(loss, source)\n",
        "w = tf.Variable(2.0)\nsource = w\ndef step(w):\n    return w * w\nsquare = step(w)\nwith tf.GradientTape() as tape:\n    loss = step(w)\n"
        "g = tape.gradient(loss, source)\n",
    ),
    "ask for all sources in one call": (
        under("loss = x * 3.0", last="first = tape.gradient(loss, x)\n"),
        under("loss = x * 3.0", options="persistent=True", last="first = tape.gradient(loss, x)\n"),
    ),
    "take one jacobian for each tensor in the list": (
        X + "with tf.GradientTape(persistent=True) as tape:\n    loss = x * 3.0\ng = tape.jacobian([loss, loss], x)\n",
        X + "with tf.GradientTape(persistent=True) as tape:\n    loss = x * 3.0\ng = [tape.jacobian(y, x) for y in [loss, loss]][0]\n",
    ),
    # ---- Custom gradients ----
    "from the backward function, of that input's shape": (
        under("loss = f(x, y)", CUSTOM.format("None")),
        under("loss = f(x, y)", CUSTOM.format("d * b")),
    ),
    "to the function as an argument, and return a gradient for it too": (
        under(
            "h = x * 2.0\n@tf.custom_gradient\ndef f(a):\n    return a * h, lambda d: d * h\nloss = f(tf.constant(2.0) * y)",
            "x = tf.Variable(0.5)\ny = tf.Variable(1.5)\n",
        ),
        under(
            "h = x * 2.0\n@tf.custom_gradient\ndef f(a, b):\n    return a * b, lambda d: (d * b, d * a)\nloss = f(tf.constant(2.0) * y, h)",
            "x = tf.Variable(0.5)\ny = tf.Variable(1.5)\n",
        ),
    ),
    "compute what the backward function returns from": (
        "x = tf.Variable(2.0)\n@tf.custom_gradient\ndef f(a):\n    return a ** 3, lambda d: d * 12.0\nwith tf.GradientTape() as outer:\n    with tf.GradientTape() as tape:\n"
        "        loss = f(x)\n    d = tape.gradient(loss, x)\ng = outer.gradient(d, x)\n",
        "x = tf.Variable(2.0)\n@tf.custom_gradient\ndef f(a):\n    return a ** 3, lambda d: d * 3.0 * a ** 2\nwith tf.GradientTape() as outer:\n"
        "    with tf.GradientTape() as tape:\n        loss = f(x)\n    d = tape.gradient(loss, x)\ng = outer.gradient(d, x)\n",
    ),
    # ---- Nothing leads there ----
    "the target, what was computed last, comes first": (
        X + "with tf.GradientTape() as tape:\n    tape.watch(x)\n    loss = x * 2.0\ng = tape.gradient(x, loss)\n",
        under("loss = x * 2.0"),
    ),
    "make the tensor once, watch it, and use that very tensor": (
        "import numpy as np\na = np.array([0.5, 2.0], 'float32')\nx = tf.constant(a)\nwith tf.GradientTape() as tape:\n    tape.watch(x)\n    loss = tf.constant(a) * 2.0\n"
        "g = tape.gradient(loss, x)\n",
        "import numpy as np\na = np.array([0.5, 2.0], 'float32')\nx = tf.constant(a)\nwith tf.GradientTape() as tape:\n    tape.watch(x)\n    loss = x * 2.0\n"
        "g = tape.gradient(loss, x)\n",
    ),
    "compute the target from the very tensor that you ask for": (
        under("part = x[:1]\nloss = x * 2.0", source="part"),
        under("part = x[:1]\nloss = part * 2.0", source="part"),
    ),
    "as the target": (under("y = x * 2.0\nloss = tf.constant(3.0) * 2.0"), under("y = x * 2.0\nloss = y")),
    "in the target, or leave it out of the sources": (
        under("loss = y * 2.0", X + "y = tf.Variable(1.0)\n"),
        under("loss = y * 2.0 * x", X + "y = tf.Variable(1.0)\n"),
    ),
}


@pytest.mark.parametrize("words", REMEDIES)
def test_the_remedy_mends(words):
    broken, mended = REMEDIES[words]
    report, scope = run(broken)
    found = [f for f in report.findings if any(words in told or spell(words) in told for told in [f.remedy, *(other.remedy for other in f.others)])]
    assert found and all(f.status == "absent" for f in found), f"{scope.get('error')}\n{report}"
    report, scope = run(mended)
    assert "error" not in scope and status_of(scope["g"]) == "value", f"{scope.get('error')}\n{report}"
    assert not report.findings, str(report)


# ---- Nothing is left out ----

# What cannot be applied by hand in a program of Python's, and why.
NOT_RUN = {
    "use the other results": "records of our own ops have words of their own for integers beside numbers; it is what top_k says",
    "let the values depend on what is to be learned": "what reads the positions takes them as an index, whose remedy is run",
    "differentiate with respect to the logits": "asking about another tensor is no other program",
    "differentiate with respect to what the numbers go into": "asking about another tensor is no other program",
    "differentiate once with respect to a, or take differences of the first derivative": "asking for less is no other program",
    "use the first derivative alone": "asking for less is no other program",
    "use derivatives up to the second": "asking for less is no other program",
    "learn what is in the rows": "the order of a shuffle is made by the op itself",
    "differentiate with respect to dy": "the places of maxima are made by the gradient's own steps",
    "nothing needs to change for it": "watching makes nothing of the value",
    "take the gradient with respect to the variable": "which variable that is, the judge of copies says: run as `ask for the gradient with respect to`",
    "instead of a Tensor that was taken from it before": "Variable::value() of C++; from Python the read is an op of its own",
    "this looks like a defect of whygrad": "there is no program that shows it",
    "pass UnconnectedGradients::zero if 0 is the answer that is wanted": "the gradient is 0 then, as it is asked for",
    "skip it this time, or pass UnconnectedGradients::zero": "the gradient is rightly absent",
    "call watch() of the tape that is asked as well": "as of two tapes on two lines, which is run",
    "train on a loss of the values and keep argmin": "as argmax, whose other half is run",
}
_LITERALS = r'(?:"(?:[^"\\\n]|\\.)*"\s*)+'


def _joined(literals):
    return "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', literals))


def _of_records():
    for folder in ("ops", "autodiff", "tensor"):
        for path in sorted((SOURCES / folder).rglob("*.[ch]pp")):
            for text in re.findall(
                rf"Not(?:Differentiable|Implemented)\s*(?:k\w+\s*)?=?\s*{{\s*(?:\w+|{_LITERALS}),\s*({_LITERALS})", path.read_text()
            ):
                yield _joined(text)


def _of_judges():
    for name in ("stop", "source", "unconnected"):
        for statement in re.findall(r"\bremedy\s*=([^;]*(?:;[^;\n]*\"[^;]*)*);\n", (SOURCES / "flow" / f"judge_{name}.cpp").read_text()):
            yield from (_joined(text) for text in re.findall(_LITERALS, statement) if " " in text)


@pytest.mark.parametrize("texts", [_of_records, _of_judges])
def test_every_remedy_is_run_or_has_a_reason(texts):
    found = {text.replace("{}", "`x`") for text in texts()}
    assert len(found) > 20
    known = [*REMEDIES, *NOT_RUN]
    missing = [text for text in sorted(found) if not any(words in text for words in known)]
    assert not missing


def test_no_reason_is_out_of_date():
    found = [*_of_records(), *_of_judges()]
    stale = [words for words in NOT_RUN if not any(words in text for text in found)]
    assert not stale
