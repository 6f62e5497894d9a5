"""Watches torch.autograd.Function. The user's rule stands for the ops of its forward."""

import dis

import torch

from whygrad import _whygrad
from whygrad._whygrad import here
from whygrad.torch._settle import Rule, tensors_in

_NOT_DIFFERENTIABLE = (
    "its results require no gradient although what it was given does: its forward marks them with ctx.mark_non_differentiable(), or they are integers",
    "take ctx.mark_non_differentiable() away where this path is meant to be trained; backward() then gives the gradient",
)
_REENTRANT = "call the checkpoint with use_reentrant=False; or let one of its inputs require a gradient, which the reentrant kind needs"


def watch_functions(c, patches):
    def apply(real):
        def apply(cls, *args, **kwargs):
            if c.busy:
                return real.__get__(None, cls)(*args, **kwargs)
            return _run(c, cls, real.__get__(None, cls), args, kwargs)

        return classmethod(apply)

    real = torch.autograd.Function.__dict__.get("apply")
    if real is None:
        patches.missing.append("Function.apply")
    else:
        patches.put(torch.autograd.Function, "apply", apply(real))

    def entered(real):
        def __enter__(self):
            c.events.quiet_at = here()
            return real(self)

        return __enter__

    def checked(real):
        def check(*args, **kwargs):
            """Runs without being recorded: the check asks for gradients that the program does not need."""
            with c.unheard():
                return real(*args, **kwargs)

        return check

    patches.replace(torch.inference_mode, "__enter__", entered)
    for name in ("gradcheck", "gradgradcheck"):
        patches.replace(torch.autograd, name, checked)


def _run(c, cls, real, args, kwargs):
    """Runs one call of a Function. The ops of its forward are seen, but the user's rule stands for them."""
    where = here()
    tensors = tensors_in(args)
    values = c.guard(lambda: [c.events.value_of(t) for t in tensors]) or []
    before = c.log.moment
    plain = cls.__module__ != "torch.utils.checkpoint"  # a checkpoint's forward is the program's own code
    mark = c.events.quiet_at
    c.events.quiet_at = where
    c.events.in_function += plain
    try:
        out = real(*args, **kwargs)
    finally:
        c.events.in_function -= plain
        c.events.quiet_at = mark
    c.guard(_note_function, c, cls, tensors, values, out, before, where)
    return out


def _note_function(c, cls, tensors, values, out, before, where):
    made = tensors_in(out)
    if not made:
        return
    with c.silence():
        inner = [v for v in map(c.events.find, made) if v >= 0]
        inner = [
            v for v in inner if v not in values and c.log.has_value(v) and c.log.maker_of(v) >= 0 and c.log.moment_of(c.log.maker_of(v)) > before
        ]
        outs = [c.events.new_value(o) for o in made]
        op = c.log.record(cls.__name__, values + inner, outs, where)
        connected = any(o.requires_grad for o in made)
        refused = not connected and torch.is_grad_enabled() and any(t.requires_grad for t in tensors)
        if refused:
            flows = ["unanswered"] * len(values) + ["replaced"] * len(inner)
            rule = Rule(flows, "custom_gradient", *_NOT_DIFFERENTIABLE)
        else:
            flows = ["user_rule"] * len(values) + ["replaced" if connected else "flows"] * len(inner)
            rule = Rule(flows, "custom_gradient", remedy=_REENTRANT if cls.__name__ == "CheckpointFunction" and not connected else "")
        c.log.set_call(op, rule)
        if not connected and not refused and (inner or not torch.is_grad_enabled()):
            c.log.set_stopped(op, True, where)
        returns = _return_of(cls)
        if returns is not None:
            c.log.set_returns_at(op, returns)
        c.rules[cls.__name__] = op, returns
        node = next((o.grad_fn for o in made if o.grad_fn is not None), None)
        if node is not None:
            node.register_hook(_listener(c, rule, len(tensors)))


def _listener(c, rule, count):
    """Makes a hook that notes what the backward returned for each tensor."""

    def hook(given, _):
        if len(given) >= count:
            for i in range(count):
                rule.returned[i] = given[i] is not None
            if c.values:
                rule.returned["passed"] = [None if g is None else g.detach() for g in given[:count]]

    return hook


def _return_of(cls):
    """The line on which the backward returns; None if it is not the user's code."""
    code = getattr(getattr(cls, "backward", None), "__code__", None)
    if code is None or not cls.__module__ or cls.__module__.startswith("torch."):
        return None
    returns = [i for i in dis.get_instructions(code) if i.opname.startswith("RETURN_")]
    return _whygrad.place_of_frame(code, returns[-1].offset) if returns else None
