"""A fix mends the whole path: of random chains with two or three faults, each fault has a remedy at its line, and the program with these remedies applied has
its gradient."""

import itertools
import random

import pytest

from test_zero_and_not_finite import run, status_of
from whygrad._language import spell

# name: (line, the words of its remedies, the line mended). Each takes a vector `h` of three elements and makes another.
ABSENT = {
    "round": ("h = tf.round(h * 3.0)", ["write x + stop_gradient(round(x) - x)"], "h = h * 3.0 + tf.stop_gradient(tf.round(h * 3.0) - h * 3.0)"),
    "floor": ("h = tf.floor(h * 3.0)", ["write x + stop_gradient(floor(x) - x)"], "h = h * 3.0 + tf.stop_gradient(tf.floor(h * 3.0) - h * 3.0)"),
    "cast": ("h = tf.cast(tf.cast(h * 3.0, tf.int32) + 1, tf.float32)", ["keep the values floating here"], "h = h * 3.0 + 1.0"),
    "argmax": (
        "h = tf.cast(tf.argmax(h), tf.float32) * [1.0, 2.0, 3.0]",
        ["reduce_max gives the largest value"],
        "h = tf.reduce_max(h) * [1.0, 2.0, 3.0]",
    ),
    "stop_gradient": ("h = tf.stop_gradient(h)", ["take stop_gradient away"], "h = h * 1.0"),
    "greater": ("h = tf.cast(h > 0.3, tf.float32)", ["sigmoid(a - b)"], "h = tf.sigmoid(h - 0.3)"),
    "logical_and": (
        "h = tf.cast(tf.logical_and(h > 0.1, [True, True, False]), tf.float32)",
        ["sigmoid(a - b)", "p * q for `and`"],
        "h = tf.sigmoid(h - 0.1) * [1.0, 1.0, 0.0]",
    ),
    "numpy": ("h = tf.constant(h.numpy())", ["compute with tensors instead of the numbers"], "h = h * 1.0"),
    # Unlike those of the line above, these numbers came back as others, so that no path leads over the line.
    "numbers": ("h = tf.constant([2.0 * n for n in h.numpy().tolist()])", ["compute with tensors instead of the numbers"], "h = h * 2.0"),
    "gather": (
        "h = tf.gather([0.5, 1.5, 2.5], tf.cast(tf.abs(h), tf.int32) % 3)",
        ["takes only integers; weight the picked values"],
        "h = tf.linalg.matvec(tf.nn.softmax(-tf.square(tf.abs(h)[:, None] - [0.0, 1.0, 2.0])), [0.5, 1.5, 2.5])",
    ),
    "one_hot": (
        "h = tf.linalg.matvec(tf.one_hot(tf.cast(tf.abs(h), tf.int32) % 3, 3), [0.5, 1.5, 2.5])",
        ["takes only integers; weight the picked values"],
        "h = tf.linalg.matvec(tf.nn.softmax(-tf.square(tf.abs(h)[:, None] - [0.0, 1.0, 2.0])), [0.5, 1.5, 2.5])",
    ),
    "argmax_gather": (
        "h = tf.gather([0.5, 1.5, 2.5], tf.argmax(h)) * [1.0, 2.0, 3.0]",
        ["takes only integers; weight the picked values"],
        "h = tf.tensordot(tf.nn.softmax(h), [0.5, 1.5, 2.5], 1) * [1.0, 2.0, 3.0]",
    ),
    "where": (
        "h = tf.where(h > 0.3, [1.0, 2.0, 3.0], [4.0, 5.0, 6.0])",
        ["takes only truth values; to learn the choice, weigh both values with a probability"],
        "h = tf.sigmoid(h - 0.3) * [1.0, 2.0, 3.0] + (1 - tf.sigmoid(h - 0.3)) * [4.0, 5.0, 6.0]",
    ),
    "assign": ("v.assign(h); h = v * 1.0", ["use the tensor itself where its gradient is wanted"], "v.assign(h); h = h * 1.0"),
    "segments": (
        "h = tf.math.unsorted_segment_sum(tf.constant([1.0, 2.0, 3.0]), tf.cast(tf.abs(h), tf.int32) % 3, 3)",
        ["takes only integers; weight the picked values"],
        "h = tf.linalg.matvec(tf.nn.softmax(-tf.square([[0.0], [1.0], [2.0]] - tf.abs(h)), 0), [1.0, 2.0, 3.0])",
    ),
}
ZERO = {
    "relu": ("h = tf.nn.relu(h - 50.0)", ["use leaky_relu"], "h = tf.nn.leaky_relu(h - 50.0)"),
    "clip": (
        "h = tf.clip_by_value(h, 100.0, 200.0)",
        ["x + stop_gradient(clip_by_value(x, low, high) - x)"],
        "h = h + tf.stop_gradient(tf.clip_by_value(h, 100.0, 200.0) - h)",
    ),
    "maximum": ("h = tf.maximum(h, 90.0)", ["bound + leaky_relu(x - bound)"], "h = 90.0 + tf.nn.leaky_relu(h - 90.0)"),
    "sign": ("h = tf.sign(h * 1.7)", ["x + stop_gradient(sign(x) - x)"], "h = h + tf.stop_gradient(tf.sign(h) - h)"),
    "tanh": ("h = tf.tanh(h + 60.0)", ["divide it by a number"], "h = tf.tanh((h + 60.0) / 60.0)"),
    "factor": ("h = h * zeros", ["start gates and scales at another number"], "h = h * (zeros + 1.0)"),
    "where": (
        "h = tf.where(never, h, [1.0, 2.0, 3.0])",
        ["let the condition choose this value"],
        "h = tf.where([True, False, False], h, [1.0, 2.0, 3.0])",
    ),
}
# What is 0, or 1, at the first element, where its slope is 1.
NONFINITE = {
    "sqrt": ("h = tf.sqrt(h - off * tf.stop_gradient(h))", ["sqrt(x + 1e-12)"], "h = tf.sqrt(h - off * tf.stop_gradient(h) + 1e-12)"),
    "pow": ("h = tf.pow(h - off * tf.stop_gradient(h), 0.3)", ["pow(a + 1e-6, b)"], "h = tf.pow(h - off * tf.stop_gradient(h) + 1e-6, 0.3)"),
    "asin": (
        "h = tf.asin(h / tf.stop_gradient(h * (2.0 - off)))",
        ["asin(x * (1 - 1e-6))"],
        "h = tf.asin(h / tf.stop_gradient(h * (2.0 - off)) * (1 - 1e-6))",
    ),
}
KINDS = {"absent": ABSENT, "zero": ZERO, "nan": NONFINITE}
FIRST = """x = tf.Variable([0.7, 1.9, 0.4])
v = tf.Variable([0.0, 0.0, 0.0])
zeros, never, off = tf.zeros([3]), tf.constant([False] * 3), tf.constant([1.0, 0.0, 0.0])
with tf.GradientTape() as tape:
    h = x * [1.0, 0.9, 1.1]
"""


def program(lines):
    """Between any two of the lines stands a smooth one, so that each works on ordinary numbers."""
    body = "".join(f"    {line}\n    h = 1.2 + 0.8 * tf.sin(h * 1.3 + [0.1, 0.4, 0.2])\n" for line in lines)
    return f"{FIRST}{body}    loss = tf.reduce_sum(h * [0.3, 0.7, 1.1])\ng = tape.gradient(loss, x)\n"


def line_of(position):
    return FIRST.count("\n") + 1 + 2 * position


def remedies_of(finding):
    """Each line with the remedies at it."""
    told = [(finding.line, finding.remedy)] + [(other.line, other.remedy) for other in finding.others if other.remedy]
    return {line: [text for at, text in told if at == line] for line, _ in told}


def chains():
    pick = random.Random(7)
    for kind, faults in KINDS.items():
        for two in itertools.permutations(faults, 2):
            if kind != "absent" or pick.random() < 0.25:
                yield kind, two
        for _ in range(40 if kind == "absent" else 15):
            three = tuple(pick.choices(list(faults), k=3))
            if three.count("numbers") < 2:  # behind the first of them nothing is known to follow the source
                yield kind, three


@pytest.mark.parametrize("kind, names", list(chains()), ids=lambda part: part if isinstance(part, str) else "-".join(part))
def test_every_fault_of_a_chain_has_its_remedy(kind, names):
    faults = [KINDS[kind][name] for name in names]
    report, scope = run(program([broken for broken, _, _ in faults]))
    assert "error" not in scope, scope["error"]
    (finding,) = report.findings
    assert finding.status == kind or (kind == "nan" and finding.status == "inf"), str(report)
    told = remedies_of(finding)
    for position, (_, words, _) in enumerate(faults):
        at = told.pop(line_of(position), [])
        assert len(at) == len(words), f"{names[position]}: {at}\n{report}"
        for each in words:
            assert any(each in text or spell(each) in text for text in at), f"{names[position]}: {at}\n{report}"
    assert not told, f"{told}\n{report}"
    assert str(report).count("\nthen ") == sum(len(words) for _, words, _ in faults) - 1, str(report)
    # Without one of the fixes the gradient stays away.
    for left in range(len(faults)):
        partly, rest = run(program([broken if i == left else mended for i, (broken, _, mended) in enumerate(faults)]))
        assert status_of(rest["g"]) != "value", f"{names[left]} alone\n{partly}"
    report, scope = run(program([mended for _, _, mended in faults]))
    assert "error" not in scope and status_of(scope["g"]) == "value", f"{scope.get('error')}\n{report}"
    assert not report.findings, str(report)


def test_a_nan_that_hides_a_slope_of_zero():
    forward = "with tf.GradientTape() as tape:\n    p = tf.nn.softmax(x)\n    loss = -tf.reduce_sum(p * tf.math.log(p))\ng = tape.gradient(loss, x)\n"
    report, _ = run("x = tf.Variable([500.0, -600.0, 0.0])\n" + forward)
    (finding,) = report.findings
    assert (finding.status, finding.op_name) == ("nan", "log")
    (other,) = finding.others
    assert (other.op, other.cause, other.line) == ("softmax", "ZERO_GRAD_SATURATED", 3)
    assert "would make it 0 then:" in " ".join(str(report).split())
    report, scope = run("x = tf.Variable([5.0, -6.0, 0.0])\n" + forward)
    assert status_of(scope["g"]) == "value" and not report.findings
