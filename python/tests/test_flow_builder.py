"""The log that collectors of other engines fill: what is drawn of it, and what is concluded."""

import numpy as np
import pytest

from whygrad import _whygrad

FLOWS, NONE = ("flows", "data", "", "", ""), ("no_derivative", "data", "", "", "")


class Program:
    """A program of ops on vectors of three numbers, as a collector would tell of it."""

    def __init__(self):
        self.log = _whygrad.FlowBuilder()
        self.tape = _whygrad.FlowTape(_whygrad.here())
        self.key = 0

    def value(self, dtype="float32", shape=(3,)):
        self.key += 1
        return self.log.value(self.key, dtype, list(shape))

    def constant(self, array=None):
        value = self.value()
        op = self.log.record("Const", [], [value], _whygrad.here(), "constant")
        self.log.settle(op, self.log.define("Const", like="constant", kind="constant", answers=[]))
        if array is not None:
            self.log.set_print(op, array)
        return value

    def op(self, type_, *inputs, dtype="float32", answers=None):
        out = self.value(dtype)
        op = self.log.record(type_, list(inputs), [out], where=_whygrad.here())
        self.log.settle(op, self.log.define(type_, answers=answers or [FLOWS] * len(inputs)))
        return out

    def variable(self, name="w", trainable=True):
        self.key += 1
        return self.log.add_variable(self.key, name, True, trainable, "float32", [3], _whygrad.here())

    def read(self, variable):
        return self.log.read(variable, self.log.moment + 1)

    def host_read(self, value, array):
        op = self.log.record("numpy", [value], [], _whygrad.here(), "host_read")
        self.log.settle(op, self.log.define("", name="numpy", like="host_read", kind="host_read", answers=[]))
        self.log.set_print(op, array)

    def why(self, target, variable, kind="absent"):
        question = _whygrad.FlowQuestion(self.tape, [target], kind, 1, 0)
        question.add_source(self.log.version_of(variable), variable)
        report = _whygrad.LiveReport("tensorflow")
        report.explain(self.log.draw(question))
        return report.findings


def one(findings):
    assert len(findings) == 1, findings
    return findings[0]


def test_names_the_op_that_stops_the_gradient():
    p = Program()
    w = p.variable()
    p.log.start(p.tape)
    position = p.op("ArgMax", p.read(w), dtype="int64", answers=[NONE])
    loss = p.op("Cast", position)
    finding = one(p.why(loss, w))
    assert (finding.cause, finding.op, finding.source_name) == ("NONDIFF_OP", "ArgMax", "w")
    assert "tf.argmax" not in finding.why and "position" in finding.why  # the record's own words
    assert "tf.nn.sparse_softmax_cross_entropy_with_logits" in finding.remedy  # in TensorFlow's spelling
    assert finding.file == __file__


def test_an_op_without_a_record_gets_the_collectors_words():
    p = Program()
    w = p.variable()
    p.log.start(p.tape)
    loss = p.op("NobodyKnowsThis", p.read(w), answers=[("no_rule", "data", "", "nothing is registered", "write one")])
    finding = one(p.why(loss, w))
    assert (finding.cause, finding.op, finding.remedy) == ("NO_GRADIENT_REGISTERED", "NobodyKnowsThis", "write one")
    assert "nothing is registered" in finding.why


def test_a_flow_that_the_engine_gives_is_not_explained_by_a_record_that_says_otherwise():
    p = Program()
    w = p.variable()
    p.log.start(p.tape)
    loss = p.op("Relu", p.read(w), answers=[("no_derivative", "data", "", "this release has none", "take another")])
    assert "this release has none" in one(p.why(loss, w)).why


def test_what_was_computed_before_the_tape_stands_outside():
    p = Program()
    w = p.variable()
    loss = p.op("Square", p.read(w))
    p.log.start(p.tape)
    p.log.stop(p.tape, "after", _whygrad.here())
    assert one(p.why(loss, w)).cause == "OUTSIDE_TAPE"


def test_a_pause_is_told_from_the_end():
    p = Program()
    w = p.variable()
    p.log.start(p.tape)
    p.log.stop(p.tape, "paused", _whygrad.here())
    loss = p.op("Square", p.read(w))
    p.log.start(p.tape)
    assert one(p.why(loss, w)).cause == "TAPE_PAUSED"


def test_a_constant_of_numbers_that_were_read_is_known_again():
    p = Program()
    w = p.variable()
    numbers = np.array([0.1, 0.2, 0.7, 0.9, 0.4])
    p.log.start(p.tape)
    y = p.op("Square", p.read(w))
    p.host_read(y, numbers)
    loss = p.op("Square", p.constant(numbers.copy()))
    finding = one(p.why(loss, w))
    assert (finding.cause, finding.confidence) == ("LEFT_FRAMEWORK", "likely")
    assert [step.name for step in finding.path] == ["w", "square", "constant", "square"]
    other = p.op("Square", p.constant(numbers + 1))
    path = one(p.why(other, w)).path  # nothing connects them, so it leads over the read, which is named as it is written where the op was recorded
    assert [step.name for step in path if step.status != "stops"] == ["w", "square", "square"] and path[2].status == "stops"


def test_zeros_are_blamed_on_the_op_that_made_them():
    p = Program()
    w = p.variable()
    p.log.start(p.tape)
    x = p.read(w)
    y = p.op("Relu", x)
    loss = p.op("Sum", y)
    numbers = {x: np.array([-1.0, -2.0, -3.0], "float32"), y: np.zeros(3, "float32"), loss: np.zeros((), "float32")}
    question = _whygrad.FlowQuestion(p.tape, [loss], "absent", 1, 0)
    question.add_source(x, w)
    drawing = p.log.draw(question)
    assert [p.log.type_of(op) for op in drawing.backward_steps()] == ["Sum", "Relu"]
    drawing.look_at_values(numbers.get)
    ones, zeros = np.ones(3, "float32"), np.zeros(3, "float32")
    for op, arrived, passed in zip(drawing.backward_steps(), ([np.ones((), "float32")], [ones]), ([ones], [zeros])):
        drawing.look_at_step(op, arrived, passed)
    drawing.look_at_answer(0, zeros)
    report = _whygrad.LiveReport("tensorflow")
    report.explain(drawing)
    finding = one(report.findings)
    assert (finding.status, finding.cause, finding.op) == ("zero", "ZERO_GRAD_DEAD_UNIT", "Relu")


def test_a_call_is_told_as_the_ops_that_it_is_made_of():
    p = Program()
    w = p.variable()
    p.log.start(p.tape)
    result = p.value()
    call = p.log.record("__inference_f", [p.read(w)], [result], where=_whygrad.here())
    loss = p.op("Sum", result)
    inner = p.log.value(0, "int64", [3])
    for type_, inputs, outputs, answer in (("ArgMax", p.log.inputs_of(call), [inner], NONE), ("Cast", [inner], [result], FLOWS)):
        op = p.log.record_inside(call, type_, inputs, outputs, where=_whygrad.here())
        p.log.settle(op, p.log.define(type_, answers=[answer]))
    finding = one(p.why(loss, w))
    assert (finding.cause, finding.op) == ("NONDIFF_OP", "ArgMax")


def test_positions_beside_values_are_told_as_positions():
    """Two records have TensorFlow's type TopKV2, argsort and top_k; the engine says that it passes a gradient."""
    p = Program()
    w = p.variable()
    p.log.start(p.tape)
    places = p.log.value(0, "int32", [3])
    op = p.log.record("TopKV2", [p.read(w)], [p.value(), places], where=_whygrad.here())
    p.log.settle(op, p.log.define("TopKV2", answers=[FLOWS]))
    finding = one(p.why(p.op("GatherV2", places, answers=[NONE]), w))
    assert (finding.cause, finding.op) == ("NONDIFF_OP", "TopKV2")
    assert "are positions" in finding.why and "use the values that tf.nn.top_k gives beside them" in finding.remedy


def test_unknown_extents_and_foreign_dtypes_are_said_as_they_are():
    p = Program()
    w = p.variable()
    p.log.start(p.tape)
    text = p.log.value(0, "string", None)
    op = p.log.record("AsString", [p.read(w)], [text], where=_whygrad.here())
    p.log.settle(op, p.log.define("AsString", answers=[NONE]))
    assert (p.log.dtype_of(text), p.log.shape_of(text)) == ("string", None)
    half = p.log.value(0, "float8_e5m2", [None, 3])
    assert (p.log.dtype_of(half), p.log.shape_of(half)) == ("float8", [None, 3])
    assert "string[...]" in str(one(p.why(text, w)))


def test_what_is_forgotten_accuses_nobody():
    p = Program()
    w = p.variable()
    x = p.log.read(w, -1)
    for _ in range(1000):
        x = p.op("Square", x)
    p.log.forget(10)
    assert p.log.size == 10
    p.log.start(p.tape)
    loss = p.op("Square", x)
    finding = one(p.why(loss, w))
    assert finding.confidence != "proven" or finding.cause == "OUTSIDE_TAPE"


def test_a_log_forgets_nothing_while_a_tape_records():
    p = Program()
    w = p.variable()
    p.log.start(p.tape)
    x = p.read(w)
    for _ in range(100):
        x = p.op("Square", x)
    p.log.forget(10)
    assert p.log.size == 100
    assert p.why(x, w, "open") == []


def test_ids_that_are_gone_are_an_error_that_teaches():
    log = _whygrad.FlowBuilder()
    with pytest.raises(ValueError, match="no longer in the log"):
        log.type_of(3)
    with pytest.raises(ValueError, match="there are compute, constant"):
        log.record("Mul", [], [], _whygrad.here(), "compote")


def test_elements_of_every_layout_and_kind_are_counted_or_left_out():
    count = _whygrad.count_elements
    assert count(np.array([0.0, np.nan, np.inf, 2.0])) == (4, 1, 1, 1)
    assert count(np.array([True, False])) == (2, 1, 0, 0)
    assert count(np.array([1 + 1j, 0])) == (2, 1, 0, 0)
    assert count(np.zeros((0, 3), "float16")) == (0, 0, 0, 0)
    assert count(np.array(["a"])) is None
    assert count(np.zeros((4, 4))[:, ::2]) is None  # not without gaps
    assert count(7) is None
