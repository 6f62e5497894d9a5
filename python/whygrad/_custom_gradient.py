"""Functions with a gradient rule of the user's."""

import functools

from whygrad import _composite, _nest, _whygrad
from whygrad._functions import functions as _functions
from whygrad._traced import as_traced

__all__ = ["custom_gradient", "recompute_grad", "grad_pass_through"]


def _as_list(values):
    return list(values) if isinstance(values, (list, tuple)) else [values]


def _is_input(value):
    return (
        isinstance(value, (_whygrad.Tensor, _whygrad.Variable, bool, int, float, complex))
        or hasattr(value, "__array__")
        or hasattr(value, "__tf_tensor__")
    )


def _takes_variables(rule):
    import inspect

    try:
        parameters = inspect.signature(rule).parameters.values()
    except (TypeError, ValueError):
        return False
    return any(p.name == "variables" or p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)


def _place_of(rule):
    """The code of a Python function of the user's, and the offsets of its first line and of its last return; None for other callables."""
    import dis
    import inspect
    import opcode

    code = getattr(inspect.unwrap(rule), "__code__", None)
    if code is None or code.co_filename == __file__:
        return None
    returns = [opcode.opmap[name] for name in ("RETURN_VALUE", "RETURN_CONST") if name in opcode.opmap]
    return code, next(dis.findlinestarts(code))[0], max((at for at in range(0, len(code.co_code), 2) if code.co_code[at] in returns), default=0)


def custom_gradient(f=None):
    """Gives f's result the gradient rule that f returns with it: f(*args) -> result, rule, where rule(*dresult) -> dargs."""
    if f is None:
        return custom_gradient

    @functools.wraps(f)
    def decorated(*args, **kwargs):
        # Arguments that are not numbers, such as the object of a method, have no gradient.
        inputs = _composite.tensors_in(value for value in _nest.flatten((args, kwargs)) if _is_input(value) or hasattr(value, "_with_gradient"))
        structure = []

        def forward():
            result, rule = as_traced(f)(*args, **kwargs)
            structure.append(result)
            takes_variables = _takes_variables(rule)

            results = _nest.flatten(result)

            def backward(dys, variables):
                dys = _composite.gradients_for(results, dys)
                if not variables:
                    return _composite.tensors_in(_nest.flatten(rule(*dys))), []
                input_gradients, variable_gradients = rule(*dys, variables=variables)
                return _composite.tensors_in(_nest.flatten(input_gradients)), _as_list(variable_gradients)

            tensors = [_whygrad.convert_to_tensor(value) for value in _composite.tensors_in(results)]
            return tensors, backward, takes_variables, _place_of(rule)

        outputs = _whygrad.custom_gradient(forward, inputs)
        if any(hasattr(value, "_with_gradient") for value in _nest.flatten(structure[0])):
            outputs = _composite.gradients_for(_nest.flatten(structure[0]), outputs)
        return _nest.pack_sequence_as(structure[0], outputs) if _nest.is_nested(structure[0]) else outputs[0]

    return decorated


def recompute_grad(f):
    """f with intermediate values that are recomputed for the gradient instead of being saved."""

    @custom_gradient
    @functools.wraps(f)
    def inner(*args, **kwargs):
        from whygrad._tape import GradientTape, stop_recording

        run = as_traced(f)
        with stop_recording():
            result = run(*args, **kwargs)

        def rule(*dresult, variables=None):
            watched = [_functions["identity"](value) for value in _nest.flatten(args)]
            with GradientTape() as tape:
                tape.watch(watched)
                again = run(*_nest.pack_sequence_as(args, watched), **kwargs)
            gradients = tape.gradient(_nest.flatten(again), watched + list(variables or []), list(dresult), "zero")
            of_inputs, of_variables = gradients[: len(watched)], gradients[len(watched) :]
            return (of_inputs, of_variables) if variables else of_inputs

        return result, rule

    inner.__wrapped__ = f  # the variables of f are needed if it is a model
    return inner


def grad_pass_through(f):
    """f with the gradient of the identity: for a step without a derivative that training should ignore, such as rounding."""

    @custom_gradient
    @functools.wraps(f)
    def inner(*args, **kwargs):
        def rule(*dresult, variables=None):
            return (dresult, [None] * len(variables)) if variables else dresult

        return f(*args, **kwargs), rule

    inner.__wrapped__ = f
    return inner
