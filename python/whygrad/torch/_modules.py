"""Watches modules: the parameters that are assigned to them, the gradients that they clear, and their copies."""

import sys

import torch

from whygrad._whygrad import here
from whygrad.torch import _mode
from whygrad.torch._settle import Rule


def watch_modules(c, patches):
    from torch.nn.modules import module

    def on_parameter(owner, name, parameter):
        c.guard(c.registered, owner, name, parameter)

    def on_module(owner, name, part):
        c.guard(c.adopted, owner, name, part)

    for register, hook in (
        ("register_module_parameter_registration_hook", on_parameter),
        ("register_module_module_registration_hook", on_module),
    ):
        if hasattr(module, register):
            patches.call_at_end(getattr(module, register)(hook).remove)
        else:
            patches.missing.append(register)

    def set_attribute(real):
        def __setattr__(owner, name, value):
            try:
                real(owner, name, value)
            except TypeError as error:
                c.guard(_not_a_parameter, c, owner, name, value, error, here())
                raise

        return __setattr__

    def zero(real):
        def zero_grad(owner, *args, **kwargs):
            return clear(c, real, owner, list(owner.parameters()), args, kwargs)

        return zero_grad

    patches.replace(torch.nn.Module, "__setattr__", set_attribute)
    patches.replace(torch.nn.Module, "zero_grad", zero)


def _not_a_parameter(c, owner, name, value, error, where):
    if "as parameter" not in str(error) or not isinstance(value, torch.Tensor):
        return
    c.add(
        "absent",
        "REBOUND",
        f"`{name}` is a parameter of {type(owner).__name__}, and this would put a computed tensor in its place",
        where,
        remedy="give the result a name of its own, and keep the parameter",
        source=f"parameter `{name}`",
        source_name=name,
    )


def clear(c, real, owner, parameters, args, kwargs):
    if c.busy:
        return real(owner, *args, **kwargs)
    c.resume()  # an exception may have left a step before
    where = here()
    off = c.pause()
    try:
        with c.unheard():
            result = real(owner, *args, **kwargs)
    finally:
        if off:
            c.resume()
    c.guard(_note_cleared, c, parameters, where)
    return result


def _note_cleared(c, parameters, where):
    moment = c.log.tick()
    for parameter in parameters:
        leaf = c.leaf_of(parameter)
        if leaf is not None:
            leaf.cleared, leaf.cleared_at = moment, where


# ---- Copies, and values from outside ----


def watch_copies(c, patches):
    def copied(real):
        def __deepcopy__(self, memo):
            if c.busy:
                return real(self, memo)
            with c.unheard():
                result = real(self, memo)
            c.guard(_note_copy, c, self, result, here())
            return result

        return __deepcopy__

    def parameter(real):
        def __new__(cls, data=None, requires_grad=True):
            value = c.guard(c.events.value_of, data) if isinstance(data, torch.Tensor) and not c.busy else None
            with c.unheard():
                result = real(cls, data, requires_grad)
            if value is not None and result is not data:
                c.guard(_note_parameter, c, value, result, here())
            if not c.busy and sys._getframe(1).f_code.co_name.startswith("_rebuild_parameter"):  # loaded from a file
                c.guard(_mark_copy, c, result)
            return result

        return __new__

    def from_numpy(real):
        def from_numpy(array):
            result = real(array)
            if not c.busy:
                c.guard(_mode.made, c, "from_numpy", result, ())
            return result

        return from_numpy

    def swap(real):
        def swap_tensors(t1, t2):
            """Drops the weak references before the swap, because PyTorch refuses tensors that have any."""
            let_go = c.guard(_let_go, c, t1, t2)
            try:
                with c.unheard():
                    real(t1, t2)
                if let_go:
                    let_go.reverse()
            finally:
                c.guard(_take_up, c, (t1, t2), let_go)

        return swap_tensors

    patches.replace(torch.utils, "swap_tensors", swap)
    patches.replace(torch.nn.Parameter, "__deepcopy__", copied)
    patches.replace(torch.nn.Parameter, "__new__", parameter)
    patches.replace(torch, "from_numpy", from_numpy)


def _let_go(c, *tensors):
    """Drops the weak references to the tensors. Returns their values for _take_up()."""
    values = [c.events.value_of(t) for t in tensors]
    for tensor in tensors:
        leaf = c.events.leaf_of(tensor)
        if leaf is not None:
            leaf.ref = None
        c.events.drop(tensor)
    return values


def _take_up(c, tensors, values):
    """Gives each tensor its value again. A variable stays the same variable and gets the value as its present one."""
    for tensor, value in zip(tensors, values):
        leaf = c.leaves.get(id(tensor))
        if leaf is not None:
            c.keep_leaf(tensor, leaf)
            if leaf.variable >= 0:
                c.log.set_version(leaf.variable, value)
                leaf.value = value
        c.events.name_value(tensor, value)


def _note_copy(c, original, copy, where):
    if copy is original or c.events.find(copy) >= 0:
        return
    with c.silence():
        value = c.events.value_of(original)
        leaf = c.new_leaf(copy, where)
        leaf.copied = True
        c.log.record("deepcopy", [value], [leaf.value], where, "variable")


def _mark_copy(c, parameter):
    leaf = c.leaf_of(parameter)
    if leaf is not None:
        leaf.copied = True


def _note_parameter(c, value, parameter, where):
    with c.silence():
        if not c.is_leaf(parameter):
            return
        leaf = c.new_leaf(parameter, where)
        maker = c.log.maker_of(value) if c.log.has_value(value) else -1
        if maker >= 0 and c.log.has_op(maker) and c.log.kind_of(maker) == "compute":
            op = c.log.record("Parameter", [value], [leaf.value], where)
            why = "nn.Parameter() makes a new leaf of the numbers and leaves behind what they were computed from"
            c.log.set_call(op, Rule(["host_read"], "none", why, "keep the parameters as they are, and compute with the tensor itself"))
