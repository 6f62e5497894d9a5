"""whygrad.torch.diagnose(): what is watched in PyTorch while a program runs, and taken back after."""

import dis
import sys

import torch

from whygrad import _whygrad
from whygrad._live import engine
from whygrad._live.patches import Patches
from whygrad._live.report import LiveReport
from whygrad._whygrad import here
from whygrad.torch import _mode, _names, _questions
from whygrad.torch._collector import NEVER, Collector
from whygrad.torch._settle import Rule, tensors_in


class diagnose(LiveReport):
    """Collects what there is to say about the gradients of a PyTorch program inside:

        with whygrad.torch.diagnose(values=True) as report:
            train_step()
        print(report)

    values: also why gradients are zero, NaN or infinite.
    """

    def __init__(self, values=False):
        super().__init__(_whygrad.LiveReport("torch"))
        self._values = values

    def _install(self):
        _session.join(self, self._report, self._values)

    def _remove(self):
        _session.leave(self)


class _Session:
    """The one collector of all reports that are open: the first installs it, the last takes it back."""

    def __init__(self):
        self.collector = self._patches = None
        self._open = {}  # reports, and whether they want values

    def join(self, owner, report, values):
        if owner in self._open:
            raise RuntimeError("[diagnose] the report is open already\nhelp: make another diagnose() to nest")
        if not self._open:
            self.collector, self._patches = Collector(), Patches()
            install(self.collector, self._patches)
        self._open[owner] = (report, values)
        self._settle()

    def leave(self, owner):
        if owner not in self._open:
            return
        c = self.collector
        c.guard(_at_end, c)
        del self._open[owner]
        owner.add_remarks(self._remarks())
        if self._open:
            self._settle()
            return
        self._patches.remove()
        self.collector = self._patches = None

    def _settle(self):
        self.collector.report.all = [report for report, _ in self._open.values()]
        self.collector.values = any(values for _, values in self._open.values())

    def _remarks(self):
        missing = ", ".join(sorted(set(self._patches.missing)))
        return [
            engine.version_note("torch", torch.__version__),
            "compiled functions ran eagerly while they were watched" if self.collector.compiled else "",
            f"this PyTorch has no {missing}: what depends on it was not seen" if missing else "",
            self.collector.guard.text(),
        ]


_session = _Session()


class Watch(diagnose):
    """What watch() gives: a report that grows until remove()."""

    def __init__(self, model, optimizer, values):
        super().__init__(values)
        self._install()
        c = _session.collector
        for part in model.modules():
            for name, child in part.named_children():
                c.owners.setdefault(child, (_names.weak(part), name))
            for name, parameter in part.named_parameters(recurse=False):
                with c.silence():
                    c.value_of(parameter)
                leaf = c.leaf_of(parameter)
                if leaf is not None:
                    leaf.owner = _names.weak(part), name
        if optimizer is not None:
            c.optimizers.add(optimizer)


def watch(model, optimizer=None, values=False):
    """Watches a model that is being trained, in any loop:

        handle = whygrad.torch.watch(model, optimizer)
        trainer.fit(model)
        print(handle)
        handle.remove()

    values: also why gradients are zero, NaN or infinite.
    """
    return Watch(model, optimizer, values)


def explain(loss, parameters):
    """What stands between the loss and each parameter, which a diagnose() or watch() that is open has seen being computed. Nothing is differentiated."""
    parameters = [parameters] if isinstance(parameters, torch.Tensor) else list(parameters)
    c = _session.collector
    if c is not None and c.guard(c.value_of, loss) is not None:
        with c.silence():
            report = _whygrad.LiveReport("torch")
            report.explain(c.log.draw(_questions.question_about(c, [c.value_of(loss)], parameters, here(), "open")))
            return report.explanation
    raise RuntimeError(
        "[explain] nobody watched the loss being computed\nhelp: compute it inside of `with whygrad.torch.diagnose():`, and call explain() there"
    )


def install(c, patches):
    """c: the collector that is told."""
    c.quiet_at = here()
    _watch_modules(c, patches)
    _watch_optimizers(c, patches)
    _watch_functions(c, patches)
    _watch_copies(c, patches)
    _run_compiled_eagerly(c, patches)
    stream = c.stream = _mode.Stream(c)
    stream.__enter__()
    patches.call_at_end(lambda: c.resume() or stream.__exit__(None, None, None))


def _at_end(c):
    """Where nobody looked at a gradient or made a step, the last backward pass is asked about all leaves that were trained to be."""
    if c.looked or not c.backwards:
        return
    last = c.backwards[-1]
    missing = []
    for key, leaf in list(c.leaves.items()):
        tensor = leaf.ref()
        if (
            tensor is not None
            and tensor.requires_grad
            and isinstance(tensor, torch.nn.Parameter)
            and leaf.graded == NEVER
            and key not in last.reached
        ):
            missing.append(tensor)
    if missing:
        with c.silence():
            _questions.ask_about(c, missing, last.where)


def _run_compiled_eagerly(c, patches):
    """A compiled function shows none of its ops."""
    if not hasattr(torch.compiler, "set_stance"):
        patches.missing.append("torch.compiler.set_stance")
        return

    def be_eager():
        stance = torch.compiler.set_stance("force_eager")
        patches.call_at_end(lambda: stance.__exit__(None, None, None))

    def compile_(real):
        def compile(*args, **kwargs):
            if not c.compiled:
                c.compiled = True
                if not already:
                    c.guard(be_eager)
            with c.silence():
                return real(*args, **kwargs)

        return compile

    already = "torch._dynamo" in sys.modules
    if already:
        c.guard(be_eager)
    patches.replace(torch, "compile", compile_)


# ---- Modules ----


def _watch_modules(c, patches):
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
            return _clear(c, real, owner, list(owner.parameters()), args, kwargs)

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
        source=f"variable `{name}`",
        source_name=name,
    )


def _clear(c, real, owner, parameters, args, kwargs):
    if c.busy:
        return real(owner, *args, **kwargs)
    c.resume()  # where an exception had left a step
    where = here()
    off = c.pause()
    try:
        with c.silence():
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


# ---- Optimizers ----


def _watch_optimizers(c, patches):
    from torch.optim import optimizer

    def init(real):
        def __init__(self, *args, **kwargs):
            with c.silence():
                real(self, *args, **kwargs)
            c.guard(made, self)

        return __init__

    def made(self):
        c.optimizers.add(self)
        c.made_at[self] = here()

    def zero(real):
        def zero_grad(self, *args, **kwargs):
            return _clear(c, real, self, [p for g in self.param_groups for p in g["params"]], args, kwargs)

        return zero_grad

    def before(self, args, kwargs):
        if c.busy:
            return
        c.resume()
        off = c.pause()
        c.guard(_before_step, c, self)
        if off and (len(args) > 1 or kwargs.get("closure")):  # a closure is the program's own
            c.resume()

    def after(self, args, kwargs):
        if not c.busy:
            c.resume()
            c.guard(_after_step, c, self)

    patches.replace(optimizer.Optimizer, "__init__", init)
    patches.replace(optimizer.Optimizer, "zero_grad", zero)
    for register, hook in (("register_optimizer_step_pre_hook", before), ("register_optimizer_step_post_hook", after)):
        if hasattr(optimizer, register):
            patches.call_at_end(getattr(optimizer, register)(hook).remove)
        else:
            patches.missing.append(register)


def _before_step(c, optimizer):
    c.optimizers.add(optimizer)
    c.looked = True
    where = here()
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
        _questions.ask_about(c, wanting, where)


def _after_step(c, optimizer):
    moment = c.log.tick()
    known = c.known
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            ref = known.get(id(parameter))
            if ref is not None and ref.leaf is not None:
                ref.leaf.used = moment
    c.in_place.append((here(), "step", None, None, ""))  # of parameters of all shapes


# ---- Functions of the user's own ----


def _watch_functions(c, patches):
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
            c.quiet_at = c.guard(here)
            return real(self)

        return __enter__

    patches.replace(torch.inference_mode, "__enter__", entered)

    def clip(real):
        def clip_grad_norm_(parameters, *args, **kwargs):
            where = c.guard(here)
            listed = [parameters] if isinstance(parameters, torch.Tensor) else list(parameters)
            before = c.guard(_spoilt_before, c, listed)
            with c.silence():
                norm = real(listed, *args, **kwargs)
            if before:
                c.guard(_clipped, c, listed, before, where)
            return norm

        return clip_grad_norm_

    patches.replace(torch.nn.utils, "clip_grad_norm_", clip)


def _run(c, cls, real, args, kwargs):
    """One call of a Function. What its forward does is seen, but a rule of the user's stands for it."""
    where = c.guard(here)
    tensors = tensors_in(args)
    values = c.guard(lambda: [c.value_of(t) for t in tensors]) or []
    before = c.log.moment
    plain = cls.__module__ != "torch.utils.checkpoint"  # a checkpoint's forward is the program's own code
    mark = c.quiet_at
    c.quiet_at = where
    c.in_function += plain
    try:
        out = real(*args, **kwargs)
    finally:
        c.in_function -= plain
        c.quiet_at = mark
    c.guard(_note_function, c, cls, tensors, values, out, before, where)
    return out


def _note_function(c, cls, tensors, values, out, before, where):
    made = tensors_in(out)
    if not made:
        return
    with c.silence():
        inner = [c.known[id(o)].value for o in made if id(o) in c.known]
        inner = [
            v for v in inner if v not in values and c.log.has_value(v) and c.log.maker_of(v) >= 0 and c.log.moment_of(c.log.maker_of(v)) > before
        ]
        outs = [c.new_value(o) for o in made]
        op = c.log.record(cls.__name__, values + inner, outs, where)
        connected = any(o.requires_grad for o in made)
        rule = Rule(["user_rule"] * len(values) + ["replaced" if connected else "flows"] * len(inner), "custom_gradient")
        c.log.set_call(op, rule)
        if not connected and not torch.is_grad_enabled() or inner and not connected:
            c.log.set_stopped(op, True, where)
        returns = _return_of(cls)
        if returns is not None:
            c.log.set_returns_at(op, returns)
        c.rules[cls.__name__] = op, returns
        node = next((o.grad_fn for o in made if o.grad_fn is not None), None)
        if node is not None:
            node.register_hook(_listener(c, rule, len(tensors)))


def _listener(c, rule, count):
    """Hears what the backward gave for each tensor."""

    def hook(given, _):
        if len(given) >= count:
            for i in range(count):
                rule.returned[i] = given[i] is not None
            if c.values:
                rule.returned["passed"] = [None if g is None else g.detach() for g in given[:count]]

    return hook


def _return_of(cls):
    """The line on which the backward returns, where there is one."""
    code = getattr(getattr(cls, "backward", None), "__code__", None)
    if code is None or not cls.__module__ or cls.__module__.startswith("torch."):
        return None
    returns = [i for i in dis.get_instructions(code) if i.opname.startswith("RETURN_")]
    return _whygrad.place_of_frame(code, returns[-1].offset) if returns else None


def _spoilt_before(c, parameters):
    if c.busy or not c.values:
        return None
    with c.silence():
        gradients = [p.grad for p in parameters if p.grad is not None]
        return [id(g) for g, bad in zip(gradients, _questions.bad_gradients(gradients)) if bad and not g.isfinite().all()]


def _clipped(c, parameters, before, where):
    """One gradient that is not finite makes the norm so, and the norm scales all."""
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


# ---- Copies, and values from outside ----


def _watch_copies(c, patches):
    def copied(real):
        def __deepcopy__(self, memo):
            if c.busy:
                return real(self, memo)
            with c.silence():
                result = real(self, memo)
            c.guard(_note_copy, c, self, result, here())
            return result

        return __deepcopy__

    def parameter(real):
        def __new__(cls, data=None, requires_grad=True):
            value = c.guard(c.value_of, data) if isinstance(data, torch.Tensor) and not c.busy else None
            with c.silence():
                result = real(cls, data, requires_grad)
            if value is not None and result is not data:
                c.guard(_note_parameter, c, data, value, result, here())
            return result

        return __new__

    def from_numpy(real):
        def from_numpy(array):
            result = real(array)
            if not c.busy:
                c.guard(_mode.made, c, "from_numpy", result, ())
            return result

        return from_numpy

    patches.replace(torch.nn.Parameter, "__deepcopy__", copied)
    patches.replace(torch.nn.Parameter, "__new__", parameter)
    patches.replace(torch, "from_numpy", from_numpy)


def _note_copy(c, original, copy, where):
    if copy is original or id(copy) in c.known:
        return
    with c.silence():
        value = c.value_of(original)
        leaf = c.new_leaf(copy, where)
        c.log.record("deepcopy", [value], [leaf.value], where, "variable")


def _note_parameter(c, data, value, parameter, where):
    with c.silence():
        if not c.is_leaf(parameter):
            return
        leaf = c.new_leaf(parameter, where)
        maker = c.log.maker_of(value) if c.log.has_value(value) else -1
        if maker >= 0 and c.log.has_op(maker) and c.log.kind_of(maker) == "compute":
            op = c.log.record("Parameter", [value], [leaf.value], where)
            why = "nn.Parameter() makes a new leaf of the numbers and leaves behind what they were computed from"
            c.log.set_call(op, Rule(["host_read"], "none", why, "keep the parameters as they are, and compute with the tensor itself"))
