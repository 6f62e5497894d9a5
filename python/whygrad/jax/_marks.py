"""Marks in traced functions. A mark receives the arguments of a differentiated function and the gradients. It has no result, and leaves nothing in
the compiled code."""

import itertools

import jax
import numpy as np
from jax.interpreters import ad, batching, mlir

from whygrad.jax import _jax

_numbers = itertools.count(1)
told_of = {}  # number of a mark to the function that receives its arrays

mark_p = _jax.Primitive("whygrad_mark")
mark_p.multiple_results = True
mark_p.def_abstract_eval(lambda *_, **__: [])
mlir.register_lowering(mark_p, lambda *_, **__: [])


@mark_p.def_impl
def _now(*arrays, number, levels):
    teller = told_of.get(number)
    if teller is not None:
        teller(arrays, levels)
    return []


def _jvp(primals, _, **params):
    mark_p.bind(*primals, **params)
    return [], []


def _batch(arrays, axes, *, number, levels):
    flags = tuple(axis is not None for axis in axes)
    moved = [jax.numpy.moveaxis(x, axis, 0) if flag else x for x, axis, flag in zip(arrays, axes, flags)]
    mark_p.bind(*moved, number=number, levels=(*levels, flags))
    return [], []


ad.primitive_jvps[mark_p] = _jvp
batching.primitive_batchers[mark_p] = _batch


def place(arrays, teller):
    """Places a mark: teller(arrays, levels) is called when the arrays have numbers. levels: for each axis that was added in front, which arrays have
    it."""
    number = next(_numbers)
    told_of[number] = teller
    mark_p.bind(*arrays, number=number, levels=())


def has_marks(closed):
    return any(eqn.primitive is mark_p or any(has_marks(body) for body in _bodies(eqn)) for eqn in closed.jaxpr.eqns)


def _bodies(eqn):
    for thing in eqn.params.values():
        for part in thing if isinstance(thing, (tuple, list)) else (thing,):
            if isinstance(part, _jax.ClosedJaxpr):
                yield part
            elif isinstance(part, _jax.core.Jaxpr):
                yield _jax.ClosedJaxpr(part, ())


class Look:
    """A compiled function that returns the arrays which the marks of another function receive."""

    def __init__(self, closed):
        self._marks = []

        def run(*arguments):
            found = []
            _run(closed, arguments, found)
            self._marks = [(number, levels) for number, levels, _ in found]
            return [arrays for _, _, arrays in found]

        self._run = _jax.jit(run)

    def tell(self, arguments):
        for (number, levels), arrays in zip(self._marks, self._run(*arguments)) if self._marks else self._first(arguments):
            teller = told_of.get(number)
            if teller is not None:
                teller(arrays, levels)

    def _first(self, arguments):
        made = self._run(*arguments)
        return list(zip(self._marks, made))


def _run(closed, arguments, found):
    jaxpr, known = closed.jaxpr, {}
    known.update(zip(jaxpr.constvars, closed.consts))
    known.update(zip(jaxpr.invars, arguments))

    def read(atom):
        return atom.val if isinstance(atom, _jax.Literal) else known[atom]

    for eqn in jaxpr.eqns:
        given = [read(a) for a in eqn.invars]
        if eqn.primitive is mark_p:
            found.append((eqn.params["number"], eqn.params["levels"], given))
        elif eqn.primitive.name == "debug_callback":
            continue
        else:
            known.update(zip(eqn.outvars, _eqn(eqn, given, found)))
    return [read(a) for a in jaxpr.outvars]


def _eqn(eqn, given, found):
    if any(has_marks(body) for body in _bodies(eqn)):
        if eqn.primitive.name == "scan":
            return _scan(eqn.params, given, found)
        body = _jax.inner_jaxpr(eqn.params)
        if body is not None and len(body.jaxpr.invars) == len(given):
            return _run(body, given, found)
    return _jax.bind(eqn.primitive, eqn.params, given)


def _scan(p, given, found):
    consts, carry = p["num_consts"], p["num_carry"]
    marks = []

    def body(state, rows):
        inner = []
        out = _run(p["jaxpr"], [*given[:consts], *state, *rows], inner)
        marks[:] = [(number, levels) for number, levels, _ in inner]
        return tuple(out[:carry]), (tuple(out[carry:]), [arrays for _, _, arrays in inner])

    state, (made, arrays) = _jax.scan(
        body, tuple(given[consts : consts + carry]), tuple(given[consts + carry :]), length=p["length"], reverse=p["reverse"]
    )
    for (number, levels), stacked in zip(marks, arrays):
        found.append((number, (*levels, (True,) * len(stacked)), stacked))
    return [*state, *made]


def one_of(arrays, levels, gradients):
    """The arrays without the axes of vmap and scan: those of a run whose gradients are not finite, or else of the first run. The last `gradients`
    arrays are gradients."""
    arrays = [np.asarray(a) if str(getattr(a, "dtype", "")) in _jax.FLOATS else a for a in arrays]
    for flags in reversed(levels):
        at = _worst(arrays[len(arrays) - gradients :], flags[len(flags) - gradients :])
        arrays = [a[at] if flag else a for a, flag in zip(arrays, flags)]
    return arrays


def _worst(gradients, flags):
    for g, flag in zip(gradients, flags):
        if flag and np.dtype(g.dtype).kind in "fc" and g.size:
            spoilt = ~np.isfinite(g.reshape(g.shape[0], -1)).all(axis=1)
            if spoilt.any():
                return int(spoilt.argmax())
    return 0
