"""The two ways to a gradient, backward() and torch.autograd.grad(): which leaves they reached, what they returned, and what they raised."""

import torch

from whygrad._whygrad import here
from whygrad.torch import _errors, _names
from whygrad.torch._collector import Backward, is_leaf
from whygrad.torch._hidden import find_hidden
from whygrad.torch._names import told_source
from whygrad.torch._questions import bad_gradients, explain_absent, explain_numbers, not_fine
from whygrad.torch._settle import Rule, tensors_in

# ---- backward() ----


def on_backward(c, func, args, kwargs):
    where = c.guard(here)
    started = c.guard(_begin, c, args, kwargs)
    c.busy += 1
    try:
        out = func(*args, **kwargs)
    except Exception as error:
        c.busy -= 1
        try:
            c.guard(_backward_threw, c, error, where, started)
        finally:
            c.busy += 1
        raise
    finally:
        c.busy -= 1
    if started is not None:
        c.guard(_ended, c, started, where, kwargs)
    return out


def _begin(c, args, kwargs):
    """Returns the targets, their values, the output gradients, and the leaves that the targets' graph reaches."""
    targets = tensors_in(args[0])
    values = [c.events.value_of(t) for t in targets]
    given = kwargs.get("gradient", kwargs.get("grad_tensors", args[1] if len(args) > 1 else None))
    seeds = tensors_in(given)
    inputs = kwargs.get("inputs")
    reached = reached_leaves(c, targets)
    if inputs is not None:
        ids = {id(t) for t in tensors_in(inputs)}
        reached = {key: t for key, t in reached.items() if key in ids}
    return targets, values, seeds, reached


def reached_leaves(c, targets):
    """The leaves that the targets' graph reaches, by id."""
    return {id(t): t for t in c.events.leaves_behind(targets)}


def _ended(c, started, where, kwargs):
    targets, values, seeds, reached = started
    c.reports.count()
    moment = c.log.tick()
    kept = bool(kwargs.get("retain_graph") or kwargs.get("create_graph"))
    c.backwards.append(Backward(moment, where, values, set(reached), kept))
    with c.silence():
        for tensor in reached.values():
            leaf = c.leaf_of(tensor)
            if leaf is not None:
                leaf.graded = moment
        spoilt = not_fine([t for t in reached.values() if t.grad is not None]) if c.values else []
        if spoilt:
            if not seeds:
                seeds = [torch.ones_like(t) for t in targets]
            explain_numbers(c, values, seeds, spoilt, [t.grad for t in spoilt], where)
        elif c.values and not kept:
            c.log.let_go(c.started)
            c.started = moment
    find_hidden(c, reached, where)
    c.forget()


# ---- torch.autograd.grad ----


def on_grad(c, func, args, kwargs):
    where = c.guard(here)
    outputs = tensors_in(args[0] if args else kwargs.get("outputs"))
    inputs = tensors_in(args[1] if len(args) > 1 else kwargs.get("inputs"))
    values = c.guard(lambda: [c.events.value_of(t) for t in outputs])
    c.guard(lambda: [c.events.value_of(t) for t in inputs])
    graph = bool(kwargs.get("create_graph", args[4] if len(args) > 4 else False))
    c.busy += 1
    try:
        out = func(*args, **kwargs)
    except Exception as error:
        c.busy -= 1
        try:
            c.guard(_grad_threw, c, error, where, outputs, values, inputs)
        finally:
            c.busy += 1
        raise
    finally:
        c.busy -= 1
    if values is not None:
        seeds = tensors_in(kwargs.get("grad_outputs", args[2] if len(args) > 2 else None))
        c.guard(_answered, c, out, where, outputs, values, inputs, graph, seeds)
    return out


def _answered(c, out, where, outputs, values, inputs, graph, seeds):
    c.reports.count()
    c.looked = True
    gradients = [out] if isinstance(out, torch.Tensor) else list(out)
    pairs = list(zip(inputs, gradients))
    second = any(_is_gradient(c, v) for v in values)
    with c.silence():
        missing = [t for t, g in pairs if g is None]
        if missing:
            _explain_grad(c, values, missing, where, second)
        if c.values:
            there = [(t, g) for t, g in pairs if isinstance(g, torch.Tensor)]
            spoilt = [(t, g) for (t, g), bad in zip(there, bad_gradients([g for _, g in there])) if bad]
            if spoilt and second:
                for tensor, _ in [s for s in spoilt if not s[1].isnan().any()]:
                    _second_order(c, tensor, where, "zero")
                spoilt = [s for s in spoilt if s[1].isnan().any()]
            if spoilt:
                explain_numbers(
                    c,
                    values,
                    seeds or [torch.ones_like(t) for t in outputs],
                    [t for t, _ in spoilt],
                    [g for _, g in spoilt],
                    where,
                )
        made = [g for _, g in pairs if isinstance(g, torch.Tensor)]
        if made:
            inputs_of = values + [c.events.value_of(t) for t, g in pairs if g is not None]
            op = c.log.record("grad", inputs_of, [c.events.new_value(g) for g in made], where)
            c.log.set_backward_pass(op)
            c.log.set_call(op, Rule(["flows"], "gradient"))
            c.log.set_stopped(op, not graph, where)


def _is_gradient(c, value):
    """Whether the target is, or was computed from, a gradient that has a graph."""
    todo, seen = [value], set()
    while todo and len(seen) < 200:
        v = todo.pop()
        op = c.log.maker_of(v) if c.log.has_value(v) else -1
        if op < 0 or op in seen or not c.log.has_op(op):
            continue
        seen.add(op)
        if c.log.type_of(op) == "grad":
            return not c.log.stopped(op)
        todo += c.log.inputs_of(op)
    return False


def _second_order(c, tensor, where, status):
    c.add(
        status,
        "SECOND_ORDER",
        "what is differentiated here is itself a gradient, and it does not change with the source: what was differentiated first is linear in it "
        "piece by piece",
        where,
        op="grad",
        op_type="grad",
        **told_source(c, tensor),
    )


def _explain_grad(c, values, missing, where, second):
    for tensor in missing:
        judged = explain_absent(c, values, [tensor], where, keep=False)
        if second and len(judged) and judged.findings[0].cause in ("UNUSED", "UNKNOWN", "WRONG_SOURCE"):
            _second_order(c, tensor, where, "absent")
        else:
            c.reports.take(judged)


def _grad_threw(c, error, where, outputs, values, inputs):
    text = str(error)
    c.reports.count()
    if "appears to not have been used" in text:
        reached = reached_leaves(c, outputs)
        missing = [t for t in inputs if id(t) not in reached] or inputs
        _explain_grad(c, values or [], missing, where, any(_is_gradient(c, v) for v in values or []))
    elif "does not require grad" in text and values is not None:
        unable = [t for t in inputs if not t.requires_grad]
        if unable and any(o.requires_grad for o in outputs):
            explain_absent(c, values, unable, where)
        else:
            explain_absent(c, values, inputs, where)
    else:
        _errors.raised(c, error, where, values or ())


# ---- Where PyTorch raises ----


def _backward_threw(c, error, where, started):
    text = str(error)
    c.reports.count()
    if started is None:
        return
    targets, values, _, reached = started
    if "does not require grad" in text:
        with c.silence():
            sources = _candidates(c, values)
            if sources:
                explain_absent(c, values, sources, where)
            else:
                c.add("absent", "WRONG_TARGET", "the loss was computed from nothing that requires a gradient", where, source="the loss")
    else:
        _errors.raised(c, error, where, values)


def _candidates(c, values):
    """The tensors whose gradients the program may have wanted: leaves that require one, or else parameters, or else the loss's data that the program
    has names for."""
    alive = [leaf.ref() for leaf in c.leaves.values()]
    alive = [t for t in alive if t is not None]
    for wanted in (lambda t: t.requires_grad, lambda t: isinstance(t, torch.nn.Parameter)):
        some = [t for t in alive if wanted(t)]
        if some:
            used = [t for t in some if leads(c, t, values)]
            return used or some
    named = _names.Names().tensors()
    return [t for t in named if is_leaf(t) and t.is_floating_point() and leads(c, t, values)][:8]


def leads(c, tensor, values):
    """Whether a target was computed from the tensor."""
    value = c.events.find(tensor)
    if value < 0:
        return False
    wanted, seen, todo = {value, c.events.value_of(tensor)}, set(), list(values)
    while todo:
        v = todo.pop()
        if v in wanted:
            return True
        if v in seen or not c.log.has_value(v):
            continue
        seen.add(v)
        op = c.log.maker_of(v)
        if op >= 0 and c.log.has_op(op):
            todo += c.log.inputs_of(op)
    return False
