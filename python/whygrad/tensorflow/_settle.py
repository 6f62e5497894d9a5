"""Settles the ops of a question: gives each op its definition, with the role of each input and whether a gradient passes."""

import re
import sys

from whygrad import _whygrad
from whygrad.tensorflow import _results
from whygrad.tensorflow._collector import Rule
from whygrad.tensorflow._facts import NO_DERIVATIVE, NO_NUMBERS, NO_RULE
from whygrad.tensorflow._tensorflow import FLOATS, is_users, ops, tf

_WRITES = {"AssignVariableOp": "assign", "AssignAddVariableOp": "assign_add", "AssignSubVariableOp": "assign_sub"}
_HOST = {"PyFunc": "numpy_function", "PyFuncStateless": "numpy_function"}


def settle(facts, log, op):
    """Gives the log's op its definition."""
    kind, type_ = log.kind_of(op), log.type_of(op)
    if kind == "compute":
        log.settle(op, _compute(facts, log, op, type_))
    elif kind == "constant":
        log.settle(op, log.define("Const", like="constant", kind=kind, answers=[]))
    elif kind == "host_read":
        name = _HOST.get(type_, type_)
        log.settle(op, log.define(type_ if type_ in _HOST else "", name=name, like="host_read", kind=kind, answers=[]))
    elif kind in ("choice", "loop_end"):
        log.settle(op, log.define("", name=type_, like="choice", kind=kind, answers=[]))
    elif kind == "variable":
        log.settle(op, log.define("VarHandleOp", like="variable", kind=kind, answers=[]))
    elif kind == "assign":
        log.settle(
            op,
            log.define(type_, name=_WRITES.get(type_) or _whygrad.name_of_type(type_.removeprefix("Resource")), like="assign", kind=kind, answers=[]),
        )


def _like(log, value):
    return (log.dtype_of(value), log.shape_of(value)) if log.has_value(value) else ("float32", None)


def _compute(facts, log, op, type_):
    inputs = [_like(log, value) for value in log.inputs_of(op)]
    outputs = [_like(log, value) for value in log.outputs_of(op)]
    call = log.call_of(op)
    if isinstance(call, Rule):
        return _users_rule(log, op, call, len(inputs))
    if type_ == "Gradient":
        answers = [("flows", "data", "", "", "")] * len(inputs)
        return log.define("Gradient", name="gradient", like="gradient", answers=answers, backward_pass=True)
    if type_ in _HOST:
        return log.define(type_, name=_HOST[type_], like="host_read", answers=[("host_read", "data", "", "", "")] * max(len(inputs), 1))
    if re.search(r"(Dataset|DatasetV\d|MakeIterator)$", type_):
        like = "slices" if type_.startswith("Tensor") else "element"  # others have a function, which the variables that it uses are inputs of
        return log.define(type_, name="data_set", like=like, kind="feed", answers=[(flow, "data", "", "", "") for flow in _whygrad.known_flows(like)])
    if type_.startswith(("__inference_", "__forward_")):  # a call that was not opened
        name = re.sub(r"^__(inference|forward)_|_\d+$", "", type_)
        return log.define("PartitionedCall", name=name, answers=[("flows", "data", "", "", "")] * len(inputs))
    roles = facts.roles(type_, len(inputs))
    if len(outputs) > 1:
        _results.note_paths(log, op)
    if call is None:  # TensorFlow cannot be asked: a call of a function, or an op that it did not report
        flows = ["flows"] * len(inputs)
    else:
        passes = facts.passes(type_, call, inputs, outputs)
        flows = _flows(type_, passes, inputs, outputs, roles)
    answers = []
    for flow, role in zip(flows, roles):
        no_derivative = NO_DERIVATIVE if any(dtype in FLOATS for dtype, _ in outputs) else NO_NUMBERS
        why, remedy = NO_RULE if flow == "no_rule" else no_derivative if flow == "no_derivative" else ("", "")
        answers.append((flow, role, "", why, remedy))
    return log.define(type_, answers=answers, name=_whygrad.name_of_type(type_))


def _flows(type_, passes, inputs, outputs, roles):
    if passes == "no_rule":
        return ["no_rule" if any(dtype in FLOATS for dtype, _ in outputs) else "no_derivative"] * len(inputs)
    known = _whygrad.known_flows(type_)
    flows = []
    for i, (dtype, _) in enumerate(inputs):
        declared = known[min(i, len(known) - 1)] if known else "flows"
        to_integers = type_ == "Cast" and bool(outputs) and outputs[0][0] not in FLOATS  # the integer result stops the gradient, not the op
        if passes[i]:
            flow = "flows"
        elif declared != "flows":
            flow = declared
        else:
            flow = "flows" if to_integers and dtype in FLOATS else "no_derivative"
        if not passes[i] and dtype not in FLOATS and roles[i] != "data":
            flow = "no_derivative"
        flows.append(flow)
    return flows


def _users_rule(log, op, rule, count):
    """The definition of a custom gradient. Runs the rule once to see for which inputs it returns nothing, and on which line it returns."""
    given, where = call_and_watch(rule.backward, seeds_of(rule))
    if where is not None:
        log.set_returns_at(op, where)
    flows = ["user_rule"] * count
    if given is not None:
        for i in range(count):
            if i >= len(given) or given[i] is None:
                flows[i] = "unanswered"
    why = "the backward function returned no gradient for it"
    answers = [(flow, "data", "", why if flow == "unanswered" else "", "") for flow in flows]
    return log.define("IdentityN", name=rule.name, like="custom_gradient", answers=answers)


def seeds_of(rule):
    """A gradient of ones for each result of a custom gradient."""
    likes = [out if isinstance(out, tuple) else (out.dtype, out.shape) for out in rule.outputs]
    return [tf.ones(shape, dtype) for dtype, shape in likes]


def call_and_watch(function, seeds):
    """Calls the function. Returns its results, or None if it failed, and the line of the user's code on which it returned."""
    returned = []

    def watch(frame, event, _):
        if event == "return" and is_users(frame.f_code.co_filename):
            returned[:] = [(frame.f_code, frame.f_lasti)]

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        given = function(*seeds)
    except Exception:
        given = None
    finally:
        sys.setprofile(before)
    where = _whygrad.place_of_frame(*returned[0]) if returned else None
    return None if given is None else list(given) if isinstance(given, (list, tuple)) else [given], where


def is_operation(call):
    return isinstance(call, ops.Operation)
