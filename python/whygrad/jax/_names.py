"""The names of a differentiated function's arguments: `params['dense']['kernel']`, `model.layers[0].weight`."""

import collections
import inspect
import re
import sys

import jax

from whygrad.jax import _places

_MOST_FRAMES = 40
_OF_MODULES = re.compile(r"^\.states\[0\]")
_NO_NAMES = re.compile(r"(\.value|\.raw_value)$")  # attributes of Flax's variables, which hold one array


def users_function(thing):
    """The user's function behind partials, methods and wrappers; None if there is none."""
    for _ in range(16):
        code = getattr(thing, "__code__", None)
        if code is not None and _places.is_users(code.co_filename):
            return thing
        inner = (
            getattr(thing, "__wrapped__", None) or getattr(thing, "func", None) or getattr(thing, "__func__", None) or getattr(thing, "_fun", None)
        )
        if inner is None and not inspect.isclass(thing):
            inner = vars(type(thing)).get("__call__")  # an object of a user's class
        if inner is None:
            return None
        thing = inner
    return None


def asked(function):
    """The user's function that is differentiated, and the arguments with respect to which it is. Both are read from the frames between the user's
    call and JAX; (None, None) if unknown."""
    frame, numbers, known = sys._getframe(1), None, users_function(function)
    for _ in range(_MOST_FRAMES):
        frame = frame.f_back
        if frame is None or known is not None and numbers is not None:
            break
        code = frame.f_code
        if _places.is_users(code.co_filename):
            break
        if code.co_name == "value_and_grad_f" and numbers is None:
            argnums = frame.f_locals.get("argnums", 0)
            numbers = (argnums,) if isinstance(argnums, int) else tuple(argnums)
        for name in ("fun", "f", "func", "self", "function"):
            if known is None:
                known = users_function(frame.f_locals.get(name))
    return known, numbers


def used_up():
    """The queues that a call of the differentiated function will empty, with their present items. Flax's nnx.grad keeps states in such a queue."""
    frame = sys._getframe(1)
    for _ in range(8):
        frame = frame.f_back
        if frame is None:
            return []
        if frame.f_code.co_name == "value_and_grad_f":
            things = getattr(frame.f_locals.get("fun"), "__dict__", {}).values()
            return [(thing, tuple(thing)) for thing in things if isinstance(thing, collections.deque)]
    return []


def _parameters(function):
    try:
        return [p.name + ("[{}]" if p.kind is p.VAR_POSITIONAL else "") for p in inspect.signature(function).parameters.values()]
    except (TypeError, ValueError):
        return []


def of_leaves(function, arguments, numbers):
    """One name for each leaf of the arguments, in order."""
    of_keras = _of_keras(arguments)
    if of_keras:
        return of_keras
    parameters = _parameters(function) if function is not None else []
    names = []
    for path, _ in jax.tree_util.tree_flatten_with_path(arguments)[0]:
        at = path[0].idx
        at = numbers[at] if numbers is not None and at < len(numbers) else at
        if 0 <= at < len(parameters):
            head = parameters[at].format(0) if at == len(parameters) - 1 or "[{}]" not in parameters[at] else parameters[at]
        elif parameters and "[{}]" in parameters[-1]:
            head = parameters[-1].format(at - len(parameters) + 1)
        else:
            head = f"argument {at}"
        names.append(head + _path(jax.tree_util.keystr(path[1:])))
    return names


def noun_of(name):
    """What JAX users call such a leaf: an array that is an argument itself, or a part of a tree of parameters."""
    return "parameter" if re.search(r"[\[./]", name) else "argument"


def _of_keras(arguments):
    """The paths of a Keras model's trainable variables, if the arguments are these, as Keras's trainer on JAX passes them."""
    if len(arguments) != 1 or not isinstance(arguments[0], (list, tuple)):
        return None
    frame = sys._getframe(1)
    for _ in range(_MOST_FRAMES):
        frame = frame.f_back
        if frame is None or _places.is_users(frame.f_code.co_filename):
            return None
        variables = getattr(frame.f_locals.get("self"), "trainable_variables", None) if "keras" in frame.f_code.co_filename else None
        if variables is not None and len(variables) == len(arguments[0]):
            return [getattr(v, "path", str(i)) for i, v in enumerate(variables)]
    return None


def _path(path):
    path = _NO_NAMES.sub("", path)
    if _OF_MODULES.match(path):  # the state of Flax's modules is named like their attributes
        return re.sub(r"\['(\w+)'\]", r".\1", _OF_MODULES.sub("", path))
    return path
