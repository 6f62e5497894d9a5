"""The questions about a differentiated function: which of its arguments have no gradient, or one that is zero or not finite, and why."""

import contextlib
import io
import random

import jax
import numpy as np

from whygrad import _whygrad
from whygrad.jax import _eager, _jax, _names, _places, _settle, _structure
from whygrad.jax._log import Log, elements_of
from whygrad.jax._program import Drawer

CLOSED_OVER = "the function computes with this very array from outside, and not with its argument: what comes from outside counts as constant"
USE_THE_ARGUMENT = "use the argument inside of the function"


@contextlib.contextmanager
def _unnoticed():
    """A context in which the program's function runs again. Its output is dropped, because it has printed it before. The states of Python's and
    NumPy's random numbers are put back afterwards."""
    numpys, pythons = np.random.get_state(), random.getstate()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        np.random.set_state(numpys)
        random.setstate(pythons)


class Differentiated:
    """A function f with arguments. names: the names of the arguments' leaves, in order. where: the line that asks for the gradient."""

    def __init__(self, call, arguments, names, where, has_aux=False):
        leaves, tree = jax.tree_util.tree_flatten(arguments)
        self.names, self.where = names, where
        self.concrete = all(_jax.is_concrete(leaf) for leaf in leaves)
        self.given = leaves  # the leaves as the program passed them
        self.leaves = [jax.numpy.asarray(leaf) for leaf in leaves] if self.concrete else leaves

        def flat(*leaves):
            out = call(*jax.tree_util.tree_unflatten(tree, leaves))
            return jax.tree_util.tree_leaves(out[0] if has_aux else out)

        self._flat = flat
        self.closed = None  # its jaxpr; None if it cannot be traced without numbers
        self.takes_gradients = False  # f takes gradients inside, so that its own gradient is of second order
        self._trace()

    def _trace(self):
        with _unnoticed(), self._gradients_inside():
            try:
                self.closed = _jax.make_jaxpr(self._flat)(*self.leaves)
            except Exception:  # f needs numbers, or fails in any case
                if not self.concrete:
                    raise

    @contextlib.contextmanager
    def _gradients_inside(self):
        module, name = _jax.VJP
        real = getattr(module, name)

        def noted(*args, **kwargs):
            self.takes_gradients = True
            return real(*args, **kwargs)

        setattr(module, name, noted)
        try:
            yield
        finally:
            setattr(module, name, real)

    def at(self, leaves, consts):
        """The same function with these numbers as its arguments."""
        other = object.__new__(Differentiated)
        other.__dict__.update(self.__dict__)
        other.leaves, other.concrete = [jax.numpy.asarray(leaf) for leaf in leaves], True
        other.closed = _jax.ClosedJaxpr(self.closed.jaxpr, list(consts))
        return other

    def computes_with(self, i):
        """Whether any op has this leaf as an input, wherever the result is used."""
        return self.closed is not None and any(a is self.closed.jaxpr.invars[i] for eqn in self.closed.jaxpr.eqns for a in eqn.invars)

    def closes_over(self, i):
        """The line that computes with the array that was passed as this leaf, but takes it from the closure and not from the argument; None if there
        is none."""
        if self.closed is None or not self.concrete:
            return None
        same = [v for v, const in zip(self.closed.jaxpr.constvars, self.closed.consts) if const is self.given[i] or const is self.leaves[i]]
        for eqn in self.closed.jaxpr.eqns if same else ():
            if any(a is v for a in eqn.invars for v in same):
                return _places.users_place(_jax.frames_of(eqn))
        return None

    def draw(self, drawer, inputs):
        """Writes the function into the log. Returns its results as values of the log."""
        if self.closed is not None:
            return drawer.run(self.closed, inputs, self.where)
        with _unnoticed():
            return _eager.run(drawer, self._flat, inputs)

    def connected(self):
        """For each leaf, whether a path leads back to it."""
        likes = [jax.ShapeDtypeStruct(jax.numpy.shape(x), x.dtype if hasattr(x, "dtype") else jax.numpy.result_type(x)) for x in self.leaves]
        floats = [i for i, like in enumerate(likes) if _jax.is_float(like.dtype)]
        connected = [False] * len(likes)
        if not floats:
            return connected
        if self.closed is not None:
            try:
                return self._connected_by_trace(connected, floats, likes)
            except Exception:  # a loop may have a gradient only if numbers tell its trips
                if not self.concrete:
                    raise
                self.closed = None
        return self._connected_with_numbers(connected, floats)

    def _connected_by_trace(self, connected, floats, likes):
        fixed = _jax.core.jaxpr_as_fun(self.closed)
        outs = self.closed.out_avals
        if not any(_jax.is_float(o.dtype) for o in outs):
            return connected

        def backwards(seeds, leaves):
            made, back = _jax.vjp(_some(fixed, leaves, floats), *[leaves[i] for i in floats])
            return back([s if _jax.is_float(o.dtype) else _no_seed(o) for s, o in zip(seeds, made)])

        seeds = [jax.ShapeDtypeStruct(o.shape, o.dtype if _jax.is_float(o.dtype) else "float32") for o in outs]
        traced = _jax.make_jaxpr(backwards)(seeds, likes)
        for i, hit in zip(floats, _structure.depends(traced, [True] * len(seeds) + [False] * len(likes))):
            connected[i] = hit
        return connected

    def gradients(self):
        """JAX's gradients by leaf; None for a leaf that is not of floats."""
        floats = [i for i, leaf in enumerate(self.leaves) if _jax.is_float(leaf.dtype)]
        answers = [None] * len(self.leaves)
        with _unnoticed():
            made, back = _jax.vjp(_some(self._flat, self.leaves, floats), *[self.leaves[i] for i in floats])
        for i, gradient in zip(floats, back([jax.numpy.ones_like(o) if _jax.is_float(o.dtype) else _no_seed(o) for o in made])):
            answers[i] = gradient
        return answers

    def _connected_with_numbers(self, connected, floats):
        """Which leaves have a path, from a trace of the backward pass alone. The forward pass runs with numbers."""
        with _unnoticed():
            made, back = _jax.vjp(_some(self._flat, self.leaves, floats), *[self.leaves[i] for i in floats])
        seeds = [jax.ShapeDtypeStruct(o.shape, o.dtype if _jax.is_float(o.dtype) else "float32") for o in made]
        traced = _jax.make_jaxpr(lambda *ss: back([s if _jax.is_float(o.dtype) else _no_seed(o) for s, o in zip(ss, made)]))(*seeds)
        for i, hit in zip(floats, _structure.depends(traced, [True] * len(seeds))):
            connected[i] = hit
        return connected


def _some(function, leaves, floats):
    """The function as a function of its float leaves alone."""

    def run(*given):
        full = list(leaves)
        for i, x in zip(floats, given):
            full[i] = x
        return function(*full)

    return run


def _no_seed(out):
    return np.zeros(out.shape, jax.dtypes.float0)


def judge(reports, d, absent, spoilt=(), gradients=(), seeds=None):
    """Reports why leaves have no gradient, and why the gradients of others are 0 or not finite. gradients: JAX's answers, by leaf."""
    absent = list(absent)
    log = Log()
    tape = _whygrad.FlowTape(_whygrad.Where())
    tape.window(0, -1, "after", _whygrad.Where())
    tape.asked_at = d.where
    inputs, variables = [], []
    for leaf, name in zip(d.leaves, d.names):
        value = log.value(_jax.aval_of(leaf), leaf if d.concrete else None)
        variables.append(log.flow.add_variable(0, name, True, True, str(value.aval.dtype), list(value.aval.shape), d.where, _names.noun_of(name)))
        log.flow.set_version(variables[-1], value.id)
        tape.watch(value.id, 0)
        inputs.append(value)
    drawer = Drawer(log)
    targets = d.draw(drawer, inputs)

    def asked(wanted):
        question = _whygrad.FlowQuestion(tape, [t.id for t in targets], "absent", len(inputs), 0)
        for i in wanted:
            question.add_source(inputs[i].id, variables[i])
        for op in log.flow.relevant(question):
            if not log.flow.is_settled(op):
                _settle.settle(log, op)
        return question

    if spoilt:  # a branch that was not taken passes nothing, though its ops could
        reached = log.reached([t.id for t in targets], log.flow.relevant(asked(spoilt)))
        absent += [i for i in spoilt if inputs[i].id not in reached]
        spoilt = [i for i in spoilt if inputs[i].id in reached]
    for i in list(absent):
        where = d.closes_over(i)
        if where is not None:
            absent.remove(i)
            reports.add(
                "zero",
                "WRONG_SOURCE",
                CLOSED_OVER,
                where,
                remedy=USE_THE_ARGUMENT,
                source=f"{_names.noun_of(d.names[i])} `{d.names[i]}`",
                source_name=d.names[i],
            )
    if d.takes_gradients:
        absent = [i for i in absent if not _is_second_order(reports, d, i, drawer, reports.judge(log.flow.draw(asked([i]))))]
    if absent:
        reports.explain(log.flow.draw(asked(absent)))
    if spoilt:
        drawing = log.flow.draw(asked(spoilt))
        _settle.look_at_numbers(log, drawing, targets, seeds, [gradients[i] for i in spoilt])
        reports.explain(drawing)


def _is_second_order(reports, d, i, drawer, judged):
    """Whether the function is a derivative that does not depend on the argument. Then its gradient is rightly zero, and no op is at fault. Reports
    it."""
    finding = judged.findings[0] if len(judged) == 1 else None
    if finding is None:
        return False
    of_derivative = finding.cause == "NONDIFF_OP" and drawer.of_derivatives.get((finding.op, finding.line), False)
    if not of_derivative and finding.cause != "WRONG_TARGET" and not (finding.cause == "UNUSED" and d.computes_with(i)):
        return False
    name = d.names[i]
    why = f"a gradient is taken inside of the function, and it does not move with `{name}`: where the first derivative is constant, the second is 0"
    reports.add("zero", "SECOND_ORDER", why, d.where, source=f"{_names.noun_of(name)} `{name}`", source_name=name)
    return True


def is_bad(gradient):
    """Whether all its elements are 0 or some are not finite."""
    elements = elements_of(gradient)
    counted = None if elements is None else _whygrad.count_elements(elements)
    if counted is None:
        return False
    size, zeros, nans, infs = counted
    return size > 0 and (zeros == size or nans + infs > 0)
