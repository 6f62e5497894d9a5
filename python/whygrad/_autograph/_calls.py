"""Calls in rewritten functions: those of the user's functions run rewritten, and some of Python's builtins take tensors."""

import functools
import types

from whygrad import _host_functions, _traced
from whygrad._autograph._later import TENSORS, is_later
from whygrad._functions import functions as _ops

# They call what they are given later, or as it is.
_AS_GIVEN = (_traced.function, _traced.do_not_convert, _host_functions.py_function, _host_functions.numpy_function)


def _of_library(function):
    module = getattr(function, "__module__", None) or getattr(type(function), "__module__", "")
    return module.split(".")[0] in ("whygrad", "nanobind")


def _callback(value):
    """A function of the user's that the library is given runs rewritten as well."""
    if isinstance(value, (types.FunctionType, types.MethodType)):
        return converted(value)
    if type(value) in (list, tuple):
        return type(value)(map(_callback, value))
    if type(value) is dict:
        return {key: _callback(part) for key, part in value.items()}
    return value


def _cast(kind, dtype):
    def cast(*args, **kwargs):
        is_one_tensor = len(args) == 1 and not kwargs and is_later(args[0])
        return _ops["cast"](args[0], dtype) if is_one_tensor else kind(*args, **kwargs)

    return cast


def _reduction(builtin, op):
    def reduced(*args, **kwargs):
        values = args[0] if len(args) == 1 else list(args)
        if kwargs or not (is_later(values) or isinstance(values, (list, tuple)) and len(args) > 1 and any(map(is_later, values))):
            return builtin(*args, **kwargs)
        return _ops[op](values if isinstance(values, TENSORS) else _ops["stack"](list(values)), axis=0)

    return reduced


def _sum(*args, **kwargs):
    return _ops["reduce_sum"](args[0], axis=0) if len(args) == 1 and not kwargs and is_later(args[0]) else sum(*args, **kwargs)


_BUILTINS = {
    int: _cast(int, "int32"),
    float: _cast(float, "float32"),
    max: _reduction(max, "reduce_max"),
    min: _reduction(min, "reduce_min"),
    sum: _sum,
}


def call(function, /, *args, **kwargs):
    """function(*args, **kwargs): a function of the user's runs rewritten, and so do those that a function of the library is given."""
    if isinstance(function, types.BuiltinFunctionType):  # ops too
        if isinstance(getattr(function, "__self__", None), types.ModuleType):
            function = _BUILTINS.get(function, function)
        return function(*args, **kwargs)
    if isinstance(function, type):
        if function in (int, float):
            function = _BUILTINS[function]
    elif isinstance(function, functools.partial):
        return call(function.func, *function.args, *args, **{**function.keywords, **kwargs})
    elif isinstance(function, (types.FunctionType, types.MethodType)):
        if not _of_library(function) and is_candidate(getattr(function, "__func__", function)):
            return converted(function)(*args, **kwargs)
    else:
        method = getattr(type(function), "__call__", None)  # noqa: B004  the method itself is wanted
        if isinstance(method, types.FunctionType) and is_candidate(method):
            return converted(method)(function, *args, **kwargs)
    if _of_library(function) and function not in _AS_GIVEN:
        args, kwargs = _callback(args), _callback(kwargs)
    return function(*args, **kwargs)


converted = is_candidate = None  # given by the package, which needs this module
