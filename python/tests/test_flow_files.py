"""Reports as files: written, read back, judged anew."""

import io
import json

import pytest

import whygrad
import whygrad.tf as tf


def lost(values=False):
    """A report on a program with an absent gradient and one that is zero."""
    w, v = tf.Variable([1.0, -2.0], name="w"), tf.Variable([-1.0, -2.0], name="v")
    with whygrad.diagnose(values=values) as report:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.round(w)) + tf.reduce_sum(tf.nn.relu(v))
        tape.gradient(y, [w, v])
    return report


def test_a_report_is_the_same_after_a_file(tmp_path):
    report = lost(values=True)
    assert [f.status for f in report.findings] == ["absent", "zero"]
    whygrad.save_flow(report, tmp_path / "run.wgflow")
    again = whygrad.load_flow(tmp_path / "run.wgflow")
    assert str(again) == str(report) and again.to_json() == report.to_json() and again.to_html() == report.to_html() and len(again) == 2
    with open(tmp_path / "run.wgflow") as file:
        assert whygrad.load_flow(file).to_json() == report.to_json()
    with open(tmp_path / "run.wgflow", "rb") as file:
        assert whygrad.load_flow(file).to_json() == report.to_json()


def test_an_explanation_is_saved_too(tmp_path):
    w = tf.Variable(1.0)
    with tf.GradientTape(persistent=True) as tape:
        y = tf.round(w)
    explanation = whygrad.explain(tape, y, w)
    whygrad.save_flow(explanation, str(tmp_path / "one.wgflow"))
    assert [f.op for f in whygrad.load_flow(str(tmp_path / "one.wgflow")).findings] == ["Round"]


def without_findings(report):
    document = json.loads(report.to_json())
    for explanation in document["explanations"]:
        del explanation["findings"]
    return json.dumps(document)


def test_a_graph_without_findings_is_judged():
    report = lost()
    judged = whygrad.load_flow(io.StringIO(without_findings(report)))
    assert [(f.code, f.op, f.line, f.source_name) for f in judged.findings] == [(f.code, f.op, f.line, f.source_name) for f in report.findings]
    assert str(judged).replace("tf.", "").split() == str(report).replace("tf.", "").split()  # a file says how an op is called, not how it was written


def test_the_words_are_those_of_the_engine():
    w = tf.Variable(1.0)
    with whygrad.diagnose() as report, tf.GradientTape() as tape:
        y = w * 1.0
        tape.gradient(tf.stop_gradient(y), w)
    text = without_findings(report)
    own, torch = (whygrad.load_flow(io.StringIO(text), engine) for engine in ("whygrad", "torch"))
    assert own.findings[0].cause == "STOP_GRADIENT" and torch.findings[0].cause == "DETACHED"
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="\\[load_flow\\] no engine is called 'mxnet'\nhelp: there are whygrad, tensorflow, torch, jax"
    ):
        whygrad.load_flow(io.StringIO(text), "mxnet")


def test_jax_answers_zeros_where_no_path_leads():
    w = tf.Variable([1.0, 2.0])
    with whygrad.diagnose() as report, tf.GradientTape() as tape:
        tape.gradient(tf.round(w), w)
    judged = whygrad.load_flow(io.StringIO(without_findings(report)), "jax")
    (finding,) = judged.findings
    assert (finding.status, finding.cause, finding.evidence[0]) == (
        "zero",
        "NONDIFF_OP",
        "JAX answers 0 where no path leads from the result to an argument",
    )
    assert str(judged).startswith("zero gradient of")


def test_a_report_on_nothing_lost(tmp_path):
    with whygrad.diagnose() as report:
        pass
    whygrad.save_flow(report, tmp_path / "empty.wgflow")
    assert str(whygrad.load_flow(tmp_path / "empty.wgflow")) == "no gradient was asked for"


@pytest.mark.parametrize(
    "text, says",
    [
        ("", "the text: no JSON"),
        ("{}", 'is not of format "whygrad-flow"'),
        ('{"format": "whygrad-flow", "version": 99, "explanations": []}', "is of version 99; this program reads up to 1"),
        ('{"format": "whygrad-flow", "version": 1, "explanations": [{}]}', 'explanations[0] has no "findings"'),
        ('{"format": "whygrad-flow", "version": 1, "explanations": [{"graph": 5}]}', "graph"),
        ("\0\1", "no JSON"),
    ],
)
def test_what_is_no_report_is_refused(text, says):
    with pytest.raises(whygrad.errors.IoError) as raised:
        whygrad.load_flow(io.StringIO(text))
    assert says in str(raised.value) and "\nhelp: " in str(raised.value)
    with pytest.raises(whygrad.errors.IoError, match="no JSON"):
        whygrad.load_flow(io.BytesIO(b'{"\xff\xc3' + text.encode()))


def test_files_that_cannot_be_opened(tmp_path):
    with pytest.raises(OSError, match="cannot be opened\nhelp: check the path; save_flow writes such files"):
        whygrad.load_flow(tmp_path / "none.wgflow")
    with pytest.raises(OSError, match="cannot be written: No such file or directory\nhelp: check the folder"):
        whygrad.save_flow(lost(), tmp_path / "no" / "run.wgflow")
    with pytest.raises(TypeError):
        whygrad.load_flow(5)
