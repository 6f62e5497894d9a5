"""Checks for tests, which say why they fail. The pytest plugin offers them as fixtures too.

They take programs of this engine, of TensorFlow, of PyTorch and of JAX. What TensorFlow and PyTorch compute must be watched while they compute: the fixtures
see to it for the length of a test; elsewhere open `with whygrad.testing.watch():` around it. Of JAX the function itself is given, which is called here.
"""

import contextlib
import importlib
import sys

from whygrad._diagnose import diagnose, explain

__all__ = ["assert_gradient", "assert_no_gradient", "no_dead_parameters", "watch"]

_OTHERS = ("tensorflow", "torch")


def _engine_of(value):
    """The other engine whose object it is; None for this one's."""
    name = type(value).__module__.partition(".")[0]
    return importlib.import_module(f"whygrad.{name}") if name in _OTHERS else None


@contextlib.contextmanager
def watch():
    """The engines that the program has imported are watched inside."""
    with contextlib.ExitStack() as open_reports:
        for name in _OTHERS:
            if name in sys.modules:
                open_reports.enter_context(importlib.import_module(f"whygrad.{name}").diagnose(values=True))
        yield


def assert_gradient(tape, target, sources=None):
    """The target has a gradient with respect to each source, which is neither all zeros nor anywhere NaN or infinite. A tape of this engine stays as it is;
    TensorFlow's is asked, so a second question takes a persistent one. PyTorch has no tapes: assert_gradient(loss, parameters) leaves graph and .grad.
    Nor has JAX: assert_gradient(loss, params) is about jax.grad(loss)(params), assert_gradient(loss, (params, x)) about both arguments."""
    __tracebackhide__ = True
    engine = _engine_of(tape)
    if _is_function_of_jax(tape, sources):
        explanation = _of_jax(tape, target)
    elif engine is None:
        explanation = explain(tape, target, sources, values=True)
    elif sources is None:
        explanation = _of_pytorch(engine, tape, target)
    else:
        engine.explain(tape, target, sources)  # refuses a tape that nobody watched
        with engine.diagnose(values=True) as explanation:
            tape.gradient(target, sources)
    if explanation.findings:
        raise AssertionError(f"\n{explanation}")


def _of_pytorch(engine, loss, parameters):
    import torch

    parameters = [parameters] if isinstance(parameters, torch.Tensor) else list(parameters)
    engine.explain(loss, parameters)  # refuses a loss that nobody watched
    with engine.diagnose(values=True) as report:
        torch.autograd.grad(loss, parameters, retain_graph=True, allow_unused=True)
    return report


def _is_function_of_jax(function, sources):
    return sources is None and "jax" in sys.modules and callable(function)


def _of_jax(function, arguments):
    arguments = arguments if type(arguments) is tuple else (arguments,)
    return importlib.import_module("whygrad.jax").explain(function, *arguments, argnums=tuple(range(len(arguments))))


def assert_no_gradient(tape, target, sources=None, reason=None):
    """No source has a gradient that is of use, each for the reason with this code, "WG103", or name, "NONDIFF_OP". Of JAX:
    assert_no_gradient(loss, params, reason="NONDIFF_OP")."""
    __tracebackhide__ = True
    from whygrad import _nest

    if _is_function_of_jax(tape, sources):
        arguments = target if type(target) is tuple else (target,)
        explanations = [importlib.import_module("whygrad.jax").explain(tape, *arguments, argnums=i) for i in range(len(arguments))]
    else:
        explanations = (explain(tape, target, source, values=True) for source in _nest.flatten(sources))
    for explanation in explanations:
        if not explanation.findings:
            raise AssertionError(f"there is a gradient, and {reason} was expected to keep it away")
        if not any(reason in (finding.code, finding.cause) for finding in explanation.findings):
            raise AssertionError(f"{reason} was expected\n{explanation}")


def no_dead_parameters(model, loss_fn):
    """Each trainable parameter of the model has a gradient of loss_fn(model), which is neither all zeros nor anywhere NaN or infinite. The model is an
    nn.Module, whose .grad are afterwards what they were, has `trainable_variables`, as Keras's models and modules here and on TensorFlow do, or is a tree of
    JAX's arrays, such as Flax's parameters and a module of Equinox."""
    __tracebackhide__ = True
    if _is_tree_of_jax(model):
        report = importlib.import_module("whygrad.jax").explain(loss_fn, model)
    elif hasattr(model, "named_parameters"):
        report = _after_backward(model, loss_fn)
    elif hasattr(model, "trainable_variables"):
        report = _after_tape(model, loss_fn)
    else:
        raise TypeError(
            f"[no_dead_parameters] {type(model).__name__} has neither parameters() nor trainable_variables\n"
            "help: pass an nn.Module, a Keras model, a tf.Module or a tree of JAX's arrays"
        )
    if report.findings:
        raise AssertionError(f"\n{report}")


def _is_tree_of_jax(model):
    jax = sys.modules.get("jax")
    return jax is not None and any(isinstance(leaf, jax.Array) for leaf in jax.tree_util.tree_leaves(model))


def _after_backward(model, loss_fn):
    engine = importlib.import_module("whygrad.torch")
    parameters = [p for p in model.parameters() if p.requires_grad]
    before = [p.grad for p in parameters]
    for p in parameters:
        p.grad = None
    try:
        with engine.diagnose(values=True) as report:
            loss_fn(model).backward()
            for p in parameters:
                p.grad  # noqa: B018  (a gradient is asked about where the program looks at it)
    finally:
        for p, gradient in zip(parameters, before):
            p.grad = gradient
    return report


def _after_tape(model, loss_fn):
    others = (type(v).__module__.partition(".")[0] for v in model.trainable_variables)
    if any(name in ("tensorflow", "keras") for name in others):
        import tensorflow as tf

        watched = importlib.import_module("whygrad.tensorflow").diagnose
    else:
        from whygrad import tf

        watched = diagnose
    with watched(values=True) as report:
        with tf.GradientTape() as tape:
            loss = loss_fn(model)
        tape.gradient(loss, [getattr(v, "value", v) if type(v).__module__.startswith("keras") else v for v in model.trainable_variables])
    return report
