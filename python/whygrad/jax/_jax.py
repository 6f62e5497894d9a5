"""The parts of JAX without a public name that are used here, and the original functions that patches replace."""

import os

import jax
from jax._src import ad_util, api, core, source_info_util  # noqa: F401
from jax._src import pjit as pjit_module

from whygrad import _whygrad

_whygrad.own_folder(os.path.dirname(os.path.abspath(jax.__file__)) + os.sep)  # its lines are never shown

# These are bound before anything is replaced.
vjp, jvp, make_jaxpr, jit, scan = jax.vjp, jax.jvp, jax.make_jaxpr, jax.jit, jax.lax.scan
Literal, ClosedJaxpr, Tracer, Primitive = core.Literal, core.ClosedJaxpr, core.Tracer, core.Primitive
FLOATS = frozenset(("float16", "bfloat16", "float32", "float64", "complex64", "complex128"))

# The one function that grad, value_and_grad, vjp and jacrev all call: (module, name).
VJP = (api, "_vjp") if hasattr(api, "_vjp") else (api, "vjp")
# The function that runs a compiled function which JAX's fast path in C++ does not know yet.
RUN_COMPILED = pjit_module, "_pjit_call_impl_python"
FAST_PATH = pjit_module, "_get_fastpath_data"


def is_float(dtype):
    return str(dtype) in FLOATS or str(dtype).startswith("float8")


def inner_jaxpr(params):
    """The body of a call as a closed jaxpr; None if the op is no call."""
    for name in ("jaxpr", "call_jaxpr", "fun_jaxpr"):
        body = params.get(name)
        if isinstance(body, ClosedJaxpr):
            return body
        if isinstance(body, core.Jaxpr):
            return ClosedJaxpr(body, ())
    return None


def function_of(body):
    """The name and the file of the function that a jaxpr was traced from; '' if unknown."""
    info = getattr(getattr(body, "jaxpr", body), "debug_info", None)
    words = str(getattr(info, "func_src_info", None) or "")
    name, _, file = words.partition(" at ")
    return name, file.rpartition(":")[0]


def frames_of(eqn):
    """(code object, offset) of the lines that made the op, innermost first."""
    traceback = eqn.source_info.traceback
    return list(zip(*traceback.raw_frames())) if traceback is not None else []


def bind(primitive, params, arguments):
    """Computes the op. Returns a list of its results."""
    bound = primitive.get_bind_params(params)
    functions, params = bound if isinstance(bound, tuple) else ((), bound)  # JAX before 0.8 returns the functions separately
    out = primitive.bind(*functions, *arguments, **params)
    return list(out) if primitive.multiple_results else [out]


def is_concrete(leaf):
    return not isinstance(leaf, Tracer)


aval_of = core.get_aval if hasattr(core, "get_aval") else jax.typeof
