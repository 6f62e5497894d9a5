"""Watches optimizers: the parameters that they hold, their steps, and the clipping of gradients."""

import torch

from whygrad._whygrad import here
from whygrad.torch import _names, _questions
from whygrad.torch._modules import clear


def watch_optimizers(c, patches):
    from torch.optim import optimizer

    def init(real):
        def __init__(self, *args, **kwargs):
            with c.unheard():
                real(self, *args, **kwargs)
            c.guard(made, self)

        return __init__

    def made(self):
        c.optimizers.add(self)
        c.made_at[self] = here()
        _step_off_the_stack(c, patches, type(self))

    def zero(real):
        def zero_grad(self, *args, **kwargs):
            return clear(c, real, self, [p for g in self.param_groups for p in g["params"]], args, kwargs)

        return zero_grad

    def before(self, args, kwargs):
        if c.busy:
            return
        if not c.paused_for_step:
            c.resume()  # an exception may have left a step before
            c.guard(_step_off_the_stack, c, patches, type(self))
        off = c.pause()
        c.guard(_before_step, c, self)
        if off and (len(args) > 1 or kwargs.get("closure")):  # a closure is the program's own code
            c.resume()

    def after(self, *_):
        if not c.busy:
            if not c.paused_for_step:
                c.resume()
            c.guard(_after_step, c, self)

    patches.replace(optimizer.Optimizer, "__init__", init)
    patches.replace(optimizer.Optimizer, "zero_grad", zero)
    for register, hook in (("register_optimizer_step_pre_hook", before), ("register_optimizer_step_post_hook", after)):
        if hasattr(optimizer, register):
            patches.call_at_end(getattr(optimizer, register)(hook).remove)
        else:
            patches.missing.append(register)


def _step_off_the_stack(c, patches, kind):
    """Takes the function mode off the stack during the whole step. PyTorch's profiler calls the mode around each step, which costs more than the step
    of a small net."""
    if kind in c.steps:
        return
    c.steps.add(kind)

    def step_(real):
        def step(self, *args, **kwargs):
            if c.busy or args or kwargs or not c.pause():
                return real(self, *args, **kwargs)
            c.paused_for_step = True
            try:
                return real(self)
            finally:
                c.paused_for_step = False
                c.resume()

        return step

    if getattr(kind.step, "hooked", False):  # PyTorch has wrapped step() and calls the hooks around it
        patches.replace(kind, "step", step_)


def _before_step(c, optimizer):
    c.optimizers.add(optimizer)
    c.looked = True
    wanting = []
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            if not parameter.requires_grad:
                continue
            leaf = c.leaf_of(parameter)
            if leaf is None:
                continue
            gradient = parameter.grad
            if leaf.cleared > leaf.graded > leaf.used:
                _questions.cleared(c, parameter, leaf, "absent" if gradient is None else "zero")
            elif gradient is None and c.backwards and leaf.asked != c.backwards[-1].moment:
                leaf.asked = c.backwards[-1].moment
                if id(parameter) not in c.backwards[-1].reached:
                    wanting.append(parameter)
    if wanting:
        _questions.ask_about(c, wanting)


def _after_step(c, optimizer):
    moment = c.log.tick()
    leaf_of = c.events.leaf_of
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            leaf = leaf_of(parameter)
            if leaf is not None:
                leaf.used = moment
    c.in_place.append((here(), "step", None, None, ""))  # parameters of all shapes change


# ---- Clipping ----


def watch_clipping(c, patches):
    def clip(real):
        def clip_grad_norm_(parameters, *args, **kwargs):
            where = c.guard(here)
            listed = [parameters] if isinstance(parameters, torch.Tensor) else list(parameters)
            before = c.guard(_spoilt_before, c, listed)
            with c.unheard():
                norm = real(listed, *args, **kwargs)
            if before:
                c.guard(_clipped, c, listed, where)
            return norm

        return clip_grad_norm_

    patches.replace(torch.nn.utils, "clip_grad_norm_", clip)


def _spoilt_before(c, parameters):
    if c.busy or not c.values:
        return None
    with c.silence():
        gradients = [p.grad for p in parameters if p.grad is not None]
        return [id(g) for g, bad in zip(gradients, _questions.bad_gradients(gradients)) if bad and not g.isfinite().all()]


def _clipped(c, parameters, where):
    """Reports a norm that is not finite. One such gradient is enough to make it so, and the norm scales all gradients."""
    with c.silence():
        for p in parameters:
            if p.grad is None or p.grad.isfinite().all() and p.grad.any():
                continue
            status = "nan" if p.grad.isnan().any() else "zero" if not p.grad.any() else "inf"
            c.add(
                status,
                "EXPLODING",
                "a gradient that is not finite made the norm of all of them infinite or NaN, and clip_grad_norm_ scaled each by that",
                where,
                op="clip_grad_norm_",
                op_type="clip_grad_norm_",
                **_names.told_source(c, p),
            )
