"""The log of a program's ops, with the numbers that they computed if these are known."""

import jax
import numpy as np

from whygrad import _whygrad
from whygrad.jax import _jax


class Value:
    """A value of the log. array: None if only its type is known. written: whether it is a number in the program's text."""

    __slots__ = ("id", "aval", "array", "written")

    def __init__(self, id_, aval, array, written=False):
        self.id, self.aval, self.array, self.written = id_, aval, array, written


class Call:
    """The facts that are needed to call an op again: above all a function of its inputs that returns a list of its results."""

    __slots__ = ("run", "key", "rule", "within")

    def __init__(self, run, key=None, rule=False, within=""):
        self.run = run
        self.key = key  # equal for calls that answer alike for inputs of the same types
        self.rule = rule  # whether its gradient is a user's rule
        self.within = within  # the function of JAX's library that it is part of


class Log:
    def __init__(self):
        self.flow = _whygrad.FlowBuilder()
        self.carries = {}  # for each settled op: which inputs it passes a gradient to

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
        """The values that a gradient of the targets reaches. ops: settled, and in order."""
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
    """The elements as an array; None for a value whose elements cannot be counted."""
    if array is None or isinstance(array, _jax.Tracer):
        return None
    try:
        if str(getattr(array, "dtype", "")) in ("bfloat16",) or str(getattr(array, "dtype", "")).startswith(("float8", "int4", "uint4")):
            array = jax.numpy.asarray(array).astype("float32")
        elements = np.ascontiguousarray(np.asarray(array))
        return elements.reshape(np.shape(array)) if elements.dtype.kind in "fciub" and elements.dtype.names is None else None
    except Exception:  # for example keys of random numbers, or arrays on other machines
        return None
