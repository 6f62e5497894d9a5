"""Settles the ops of a question: gives each op its definition, with the role of each input and whether JAX passes a gradient to it. Also computes the
gradients that ops pass back."""

import jax
import numpy as np

from whygrad.jax import _jax, _ops, _structure
from whygrad.jax._log import elements_of

NO_DERIVATIVE = ("JAX passes no gradient through this op", "compute the loss from what went into it by ops that have a gradient")
NO_RULE = ("JAX has no rule for the gradient of this op", "write it with ops that have one, or give it a gradient with jax.custom_vjp")
HOST = ("it is computed outside of JAX, which knows no derivative of it", "compute it with jax.numpy, or give it a gradient with jax.custom_vjp")
OWN_RULE = "its own rule passes nothing on to this argument"
_answers = {}  # Call.key and the types of the inputs to the answer


def settle(log, op):
    """Gives the log's op its definition."""
    flow = log.flow
    kind, type_ = flow.kind_of(op), flow.type_of(op)
    if kind == "compute":
        answers = _answers_of(flow, op, type_)
        log.carries[op] = [flow_ in ("flows", "user_rule") for flow_, *_ in answers]
        flow.settle(op, _defined(flow, op, type_, answers))
    elif kind == "constant":
        flow.settle(op, flow.define("", name="constant", like="constant", kind=kind, answers=[]))
    elif kind in ("choice", "loop_end"):
        flow.settle(op, flow.define("", name=type_, like="choice", kind=kind, answers=[]))


def _answers_of(flow, op, type_):
    call, inputs = flow.call_of(op), flow.inputs_of(op)
    likes = [_like(flow, value) for value in inputs]
    passes = _passes(call, likes)
    roles = _ops.roles(type_, len(inputs))
    to_integers = type_ == "convert_element_type" and not any(_jax.is_float(flow.dtype_of(v)) for v in flow.outputs_of(op))
    return [_answer(type_, call, like, role, passes, i, to_integers) for i, (like, role) in enumerate(zip(likes, roles))]


def _defined(flow, op, type_, answers):
    call = flow.call_of(op)
    if call.rule:
        return flow.define(type_, name=type_, like="custom_gradient", answers=answers)
    return flow.define(
        type_,
        name=_ops.spoken(type_),
        like=_ops.LIKE.get(type_, "none"),
        answers=answers,
        zero="clips" if call.within == "clip" else _ops.ZERO.get(type_, ""),
        nonfinite=_ops.NOT_FINITE.get(type_, ""),
    )


def _answer(type_, call, like, role, passes, i, to_integers):
    is_float = _jax.is_float(like.dtype)
    if type_ == "stop_gradient":
        return "stop_gradient", "shape" if call.within else "data", "", "", ""
    if type_ in _ops.HOST:
        return "host_read", role, "", *HOST
    if type_ in _ops.DRAWS and not (passes != "no_rule" and passes[i]):
        return "no_derivative", role, "", *_ops.DRAWN
    if type_ == "argsort":
        return "no_derivative", role, "", *NO_DERIVATIVE
    if passes == "no_rule":
        return ("no_rule", role, "", *NO_RULE) if is_float else ("no_derivative", role, "", *NO_DERIVATIVE)
    if call.rule and is_float:
        return ("user_rule", role, "", "", "") if passes[i] else ("unanswered", role, "", OWN_RULE, "")
    if passes[i] or to_integers and is_float:  # the integer result stops the gradient, not the op
        return "flows", role, "", "", ""
    return "no_derivative", role, "", *NO_DERIVATIVE


def _like(flow, value):
    dtype = flow.dtype_of(value)
    try:
        return jax.ShapeDtypeStruct(tuple(n or 0 for n in flow.shape_of(value) or ()), dtype)
    except TypeError:
        tensor = flow.tensor_of(value)
        return jax.ShapeDtypeStruct(tensor.shape, tensor.dtype) if tensor is not None else jax.ShapeDtypeStruct((), "int32")


def _passes(call, likes):
    """Whether each input receives a gradient; "no_rule" if JAX cannot differentiate the op."""
    key = None if call.key is None else (call.key, tuple((str(x.dtype), x.shape) for x in likes))
    if key in _answers:
        return _answers[key]
    answer = _ask(call, likes)
    if key is not None:
        if len(_answers) > 20_000:
            _answers.clear()
        _answers[key] = answer
    return answer


def _ask(call, likes):
    floats = [i for i, like in enumerate(likes) if _jax.is_float(like.dtype)]
    answer = [False] * len(likes)
    if not floats:
        return answer

    def backwards(seeds, xs):
        out, back = _jax.vjp(_of_floats(call, xs, floats), *[xs[i] for i in floats])
        return back([s if _jax.is_float(o.dtype) else np.zeros(o.shape, jax.dtypes.float0) for s, o in zip(seeds, out)])

    try:
        outs = jax.eval_shape(lambda *xs: call.run(*xs), *likes)
        seeds = [jax.ShapeDtypeStruct(o.shape, o.dtype if _jax.is_float(o.dtype) else "float32") for o in outs]
        if not any(_jax.is_float(o.dtype) for o in outs):
            return answer
        closed = _jax.make_jaxpr(backwards)(seeds, list(likes))
    except Exception:  # a primitive without a rule may raise anything
        return "no_rule"
    for i, hit in zip(floats, _structure.depends(closed, [True] * len(seeds) + [False] * len(likes))):
        answer[i] = hit
    return answer


def _of_floats(call, xs, floats):
    """The op as a function of its float inputs alone."""

    def run(*given):
        full = list(xs)
        for i, x in zip(floats, given):
            full[i] = x
        return call.run(*full)

    return run


def passed_back(log, op, arrived):
    """The gradients that the op passes to its inputs for those that arrived at its outputs; None if they cannot be computed."""
    call, arrays = log.flow.call_of(op), [log.flow.tensor_of(v) for v in log.flow.inputs_of(op)]
    if any(a is None for a in arrays):
        return None
    xs = [jax.numpy.asarray(a) if not hasattr(a, "aval") else a for a in arrays]
    floats = [i for i, x in enumerate(xs) if _jax.is_float(x.dtype)]
    answer = [None] * len(xs)
    try:
        out, back = _jax.vjp(_of_floats(call, xs, floats), *[xs[i] for i in floats])
        seeds = [
            (jax.numpy.zeros(o.shape, o.dtype) if s is None else s) if _jax.is_float(o.dtype) else np.zeros(o.shape, jax.dtypes.float0)
            for o, s in zip(out, arrived)
        ]
        for i, gradient in zip(floats, back(seeds)):
            answer[i] = gradient
    except Exception:  # the gradients that it passes stay unknown
        return None
    return answer


def look_at_numbers(log, drawing, targets, seeds, answers):
    """Looks at the numbers of the values, of the gradients that each op passed, and of the answers, by position of the source. seeds: the output
    gradients that the backward pass began with; 1 if None."""
    flow = log.flow
    drawing.look_at_values(lambda value: elements_of(flow.tensor_of(value)) if flow.has_value(value) else None)
    for at, gradient in enumerate(answers):
        drawing.look_at_answer(at, elements_of(gradient))
    if seeds is None:
        seeds = [np.ones(t.aval.shape, t.aval.dtype) for t in targets]
    arrived = {t.id: jax.numpy.asarray(seed) for t, seed in zip(targets, seeds) if _jax.is_float(t.aval.dtype)}
    for op in drawing.backward_steps():
        outputs = flow.outputs_of(op)
        if not any(out in arrived for out in outputs):
            continue
        seeds = [arrived.get(out) for out in outputs]
        given = passed_back(log, op, seeds)
        if given is None:
            continue
        drawing.look_at_step(op, [elements_of(s) for s in seeds], [elements_of(g) for g in given])
        for value, gradient in zip(flow.inputs_of(op), given):
            if gradient is not None:
                arrived[value] = arrived[value] + gradient if value in arrived else gradient
