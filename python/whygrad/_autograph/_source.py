"""The syntax tree of a function, found in its file."""

import ast
import functools
import linecache


class NoSource(Exception):
    """The source of a function cannot be had, is not what was compiled, or cannot be rewritten: why, and what to do."""

    def __init__(self, reason, help="define it in a file, and restart after an edit"):
        super().__init__(reason)
        self.help = help


@functools.lru_cache(maxsize=64)
def _parsed(file, lines):
    try:
        return ast.parse("".join(lines), file)
    except (SyntaxError, ValueError):
        raise NoSource(f"{file} cannot be read as Python") from None


def _functions(node, classes, found):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.Lambda)):
            found.append((child, classes))
        if isinstance(child, ast.ClassDef):
            _functions(child, [*classes, child.name], found)
        else:
            _functions(child, classes if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)) else [], found)


@functools.lru_cache(maxsize=64)
def _functions_by_line(file, lines):
    found, by_line = [], {}
    _functions(_parsed(file, lines), [], found)
    for node, classes in found:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        by_line.setdefault((getattr(node, "name", "<lambda>"), first), []).append((node, classes))
    return by_line


def candidates(code, module_globals):
    """The (function or lambda, name of its class or None) that the code object may be of. The nodes are shared: copy before changing them."""
    lines = linecache.getlines(code.co_filename, module_globals)
    if not lines:
        raise NoSource(f"{code.co_filename} cannot be read")
    found = _functions_by_line(code.co_filename, tuple(lines)).get((code.co_name, code.co_firstlineno), [])
    if not found:
        raise NoSource(f"{code.co_filename} has no {code.co_name} at line {code.co_firstlineno}")
    return [(node, classes[-1] if classes else None) for node, classes in found]
