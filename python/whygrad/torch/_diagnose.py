"""whygrad.torch.diagnose(): the patches of PyTorch that are in place while a program is watched."""

import sys

import torch

from whygrad import _whygrad
from whygrad._live.report import LiveReport
from whygrad._live.session import Session
from whygrad._whygrad import here
from whygrad.torch import _backward, _mode, _names, _questions
from whygrad.torch._collector import NEVER, Collector
from whygrad.torch._functions import watch_functions
from whygrad.torch._modules import watch_copies, watch_modules
from whygrad.torch._optimizers import watch_clipping, watch_optimizers


class _Session(Session):
    name, title = "torch", "PyTorch"

    def _install(self, patches):
        collector = Collector()
        install(collector, patches)
        return collector

    def _close(self, c):
        c.guard(_at_end, c)

    def _remarks(self, c):
        return ["compiled functions ran eagerly while they were watched"] if c.compiled else []


_session = _Session(torch.__version__)


class diagnose(LiveReport):
    """Collects findings about the gradients of the PyTorch program inside:

        with whygrad.torch.diagnose(values=True) as report:
            train_step()
        print(report)

    values: also explain gradients that are zero, NaN or infinite.
    """

    _session = _session


class Watch(diagnose):
    """The report that watch() returns. It grows until remove()."""

    def __init__(self, model, optimizer, values):
        super().__init__(values)
        self.open()
        c = _session.collector
        for part in model.modules():
            for name, child in part.named_children():
                c.owners.setdefault(child, (_names.weak(part), name))
            for name, parameter in part.named_parameters(recurse=False):
                with c.silence():
                    c.events.value_of(parameter)
                leaf = c.leaf_of(parameter)
                if leaf is not None:
                    leaf.owner = _names.weak(part), name
        if optimizer is not None:
            c.optimizers.add(optimizer)


def watch(model, optimizer=None, values=False):
    """Watches a model while any loop trains it:

        handle = whygrad.torch.watch(model, optimizer)
        trainer.fit(model)
        print(handle)
        handle.remove()

    values: also why gradients are zero, NaN or infinite.
    """
    return Watch(model, optimizer, values)


def explain(loss, parameters):
    """Explains what stops the gradient between the loss and each parameter. An open diagnose() or watch() must have seen the loss being computed.
    Nothing is differentiated."""
    parameters = [parameters] if isinstance(parameters, torch.Tensor) else list(parameters)
    c = _session.collector
    if c is not None and c.guard(c.events.value_of, loss) is not None:
        with c.silence():
            report = _whygrad.LiveReport("torch")
            report.explain(c.log.draw(_questions.question_about(c, [c.events.value_of(loss)], parameters, here(), "open")))
            return report.explanation
    raise RuntimeError(
        "[explain] nobody watched the loss being computed\nhelp: compute it inside of `with whygrad.torch.diagnose():`, and call explain() there"
    )


def install(c, patches):
    """Puts the patches in place. They report to the collector c."""
    stream = c.stream = _mode.Stream(c)
    c.events.quiet_at = here()
    patches.call_at_end(c.events.close)
    watch_modules(c, patches)
    watch_optimizers(c, patches)
    watch_functions(c, patches)
    watch_clipping(c, patches)
    watch_copies(c, patches)
    _run_compiled_eagerly(c, patches)
    stream.__enter__()
    patches.call_at_end(lambda: c.resume() or stream.__exit__(None, None, None))


def _at_end(c):
    """If the program neither read a gradient nor made a step, asks about the parameters that require a gradient and received none. A model that took
    no part in the losses, such as one that only predicts, is left out."""
    if c.looked or not c.backwards:
        return
    last = c.backwards[-1]
    trained = {id(root) for b in c.backwards for key in b.reached if (root := c.root_of(c.leaves.get(key))) is not None}
    missing = []
    for key, leaf in list(c.leaves.items()):
        tensor = leaf.ref()
        if (
            tensor is not None
            and tensor.requires_grad
            and isinstance(tensor, torch.nn.Parameter)
            and leaf.graded == NEVER
            and not leaf.copied
            and key not in last.reached
            and (not trained or (root := c.root_of(leaf)) is None or id(root) in trained or _backward.leads(c, tensor, last.targets))
        ):
            missing.append(tensor)
    if missing:
        with c.silence():
            _questions.ask_about(c, missing)


def _run_compiled_eagerly(c, patches):
    """Runs compiled functions eagerly during the watch, because they show none of their ops. PyTorch before 2.6 offers no way to do so for a
    while."""
    possible, already = hasattr(torch.compiler, "set_stance"), "torch._dynamo" in sys.modules

    def be_eager():
        stance = torch.compiler.set_stance("force_eager")
        patches.call_at_end(lambda: stance.__exit__(None, None, None))

    def compile_(real):
        def compile(*args, **kwargs):
            if not possible:
                patches.missing.append("torch.compiler.set_stance")
            elif not c.compiled:
                c.compiled = True
                if not already:
                    c.guard(be_eager)
            with c.unheard():
                return real(*args, **kwargs)

        return compile

    if possible and already:
        c.guard(be_eager)
    patches.replace(torch, "compile", compile_)
