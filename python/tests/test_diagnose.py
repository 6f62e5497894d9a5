"""Places and explanations as Python programs see them."""

import json
import linecache

import pytest

import whygrad
import whygrad.tf as tf
from whygrad import _whygrad


def run(program, **options):
    """Runs a program as a notebook's cell is run: its lines are in linecache alone."""
    name = f"<cell {run.count}>"
    run.count += 1
    linecache.cache[name] = (len(program), None, program.splitlines(True), name)
    scope = {"tf": tf, "whygrad": whygrad}
    with whygrad.diagnose(**options) as report:
        exec(compile(program, name, "exec"), scope)
    return report


run.count = 0

ARGMAX = """\
w = tf.Variable([[1.0, 2.0]], name="w")
with tf.GradientTape() as tape:
    logits = tf.matmul([[1.0], [2.0]], w)
    best = tf.argmax(logits, axis=1)
    loss = tf.reduce_mean(tf.cast(best, tf.float32))
assert tape.gradient(loss, w) is None
"""


def test_a_finding_names_op_line_and_fix():
    (finding,) = run(ARGMAX).findings
    assert (finding.status, finding.op, finding.op_name, finding.line, finding.confidence) == ("absent", "ArgMax", "argmax", 4, "proven")
    assert finding.code.startswith("WG") and finding.cause in ("METRIC_AS_LOSS", "NONDIFF_OP") and finding.source_name == "w"
    assert finding.file.startswith("<cell") and finding.function == "<module>" and finding.remedy and finding.why
    assert [step.line for step in finding.path][:3] == [1, 3, 4]


def test_the_text_shows_the_cells_own_line():
    assert "best = tf.argmax(logits, axis=1)" in str(run(ARGMAX))


def test_findings_of_one_cause_are_of_one_group():
    report = run("""\
a, b, c = tf.Variable(1.5), tf.Variable(2.5), tf.Variable(3.5)
with tf.GradientTape() as tape:
    y = tf.floor(a * b) + tf.round(c)
tape.gradient(y, [a, b, c])
""")
    a, b, c = (finding.group for finding in report.findings)
    assert a == b != c
    assert [f["group"] for e in json.loads(report.to_json())["explanations"] for f in e["findings"]] == [a, b, c]


def test_machine_formats():
    report = run(ARGMAX)
    assert json.loads(report.to_json())
    assert json.loads(report.to_sarif())["version"] == "2.1.0"


def test_explain_asks_without_differentiating():
    w = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = tf.round(w)
    explanation = whygrad.explain(tape, y, w)
    assert explanation.findings[0].op == "Round" and "round" in str(explanation)
    assert tape.gradient(y, w) is None


def test_a_report_is_closed_and_nothing_is_found_outside():
    report = run("pass")
    w = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = tf.round(w)
    tape.gradient(y, w)
    assert report.findings == [] and str(report) == "every gradient is there"


def test_errors_leave_findings():
    program = """\
w = tf.Variable(1.0)
with tf.GradientTape() as tape:
    y = w * w
tape.gradient(y, w)
try:
    tape.gradient(y, w)
except RuntimeError:
    pass
"""
    (finding,) = run(program).findings
    assert finding.cause == "TAPE_CONSUMED" and finding.line == 6


def helper():
    return _whygrad.caller()


def test_places():
    file, line, column, function = _whygrad.caller()
    assert file == __file__ and function == "test_places" and line == test_places.__code__.co_firstlineno + 1 and column > 0
    assert helper()[1] == helper.__code__.co_firstlineno + 1
    place = list(map(lambda _: _whygrad.caller(), [0]))[0]
    assert "<lambda>" in place[3]


def test_compositions_are_placed_at_their_caller():
    report = run("""\
x = tf.Variable([0.0, 0.0])
with tf.GradientTape() as tape:
    y = tf.norm(tf.round(x))
tape.gradient(y, x)
""")
    assert report.findings[0].line == 3 and not any("whygrad" in step.place for step in report.findings[0].path)


def test_many_code_objects_are_forgotten_not_kept():
    w = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = eval("tf.round(w)", {"tf": tf, "w": w})
        for i in range(20000):
            eval(compile(f"c()", f"<{i}>", "eval"), {"c": _whygrad.caller})
    finding = whygrad.explain(tape, y, w).findings[0]
    assert finding.op == "Round" and finding.line == 0


@pytest.mark.parametrize("read", ["float(y)", "y.numpy()", "y.numpy().item()", "np.asarray(y)", "int(y)"])
def test_reads_are_remembered(read):
    report = run(f"""\
import numpy as np
w = tf.Variable(2.0)
with tf.GradientTape() as tape:
    y = w * 3.0
    loss = tf.square(tf.constant({read}, tf.float32))
tape.gradient(loss, w)
""")
    assert (report.findings[0].cause, report.findings[0].line) == ("LEFT_FRAMEWORK", 5)
