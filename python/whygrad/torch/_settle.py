"""Settles the ops of a question: gives each op its definition, with the role of each input and whether PyTorch passes a gradient to it."""

import contextlib
import math
import warnings

import torch

from whygrad.torch import _ops
from whygrad.torch._collector import elements_of

FLOATS = frozenset(("float16", "bfloat16", "float32", "float64", "complex64", "complex128", "complex32"))
NO_DERIVATIVE = ("PyTorch passes no gradient through this op", "compute the loss from what went into it by ops that have a gradient")
HOLE = object()  # stands in place of a tensor


def settle(c, op):
    """Gives the log's op its definition."""
    log = c.log
    kind, type_ = log.kind_of(op), log.type_of(op)
    if kind == "compute":
        log.settle(op, _compute(c, op, type_))
    elif kind in ("constant", "choice"):
        log.settle(op, log.define("", name="if" if kind == "choice" else "tensor", like=kind, kind=kind, answers=[]))
    elif kind == "host_read":
        log.settle(op, log.define(type_, name=_ops.spoken(type_), like="host_read", kind=kind, answers=[]))
    elif kind == "variable":
        answers = [("copy", "data", "", "", "")] * len(log.inputs_of(op))
        log.settle(op, log.define(type_, name=type_, like="variable", kind=kind, answers=answers))
    elif kind == "assign":
        answers = [("state", "data", "", "", "")] * len(log.inputs_of(op))
        log.settle(op, log.define(type_, name=_ops.spoken(type_), like="assign", kind=kind, answers=answers))


def _compute(c, op, type_):
    log = c.log
    call, count = log.call_of(op), len(log.inputs_of(op))
    name = _ops.plain(type_)
    if call is None or isinstance(call, Rule):
        return _special(c, type_, call, count)
    passes = _passes(c, op, call)
    if name in _ops.WRITES:
        _note_infinity(log, op, call)
    answers = [_answer(log, op, name, value, passes[i]) for i, value in enumerate(log.inputs_of(op))]
    for i, known_as in enumerate(_ops.INPUTS.get(name, ())[: len(answers)]):
        answers[i] = (*answers[i][:2], known_as, *answers[i][3:])
    return log.define(
        type_,
        name=_ops.spoken(type_),
        like=_ops.LIKE.get(name, "none"),
        answers=answers,
        zero=_ops.ZERO.get(name, "") if name not in _ops.LIKE else "",
        nonfinite=_ops.NOT_FINITE.get(name, "") if name not in _ops.LIKE else "",
    )


def _note_infinity(log, op, call):
    """An infinity that the program writes into a tensor is meant to be there, as in a mask."""
    for number in (*call.args, *call.kwargs.values()):
        if isinstance(number, float) and math.isinf(number):
            log.set_written(op, number)


def _answer(log, op, name, value, passes):
    dtype = log.dtype_of(value) if log.has_value(value) else "float32"
    role = "data"
    if dtype not in FLOATS and name in _ops.INDEXING:
        role = "condition" if dtype == "bool" else "index"
    if name in _ops.DETACHES:
        return "stop_gradient", "data", "", "", ""
    if passes:
        return "flows", role, "", *(_ops.DRAWN if name in _ops.DRAWS else ("", ""))
    outputs = log.outputs_of(op)
    integers = outputs and log.dtype_of(outputs[0]) not in FLOATS
    if dtype in FLOATS and integers and name in _ops.TO_INTEGERS:  # the integer result stops the gradient, not the op
        return "flows", role, "", "", ""
    return "no_derivative", role, "", *(_ops.DRAWN if name in _ops.DRAWS else NO_DERIVATIVE)


class Rule:
    """Describes how an op that is no function of PyTorch's passes a gradient, with one answer for each input."""

    def __init__(self, flows, like, why="", remedy="", returned=None):
        self.flows, self.like, self.why, self.remedy = flows, like, why, remedy
        self.returned = returned if returned is not None else {}  # by input: whether a Function's backward returned a gradient


def _special(c, type_, rule, count):
    if rule is None:
        return c.log.define(type_, name=_ops.spoken(type_), like="none", answers=[("flows", "data", "", "", "")] * count)
    answers = []
    for i in range(count):
        flow = rule.flows[min(i, len(rule.flows) - 1)] if rule.flows else "flows"
        if flow == "user_rule" and rule.returned.get(i) is False:
            flow = "unanswered"
        silent = flow in ("flows", "user_rule")
        answers.append((flow, "data", "", "" if silent else rule.why, rule.remedy))
    return c.log.define(type_, name=_ops.spoken(type_), like=rule.like, answers=answers, backward_pass=rule.like == "gradient")


# ---- What PyTorch answers ----


def _passes(c, op, call):
    """Whether each input receives a gradient. The facts of the call decide first: if inputs require a gradient and no result does, nothing passes."""
    log = c.log
    dtypes = [log.dtype_of(v) if log.has_value(v) else "float32" for v in log.inputs_of(op)]
    floats = [dtype in FLOATS for dtype in dtypes]
    recording, needs, gives, _ = log.facts_of(op)
    if recording and needs:
        if not gives:
            return [False] * len(floats)
        if sum(floats) == 1:
            return floats
    answer = once_more(c, op, call, None, seen=False) or once_more(c, op, call, None)
    return [given is not None for given in answer] if answer is not None else floats


@contextlib.contextmanager
def _same_random_numbers():
    state = torch.get_rng_state()
    try:
        yield
    finally:
        torch.set_rng_state(state)


def _draw_as_then(log, op):
    """Puts back the state of the random numbers that the op drew from, if it is known."""
    state = log.tensors_of(op)
    if state is not None:
        torch.set_rng_state(state)


class Elements:
    """Finds the tensors of values: tensors that were kept, tensors that the program still holds, and tensors that are computed again from these."""

    def __init__(self, c):
        self._log, self._living, self._made = c.log, c.events.living(), {}

    def of(self, value):
        if not self._log.has_value(value):
            return None
        tensor = self._at_hand(value)
        if tensor is None and self._can_be_made(value):
            self._make(value)
            tensor = self._made.get(value)
        return tensor

    def _at_hand(self, value):
        kept = self._log.tensor_of(value)
        if kept is None:
            kept = self._made.get(value)
        if kept is None:
            kept = self._living.get(value)
        return None if kept is None else kept.detach()

    def _can_be_made(self, value):
        op = self._log.maker_of(value)
        return op >= 0 and self._log.has_op(op) and self._log.can_run_again(op)

    def _make(self, value):
        """Computes the tensor of a value again. The ops that it was computed from run first; their numbers are smaller."""
        todo, ops = [value], set()
        while todo:
            op = self._log.maker_of(todo.pop())
            if op not in ops:
                ops.add(op)
                todo += [v for v in self._log.inputs_of(op) if self._log.has_value(v) and self._at_hand(v) is None and self._can_be_made(v)]
        with torch.no_grad(), torch.inference_mode(False), _same_random_numbers():
            for op in sorted(ops):
                inputs = [self._at_hand(v) if self._log.has_value(v) else None for v in self._log.inputs_of(op)]
                if any(t is None for t in inputs):
                    continue
                call, given = self._log.call_of(op), iter(inputs)
                args, kwargs = _fill(call.args, given), {k: _fill(a, given) for k, a in call.kwargs.items()}
                _draw_as_then(self._log, op)
                self._made.update(zip(self._log.outputs_of(op), tensors_in(call.function(*args, **kwargs))))


def once_more(c, op, call, arrived, seen=True, elements=None):
    """Runs the op again by itself. Returns the gradients that it passes to its inputs for those that arrived at its outputs; None if it cannot be
    run.

    seen: pass gradients only to inputs that required one when the program called the op, if any did. The op may write to other inputs, as a
    normalization does to its statistics."""
    log = c.log
    name = _ops.plain(log.type_of(op))
    values = log.inputs_of(op)
    if elements is None:
        tensors = [log.tensor_of(v) if log.has_value(v) else None for v in values]
    else:
        tensors = [elements.of(v) for v in values]
    if name == "dropout" and elements is not None:
        return _dropout(elements.of(log.outputs_of(op)[0]), tensors, arrived)
    if name in _ops.DRAWS and elements is not None:
        return _draw(log, op, tensors)
    if name in _ops.RANDOM or call.function is None:
        return None
    try:
        with c.silence(), warnings.catch_warnings(), _same_random_numbers(), torch.enable_grad(), torch.inference_mode(False):
            warnings.simplefilter("ignore")  # the program was warned when it ran the op itself
            leaves = [_like(log, v) if t is None else t.detach().clone() for v, t in zip(values, tensors)]
            _, needs, _, changes = log.facts_of(op)
            asked = [(needs >> min(i, 63) & 1 or not (seen and needs)) and (t.is_floating_point() or t.is_complex()) for i, t in enumerate(leaves)]
            leaves = [t.requires_grad_() if ask else t for t, ask in zip(leaves, asked)]
            passed = [t.clone() if changes else t for t in leaves]
            given = iter(passed)
            args, kwargs = _fill(call.args, given), {k: _fill(a, given) for k, a in call.kwargs.items()}
            first = args[0] if args else None
            _draw_as_then(log, op)
            out = call.function(*args, **kwargs)
            made = [first] if out is None else tensors_in(out)  # item assignment returns nothing
            if not changes:  # an input that is returned as it is was no result, as of broadcast_tensors
                made = [t for t in made if all(t is not each for each in passed)]
            pairs = [(t, arrived[k] if arrived is not None and k < len(arrived) else None) for k, t in enumerate(made) if t.requires_grad]
            if arrived is not None:
                pairs = [(t, seed) for t, seed in pairs if seed is not None]
            wanted = [t for t in leaves if t.requires_grad]
            if not pairs or not wanted:
                return [None] * len(leaves)
            seeds = [torch.ones_like(t) if seed is None else seed.to(t.dtype).reshape(t.shape) for t, seed in pairs]
            answer = iter(torch.autograd.grad([t for t, _ in pairs], wanted, seeds, allow_unused=True))
            return [next(answer) if t.requires_grad else None for t in leaves]
    except Exception:  # the gradients that it passes stay unknown
        return None


def _draw(log, op, tensors):
    """PyTorch's rules of draws pass zeros to the numbers that were drawn by, whatever was drawn."""
    _, needs, _, _ = log.facts_of(op)
    return [torch.zeros_like(t) if t is not None and needs >> min(i, 63) & 1 else None for i, t in enumerate(tensors)]


def _dropout(out, tensors, arrived):
    if out is None or tensors[0] is None or arrived[0] is None:
        return None
    factor = torch.where(tensors[0] != 0, out / tensors[0], torch.ones_like(out))
    return [arrived[0] * factor] + [None] * (len(tensors) - 1)


def _like(log, value):
    dtype = getattr(torch, log.dtype_of(value) if log.has_value(value) else "float32", torch.float32)
    shape = log.shape_of(value) if log.has_value(value) else []
    return torch.zeros(shape, dtype=dtype) if dtype not in (torch.float32, torch.float64) else torch.full(shape, 0.5, dtype=dtype)


def _fill(thing, tensors):
    if thing is HOLE:
        return next(tensors)
    if type(thing) in (list, tuple):
        return type(thing)(_fill(part, tensors) for part in thing)
    return thing


def tensors_in(thing):
    if isinstance(thing, torch.Tensor):
        return [thing]
    if isinstance(thing, (list, tuple)):
        return [t for part in thing for t in tensors_in(part)]
    if isinstance(thing, dict):
        return [t for part in thing.values() for t in tensors_in(part)]
    return []


def look_at_numbers(c, drawing, targets, seeds, answers):
    """Looks at the numbers of the values, of the gradients that each op passed, and of the answers, {position of the source: tensor}. Returns the
    gradients that arrived, by value."""
    log, elements = c.log, Elements(c)
    drawing.look_at_values(lambda value: elements_of(elements.of(value)))
    for at, gradient in answers.items():
        drawing.look_at_answer(at, elements_of(gradient))
    arrived = {}
    for value, seed in zip(targets, seeds):
        arrived[value] = arrived[value] + seed if value in arrived else seed
    for op in drawing.backward_steps():
        call, outputs = log.call_of(op), log.outputs_of(op)
        if call is None or not any(out in arrived for out in outputs):
            continue
        seeds = [arrived.get(out) for out in outputs]
        given = call.returned.get("passed") if isinstance(call, Rule) else once_more(c, op, call, seeds, elements=elements)
        if given is None:
            continue
        drawing.look_at_step(op, [elements_of(s) for s in seeds], [elements_of(g) for g in given])
        for value, gradient in zip(log.inputs_of(op), given):
            if gradient is not None:
                arrived[value] = arrived[value] + gradient if value in arrived else gradient
    return arrived
