"""The meaning of JAX's exceptions for gradients."""

import re

from whygrad import _whygrad
from whygrad.jax import _places

# A pattern of the message, the cause, the op (or the group of the pattern that names it), the reason, and the remedy.
_MEANINGS = (
    (
        r"grad requires real- or complex-valued inputs .*but got (\w+)",
        "INT_DTYPE",
        "",
        "jax.grad was asked for the gradient of an argument of {0}; only floats have one",
        "convert it before: x.astype(jnp.float32), or name another argument with argnums; allow_int=True answers float0 for it",
    ),
    (
        r"grad requires real-valued outputs .*but got (\w+)",
        "INT_DTYPE",
        "",
        "the function returns {0}; only floats have a gradient",
        "return a smooth loss of floats, such as a cross-entropy",
    ),
    (
        r"Gradient only defined for scalar-output functions. Output (?:had shape: |was )(.*?)\.?$",
        "WRONG_TARGET",
        "",
        "the function returns {0}, and jax.grad differentiates a single number",
        "return a scalar, such as jnp.mean(loss); for an auxiliary result pass has_aux=True; for all outputs take jax.jacrev",
    ),
    (
        r"Reverse-mode differentiation does not work for lax.while_loop",
        "NO_GRADIENT_REGISTERED",
        "while",
        "jax.lax.while_loop, and fori_loop with a number of trips that is not known when it is traced, have no gradient backwards: nobody knows how much to keep",
        "use jax.lax.scan, or fori_loop with Python numbers as bounds; or take jax.jvp, which goes forwards",
    ),
    (
        r"(?:Differentiation rule|Transpose rule(?: \(for reverse-mode differentiation\))?|JVP rule) for '?([\w-]+)'? (?:is )?not implemented",
        "NO_GRADIENT_REGISTERED",
        "{0}",
        "JAX has no rule for the gradient of this op",
        "write it with ops that have one, or give it a gradient with jax.custom_vjp",
    ),
    (
        r"(Pure|IO|I/O) callbacks do not support JVP",
        "LEFT_FRAMEWORK",
        "pure_callback",
        "the callback computes outside of JAX, which knows no derivative of it",
        "compute it with jax.numpy, or give it a gradient with jax.custom_vjp",
    ),
    (
        r"No (?:VJP|JVP) defined for custom_(vjp|jvp) function (\S+?)[.\s]",
        "CUSTOM_GRADIENT",
        "{1}",
        "the function is made with jax.custom_{0}, but no rule was given to it",
        "call its defvjp(forward, backward), or take jax.custom_vjp away",
    ),
    (
        r"can't apply forward-mode (?:autodiff|differentiation) \(jvp\) to a custom_vjp function",
        "CUSTOM_GRADIENT",
        "custom_vjp",
        "a function with a custom_vjp has a rule for going backwards only",
        "take jax.grad or jax.jacrev, or give it a jax.custom_jvp, which serves both",
    ),
    (
        r"[Cc]ustom (?:VJP|JVP) (?:bwd )?rule .*must (?:produce|return|have)|Custom VJP bwd rule|custom_vjp.*bwd|output of the custom VJP",
        "CUSTOM_GRADIENT",
        "custom_vjp",
        "the backward rule of this function does not return what its arguments need: one gradient for each, of its shape and type",
        "return a tuple with one entry for each argument, None where there is no gradient",
    ),
    (
        r"[Uu]nexpected tracer|Encountered an unexpected tracer",
        "GRAPH_EAGER_MIX",
        "",
        "a value that was made while a function was traced was kept and used outside of it",
        "return it from the function instead of storing it in a list, a global or an attribute; has_aux=True lets a loss return more",
    ),
    (
        r"numpy.ndarray conversion method __array__\(\) was called on",
        "LEFT_FRAMEWORK",
        "numpy",
        "NumPy was given a value that JAX follows; its functions compute outside of JAX and have no gradient here",
        "use the function of the same name in jax.numpy",
    ),
    (
        r"Attempted boolean conversion of traced",
        "CONTROL_FLOW",
        "if",
        "which code runs was asked of a value that is not known while the function is traced",
        "use jnp.where or jax.lax.cond; or mark the argument as static, where it is no array",
    ),
    (
        r"Abstract tracer value encountered where concrete value is expected|traced value.*is expected|The __(?:index|int|float)__\(\) method was called on",
        "LEFT_FRAMEWORK",
        "float",
        "a number was asked of a value that JAX follows, such as by float() or int()",
        "compute with the array itself",
    ),
)


def tell(c, error):
    """Adds a finding for an exception that JAX raised during differentiation, or that left the program."""
    if getattr(error, "_whygrad_told", False):
        return
    text = str(error)
    for pattern, cause, op, why, remedy in _MEANINGS:
        found = re.search(pattern, text, re.DOTALL if "\\.?$" not in pattern else re.MULTILINE)
        if found is None:
            continue
        groups = [g or "" for g in found.groups()]
        groups = groups if groups else [""]
        c.add("absent", cause, why.format(*groups), place_of(error), remedy=remedy, op=op.format(*groups), op_type=op.format(*groups))
        try:
            error._whygrad_told = True
        except AttributeError:
            pass
        return


def place_of(error):
    """The innermost of the user's lines that the exception passed through."""
    where, trace = _whygrad.here(), error.__traceback__
    found = None
    while trace is not None:
        code = trace.tb_frame.f_code
        if _places.is_users(code.co_filename):
            found = _whygrad.place_of_frame(code, trace.tb_lasti)
        trace = trace.tb_next
    return found or where
