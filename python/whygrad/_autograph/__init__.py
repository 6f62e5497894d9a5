"""Python's if, while, for, and, or, not and assert on tensors of a trace: functions are rewritten when they are traced (tf.autograph)."""

import ast
import copy
import functools
import inspect
import types

from whygrad import _whygrad
from whygrad._autograph import _calls, _operators
from whygrad._autograph._jumps import why_not
from whygrad._autograph._source import NoSource, candidates
from whygrad._autograph._statements import PART, Rewriter, is_rewritten, plain_calls
from whygrad._traced import note_read

_FLAGS = 0x1FFE000  # of `from __future__ import ...`
_GENERATORS = 0x20 | 0x80 | 0x200  # generators, coroutines and generators of these
_MARK = "ag__rewritten"  # the last constant of rewritten code, and of functions in it
_known = {}  # by file and code object
_MOST = 4096


def _compiled(node, owner, code, more):
    """The code object of the function `node` in the place of `code`, whose free variables it may use, and `more`."""
    free = [name for name in code.co_freevars if not (owner and name == "__class__")]
    outer = ast.parse("def ag__outer(): pass").body[0]
    outer.args.args = [ast.arg(name) for name in [*free, *more]]
    outer.body = [node if isinstance(node, ast.FunctionDef) else ast.Return(node)]
    module = ast.Module([outer], [])
    if owner:
        module.body = [ast.parse(f"class {owner}: pass").body[0]]
        module.body[0].body = [outer]
    ast.fix_missing_locations(module)
    made = compile(module, code.co_filename, "exec", flags=code.co_flags & _FLAGS, dont_inherit=True)
    for _ in range(2 + bool(owner)):
        made = next(c for c in made.co_consts if isinstance(c, types.CodeType))
    return made


def _bare(node):
    """A copy without decorators, defaults and annotations, which were evaluated when the function was made."""
    node = copy.deepcopy(node)
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *filter(None, (arguments.vararg, arguments.kwarg))]
    for argument in every:
        argument.annotation = None
    arguments.defaults = [ast.Constant(None)] * len(arguments.defaults)
    arguments.kw_defaults = [default and ast.Constant(None) for default in arguments.kw_defaults]
    if isinstance(node, ast.FunctionDef):
        node.decorator_list, node.returns = [], None
    return node


def _named(code, name, qualified):
    """Parts of a function have its name. What a class has in its body was not rewritten."""
    consts = []
    for const in code.co_consts:
        if isinstance(const, types.CodeType) and const.co_flags & inspect.CO_NEWLOCALS:  # not the body of a class
            of_part = const.co_varnames[:1] == (PART,)
            const = _named(const, name, qualified) if of_part else _named(const, const.co_name, f"{qualified}.<locals>.{const.co_name}")
        consts.append(const)
    consts.append(_MARK)
    names = {"co_name": name, "co_qualname": qualified} if hasattr(code, "co_qualname") else {"co_name": name}
    return code.replace(co_consts=tuple(consts), **names)


def _facts(code):
    """What tells one function from another. Instructions do not: they depend on what the module around it imports."""
    consts = [_facts(const) if isinstance(const, types.CodeType) else (type(const), const) for const in code.co_consts]
    return code.co_names, code.co_varnames, code.co_cellvars, code.co_argcount, code.co_kwonlyargcount, consts


def _source_of(function):
    """The node of a function and the name of its class; raises NoSource where the file says something else than what runs."""
    code, same = function.__code__, []
    for node, owner in candidates(code, function.__globals__):
        if not is_rewritten(node):
            continue
        if any(isinstance(n, ast.Assert) for n in ast.walk(node)):  # pytest rewrites these
            return node, owner
        try:
            made = _compiled(_bare(node), owner, code, [])
        except SyntaxError:
            continue
        if _facts(made) == _facts(code):
            same.append((node, owner, made))
    if len(same) > 1:  # lambdas of one line
        same = [found for found in same if _is_in(code, found[0])] or [found for found in same if found[2].co_code == code.co_code]
    if not same:
        raise NoSource(f"line {code.co_firstlineno} of {code.co_filename} is not the {code.co_name} that runs")
    return same[0][:2]


def _is_in(code, node):
    """Whether the instructions stand in the source of the node, for interpreters that know columns."""
    positions = getattr(code, "co_positions", tuple)()
    begin, end = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
    places = [(line, column) for line, _, column, end_column in positions if line is not None and column is not None and end_column]
    return bool(places) and all(begin <= place <= end for place in places)


def _rewritten(function):
    node, owner = _source_of(function)
    reason = why_not(node.body) if isinstance(node, ast.FunctionDef) else None
    if reason is not None:
        raise NoSource(reason, "jump behind the `try`, not within it")
    outer_class = owner if "__class__" in function.__code__.co_freevars else None
    return Rewriter(_bare(node), outer_class, plain_calls(function)).rewrite(), owner


def _code_of(function):
    """The rewritten code object; None where there is nothing to rewrite, and the reason as a text where it cannot be."""
    code = function.__code__
    key = (code.co_filename, code)
    if key not in _known:
        if len(_known) >= _MOST:
            _known.clear()
        try:
            node, owner = _rewritten(function)
            made = _compiled(node, owner, code, ["ag__"])
            _known[key] = _named(made, code.co_name, getattr(code, "co_qualname", function.__qualname__))
        except (NoSource, SyntaxError) as error:
            _known[key] = str(error)
    return _known[key]


def is_candidate(function):
    """Whether it is a function of the user's that was not rewritten yet."""
    if not isinstance(function, types.FunctionType) or getattr(function, "ag__as_it_is", False):
        return False
    code = function.__code__
    return not code.co_flags & _GENERATORS and code.co_consts[-1:] != (_MARK,) and _whygrad.is_users(code)


def converted(function):
    """The function with statements that decide by tensors; itself where it is none of the user's, or has no source."""
    if isinstance(function, types.MethodType):
        inner = converted(function.__func__)
        return function if inner is function.__func__ else types.MethodType(inner, function.__self__)
    if isinstance(function, functools.partial):
        return functools.partial(converted(function.func), *function.args, **function.keywords)
    if not isinstance(function, (types.FunctionType, types.BuiltinFunctionType, type)):
        method = getattr(type(function), "__call__", None)  # noqa: B004  the method itself is wanted
        return types.MethodType(converted(method), function) if is_candidate(method) else function
    if not is_candidate(function):
        return function
    note_read(function)
    code = _code_of(function)
    if not isinstance(code, types.CodeType):
        return function
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()), ag__=_cell)
    made = types.FunctionType(code, function.__globals__, function.__name__, function.__defaults__, tuple(cells[name] for name in code.co_freevars))
    made.__kwdefaults__, made.__doc__, made.__module__, made.__qualname__ = (
        function.__kwdefaults__,
        function.__doc__,
        function.__module__,
        function.__qualname__,
    )
    made.__dict__.update(function.__dict__)
    made.__annotations__ = getattr(function, "__annotations__", {})
    made.ag__original = function
    return made


def to_code(entity):
    """The rewritten source of a function, as text."""
    function = getattr(entity, "python_function", entity)
    function = getattr(function, "__func__", function)
    function = getattr(function, "ag__original", function)
    if not isinstance(function, types.FunctionType):
        raise ValueError(f"[to_code] {entity!r} is no Python function\nhelp: give a function or a method that is written in Python")
    try:
        return ast.unparse(_rewritten(function)[0])
    except NoSource as error:
        raise ValueError(f"[to_code] the source of `{function.__name__}` cannot be rewritten: {error}\nhelp: {error.help}") from None


_cell = types.CellType(_operators)
_calls.converted = converted
_calls.is_candidate = is_candidate
