"""What collectors of other engines tell, judged for PyTorch: its own causes, places and words. Needs no PyTorch."""

import pytest

from whygrad import _whygrad

FLOWS = ("flows", "data", "", "", "")


class Program:
    """A program of ops on vectors of three numbers, as whygrad.torch would tell of it: autograd always records."""

    def __init__(self):
        self.log = _whygrad.FlowBuilder()
        self.since = {}

    def value(self):
        return self.log.value(0, "float32", [3])

    def parameter(self, name="w", requires_grad=True):
        value = self.value()
        variable = self.log.add_variable(0, name, True, requires_grad, "float32", [3], _whygrad.here())
        self.log.set_version(variable, value)
        if requires_grad:
            self.since[value] = self.log.moment + 1
        return variable, value

    def op(self, type_, *inputs, flow="flows", stopped_at=None, **more):
        out = self.value()
        op = self.log.record(type_, list(inputs), [out], _whygrad.here())
        words = ("", "", "") if flow == "flows" else ("", "why", "remedy")
        self.log.settle(op, self.log.define(type_, answers=[(flow, "data", *words)] * len(inputs), like="none", **more))
        if stopped_at is not None:
            self.log.set_stopped(op, True, stopped_at)
        return out

    def why(self, target, source):
        variable, value = source
        tape = _whygrad.FlowTape(_whygrad.Where())
        tape.window(0, -1, "after", _whygrad.Where())
        tape.asked_at = _whygrad.here()
        for watched, since in self.since.items():
            tape.watch(watched, since)
        question = _whygrad.FlowQuestion(tape, [target], "absent", 1, 0)
        question.add_source(value, variable)
        report = _whygrad.LiveReport("torch")
        report.explain(self.log.draw(question))
        (finding,) = report.findings
        assert "tape" not in str(report), str(report)
        return finding


def test_ops_under_no_grad_name_the_mode_and_where_it_began():
    p = Program()
    w, x = p.parameter(), p.value()
    quiet = _whygrad.here()
    hidden = p.op("linear", x, w[1], stopped_at=quiet)
    loss = p.op("sum", hidden)
    finding = p.why(loss, w)
    assert (finding.cause, finding.code, finding.op) == ("NO_GRAD_MODE", "WG127", "linear")
    assert f":{quiet.words()[1]}" in finding.why


@pytest.mark.parametrize("flow, cause", [("stop_gradient", "DETACHED"), ("no_derivative", "NONDIFF_OP"), ("host_read", "LEFT_FRAMEWORK")])
def test_an_op_that_stops_the_gradient(flow, cause):
    p = Program()
    w = p.parameter()
    loss = p.op("sum", p.op("f", w[1], flow=flow))
    finding = p.why(loss, w)
    assert (finding.cause, finding.op, finding.confidence) == (cause, "f", "proven")


def test_a_parameter_that_requires_no_gradient_is_frozen():
    p = Program()
    w, other = p.parameter("w", False), p.parameter("v")
    finding = p.why(p.op("add", w[1], other[1]), w)
    assert (finding.cause, finding.code) == ("FROZEN", "WG125")
    assert "requires_grad=False" in finding.why


def test_a_gradient_without_a_graph():
    p = Program()
    w = p.parameter()
    y = p.op("sum", w[1])
    slope = p.op("grad", y, w[1], stopped_at=_whygrad.here(), backward_pass=True)
    finding = p.why(p.op("pow", slope), w)
    assert (finding.cause, finding.op) == ("CREATE_GRAPH", "grad")
    assert "SECOND_ORDER" in finding.also


def test_a_parameter_that_nobody_uses_is_told_at_its_own_place():
    p = Program()
    w = p.parameter()
    v = p.parameter("v")
    finding = p.why(p.op("sum", p.op("tanh", v[1])), w)
    assert finding.cause == "UNUSED"
    assert finding.line == p.log.variable_facts(w[0])[5].words()[1]
