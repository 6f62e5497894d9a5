"""A program's ops in the log, with the numbers that they computed where these are known."""

import jax
import numpy as np

from whygrad import _whygrad
from whygrad.jax import _jax


class Value:
    """A value of the log. array: None where only its type is known. written: it is a number of the program's text."""

    __slots__ = ("id", "aval", "array", "written")

    def __init__(self, id_, aval, array, written=False):
        self.id, self.aval, self.array, self.written = id_, aval, array, written


class Call:
    """What must be known to call an op once more: a function of its inputs that gives a list of its results."""

    __slots__ = ("run", "key", "rule", "within")

    def __init__(self, run, key=None, rule=False, within=""):
        self.run = run
        self.key = key  # the same for calls that answer alike, with inputs of the same types
        self.rule = rule  # its gradient is the user's own
        self.within = within  # the function of JAX's own library that it is part of


class Log:
    def __init__(self):
        self.flow = _whygrad.FlowBuilder()
        self.carries = {}  # by op, once it is settled: which inputs it passes a gradient to

    def value(self, aval, array=None):
        shape = [n if isinstance(n, int) else None for n in getattr(aval, "shape", ())]
        return Value(self.flow.value(0, str(getattr(aval, "dtype", "other")), shape, array), aval, array)

    def constant(self, array, aval, where):
        value = self.value(aval, array)
        value.written = True
        op = self.flow.record("constant", [], [value.id], where or _whygrad.Where(), "constant")
        if getattr(aval, "shape", None) == () and _jax.is_float(aval.dtype) and array is not None:
            self.flow.set_written(op, float(array))
        return value

    def op(self, name, inputs, avals, arrays, where, call, kind="compute"):
        outs = [self.value(aval, array) for aval, array in zip(avals, arrays or [None] * len(avals))]
        op = self.flow.record(name, [v.id for v in inputs], [v.id for v in outs], where or _whygrad.Where(), kind)
        self.flow.set_call(op, call)
        return outs

    def reached(self, targets, ops):
        """Values that a gradient of the targets comes to. ops: in order, and settled."""
        values = set(targets)
        for op in reversed(ops):
            carries = self.carries.get(op)
            if carries and not values.isdisjoint(self.flow.outputs_of(op)):
                values.update(v for v, passes in zip(self.flow.inputs_of(op), carries) if passes)
        return values

    def choice(self, name, predicate, chosen, where, kind="choice"):
        op = self.flow.record(name, [predicate.id], [], where or _whygrad.Where(), kind)
        self.flow.set_choice(op, chosen)


def elements_of(array):
    """An array of the elements; None for what has none that can be counted."""
    if array is None or isinstance(array, _jax.Tracer):
        return None
    try:
        if str(getattr(array, "dtype", "")) in ("bfloat16",) or str(getattr(array, "dtype", "")).startswith(("float8", "int4", "uint4")):
            array = jax.numpy.asarray(array).astype("float32")
        elements = np.ascontiguousarray(np.asarray(array))
        return elements.reshape(np.shape(array)) if elements.dtype.kind in "fciub" and elements.dtype.names is None else None
    except Exception:  # keys of random numbers, arrays on other machines
        return None
