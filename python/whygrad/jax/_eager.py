"""Runs a function op by op with its numbers, for functions that cannot be traced without them: `if x > 0:` is allowed under jax.grad and decides
which ops run."""

import types

import jax
import numpy as np

from whygrad import _whygrad
from whygrad.jax import _jax, _places
from whygrad.jax._log import Value

core = _jax.core


class Traced(core.Tracer):
    """A value of the log that takes the place of an array."""

    __slots__ = ["value"]

    def __init__(self, trace, value):
        self._trace, self.value = trace, value
        self._line_info = None
        self._set_aval(value)

    def _set_aval(self, value):
        if isinstance(getattr(core.Tracer, "aval", None), property):
            return
        self.aval = _jax.aval_of(value.array)

    def __bool__(self):
        self._trace.drawer.log.choice("if", self.value, int(bool(self.value.array)), _whygrad.here())
        return bool(self.value.array)

    def __array__(self, *args, **kwargs):
        return np.asarray(self.value.array, *args, **kwargs)

    def to_concrete_value(self):
        return self.value.array

    def full_lower(self):
        return self


if isinstance(getattr(core.Tracer, "aval", None), property):  # JAX before 0.8 has no slot for it
    Traced.aval = property(lambda self: _jax.aval_of(self.value.array))


class EagerTrace(core.Trace):
    def __init__(self, parent, drawer):
        super().__init__()
        self.parent, self.drawer = parent, drawer

    def _value(self, x):
        if isinstance(x, Traced):
            return x.value
        array = jax.numpy.asarray(x)
        return self.drawer.log.constant(array, _jax.aval_of(array), None)

    def stage_value(self, val):
        return Traced(self, self._value(val))

    def process_primitive(self, primitive, tracers, params, /):
        with core.set_current_trace(self.parent):
            given = [self._value(t) for t in tracers]
            frames = _places.stack()
            eqn = types.SimpleNamespace(primitive=primitive, params=params, outvars=self._results(primitive, given, params))
            out = self.drawer.eqn(eqn, given, _places.users_place(frames), frames)
        made = [Traced(self, v) for v in out]
        return made if primitive.multiple_results else made[0]

    def _results(self, primitive, given, params):
        out = jax.eval_shape(lambda *xs: _jax.bind(primitive, params, xs), *[v.array for v in given])
        return [types.SimpleNamespace(aval=o) for o in out]

    def _own_rule(self, primitive, functions, tracers, params):
        with core.set_current_trace(self.parent):
            given = [self._value(t) for t in tracers]
            frames = _places.stack()

            def call(*xs):
                try:
                    return primitive.bind(*functions, *xs, **params)
                except TypeError:  # JAX from 0.8 on
                    return primitive.bind(*xs, subfuns=functions, **params)

            closed = _jax.make_jaxpr(call)(*[v.array for v in given])
            out = self.drawer.run(closed, given, _places.users_place(frames))
        return [Traced(self, v) for v in out]

    def process_custom_jvp_call(self, primitive, fun, jvp, tracers, /, *, symbolic_zeros):
        return self._own_rule(primitive, (fun, jvp), tracers, {"symbolic_zeros": symbolic_zeros})

    def process_custom_vjp_call(self, primitive, fun, fwd, bwd, tracers, /, *, out_trees, symbolic_zeros):
        return self._own_rule(primitive, (fun, fwd, bwd), tracers, {"out_trees": out_trees, "symbolic_zeros": symbolic_zeros})


def run(drawer, function, inputs):
    """Runs a function of flat arguments. Returns its results as values of the log."""
    with core.take_current_trace() as parent:
        trace = EagerTrace(parent, drawer)
        with core.set_current_trace(trace):
            out = function(*[Traced(trace, v) for v in inputs])
    with core.set_current_trace(parent):
        return [trace._value(o) for o in out]


__all__ = ["Value", "run"]
