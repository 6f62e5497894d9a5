"""Whatever function a gradient is lost in, the finding names the function that the program called, or an op that the program names itself."""

import contextlib
import functools
import linecache
import os
import re

import pytest

import compare_functions
import whygrad
import whygrad.tf as tf
from test_innocents import _CALLS, _tensors_in

_FILE = "<called>"


class _Makers(compare_functions.Makers):
    """Makers of tensors whose numbers lose gradients: zeros, ones, a constant, what lies at the edge of a domain."""

    def __init__(self, tape, low, high):
        super().__init__(tf, tape)
        self.low, self.high = low, high

    def numbers(self, dtype, *shape, lo=-3, hi=4, seed=0):
        if self.low is None or dtype not in compare_functions.FLOATING:
            return super().numbers(dtype, *shape, lo=lo, hi=hi, seed=seed)
        return super().numbers(dtype, *shape, lo=self.low, hi=self.high, seed=seed)


_NUMBERS = {"as they are": (None, None), "zeros": (0, 0), "ones": (1, 1), "minus one": (-1, -1), "large": (1e30, 2e30), "negative": (-300, -200)}


@functools.lru_cache(1)
def _compiled(call):
    return compile(call, _FILE, "eval")


def _findings(call, low, high):
    """What is said of the gradients of all results of a call, by all tensors in it."""
    linecache.cache[_FILE] = (len(call), None, [call + "\n"], _FILE)
    code = _compiled(call)
    with whygrad.diagnose(values=True) as report, tf.GradientTape() as tape:
        makers = _Makers(tape, low, high)
        try:
            results = [t for t in _tensors_in(eval(code, makers.names())) if t.dtype.is_floating or t.dtype.is_complex]
        except Exception:  # whether rightly so is a matter of test_functions.py
            return []
        if not results or not makers.made:
            return []
        with contextlib.suppress(LookupError, tf.errors.InvalidArgumentError):  # an op without a rule, a matrix without an inverse
            tape.gradient(results, makers.made)
    return report.findings


# Ops that a program writes as symbols.
_SYMBOLS = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "floordiv": "//",
    "floormod": "%",
    "pow": "**",
    "matmul": "@",
    "greater": ">",
}
_SYMBOLS.update(strided_slice="[", negative="-")
# What happened to a value, rather than what it was computed by: the line is named, and the event says what it did.
_EVENTS = {"variable", "host_read", "custom_gradient"}


def _wrong(call, finding):
    """Whether the finding names an op of the call's line that the program does not know."""
    op, names = finding.op_name, set(re.findall(r"\w+", call))
    if finding.file != _FILE or not op or op in _EVENTS:
        return False
    if any(name.endswith("_gradient") for name in names):
        return False  # it differentiates what it is the gradient of, whose op is named
    if finding.called:
        return not set(re.findall(r"\w+", finding.called)) <= names or finding.evidence[-1] != f"`{op}` was called by `{finding.called}`"
    return op not in names and _SYMBOLS.get(op, "\n") not in call and not any(op.endswith("_" + name) for name in names)


def _wrong_row(call, finding):
    """A row of the finding's table at the call's line that names neither the function that the program called nor an op that it names; None where there is none."""
    names = set(re.findall(r"\w+", call))
    if any(name.endswith("_gradient") for name in names):
        return None
    for step in finding.path[1:]:
        name = step.name.removeprefix("gradient of ").split("/")[0].rsplit(".", 1)[-1]
        known = name in names or _SYMBOLS.get(name, "\n") in call or any(name.endswith("_" + other) for other in names) or name in _EVENTS
        if step.place.startswith(_FILE + ":") and not known:
            return step.name
    return None


# How many calls of a function have to be told of, and how many are tried for that. Names do not depend on how the engine was compiled: under sanitizers one call of
# each function is told of, and all of them are run.
_SAMPLED = os.environ.get("WHYGRAD_TESTS") == "sampled"
_PER_FUNCTION, _TRIED = (1, 6) if _SAMPLED else (4, None)


@pytest.mark.parametrize("name", sorted(_CALLS))
def test_the_function_is_named(name):
    said = 0
    if _SAMPLED:
        for call in _CALLS[name]:
            compare_functions.evaluate(call, tf)
    for call in _CALLS[name][:_TRIED]:
        told = False
        for low, high in _NUMBERS.values():
            findings = _findings(call, low, high)
            for finding in findings:
                assert not _wrong(call, finding), f"{call}: {finding.op_name}\n{finding}"
                assert _wrong_row(call, finding) is None, f"{call}: {_wrong_row(call, finding)}\n{finding}"
            told = told or bool(findings)
            if told and _SAMPLED:
                break
        said += told
        if said == _PER_FUNCTION:
            break


def test_a_step_of_a_function_is_told_from_it():
    (finding,) = _findings("tf.norm(n(f32,2))", 0, 0)
    assert (finding.op, finding.op_name, finding.called, finding.target) == ("Sqrt", "sqrt", "tf.norm", "tf.norm")
    assert finding.remedy == "keep the root away from 0: write tf.sqrt(x + 1e-12); for that, write out what `tf.norm` computes"
    (finding,) = _findings("tf.math.truediv(1.0,n(f32,2))", 0, 0)
    assert (finding.op_name, finding.called) == ("divide", "tf.math.truediv") and "write out" not in finding.remedy
    (finding,) = _findings("tf.norm(n(f32,2))", 0, 0)
    assert "^~~~~~~\n" in str(finding) and "`sqrt` was called by `tf.norm`" in str(finding)
    (finding,) = _findings("tf.sqrt(tf.norm(n(f32,2))*0)", 1, 1)
    assert (finding.op_name, finding.called) == ("sqrt", "")
    (finding,) = _findings("tf.linalg.set_diag(tf.linalg.diag(n(f32,2)),[0.,0.])", 1, 1)
    assert (finding.op, finding.op_name, finding.called, finding.cause) == ("MatrixSetDiagV3", "matrix_set_diag", "", "ZERO_GRAD_MASKED")
    assert "to keep them, add to them" in finding.remedy
