"""The names that a program gives to its values, read from its source: `w` of `w = tf.Variable(1.0)`."""

import ast
import functools
import linecache
import os
import re
import sys

_files = {}  # of what is shown in their place: "cell [3]"


def shown(file):
    """`cell [3]` for the file that a notebook makes up for its third cell; of any other file its path."""
    cell = _cell(file)
    if cell is None:
        return file
    _files[cell] = file
    return cell


def _cell(file):
    old = re.match(r"<ipython-input-(\d+)-", file)
    if old:
        return f"cell [{old[1]}]"
    get_shell = getattr(sys.modules.get("IPython"), "get_ipython", None)  # a program outside of IPython pays nothing
    name_of = getattr(getattr(get_shell and get_shell(), "compile", None), "format_code_name", None)
    label, name = (name_of and name_of(file)) or ("", "")
    return f"cell [{name[3:-1]}]" if label == "Cell" and re.fullmatch(r"In\[\d+\]", name) else None


def line_of(file, line):
    """The text of a line of what is shown as `file`."""
    return linecache.getline(_files.get(file, file), line).rstrip("\r\n")


def place(file, line):
    """`train.py:12`, or `cell [3], line 12`."""
    name = shown(file)
    return f"{os.path.basename(file)}:{line}" if name == file else f"{name}, line {line}"


_LONGEST = 40  # characters of a name; a longer expression is not shown as a name
_LONGEST_FUNCTION = 72  # of a function's
_LOOPS = (ast.ListComp, ast.SetComp, ast.GeneratorExp)


class _Names(ast.NodeVisitor):
    """calls: the functions that are called, by position. operators: the lines that have some. spans: names by position (line, column, last line, last column); a list for a value that is taken apart. returned: positions of values that a
    function returns as they are. lines: the nodes that have names, by line, for interpreters that know no columns."""

    def __init__(self):
        self.calls, self.operators, self.spans, self.returned, self.lines = {}, set(), {}, set(), {}

    def name(self, node, name):
        if isinstance(node, ast.IfExp):
            self.name(node.body, name)
            self.name(node.orelse, name)
        elif isinstance(node, ast.NamedExpr):
            self.name(node.value, ast.unparse(node.target))
        elif isinstance(name, str) and len(name) <= _LONGEST:
            self.name_parts(node, name)
            self.mark(node, name)
        elif isinstance(name, list):
            self.mark(node, name)

    def name_parts(self, node, name):
        if isinstance(node, (ast.List, ast.Tuple)):
            for i, part in enumerate(node.elts):
                self.name(part, f"{name}[{i}]")
        elif isinstance(node, ast.Dict):
            for key, part in zip(node.keys, node.values):
                if isinstance(key, ast.Constant):
                    self.name(part, f"{name}[{key.value!r}]")
        elif isinstance(node, _LOOPS):
            self.name(node.elt, f"{name}[...]")
        elif isinstance(node, ast.DictComp):
            self.name(node.value, f"{name}[...]")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "dict":
                for keyword in node.keywords:
                    self.name(keyword.value, f"{name}[{keyword.arg!r}]" if keyword.arg else None)
            elif node.func.id in ("list", "tuple") and len(node.args) == 1:
                self.name(node.args[0], name)

    def mark(self, node, name):
        for span in _spans(node):
            self.spans.setdefault(span, name)
        for line in range(node.lineno, node.end_lineno + 1):
            self.lines.setdefault(line, []).append((node, name))

    def visit_Assign(self, node):
        target = node.targets[0]
        if isinstance(target, (ast.Tuple, ast.List)):
            names = [None if isinstance(part, ast.Starred) else ast.unparse(part) for part in target.elts]
            if isinstance(node.value, (ast.Tuple, ast.List)) and len(node.value.elts) == len(names):
                for part, name in zip(node.value.elts, names):
                    self.name(part, name)
            elif not any(isinstance(part, ast.Starred) for part in target.elts):
                self.name(node.value, names)
        else:
            self.name(node.value, ast.unparse(target))
        self.generic_visit(node)

    def visit_AnnAssign(self, node):
        if node.value is not None:
            self.name(node.value, ast.unparse(node.target))
        self.generic_visit(node)

    def visit_AugAssign(self, node):
        self.mark(node, ast.unparse(node.target))
        self.generic_visit(node)

    def visit_NamedExpr(self, node):
        self.name(node.value, ast.unparse(node.target))
        self.generic_visit(node)

    def visit_Call(self, node):
        self.calls.update((span, node.func) for span in _spans(node))
        if isinstance(node.func, ast.Attribute) and node.func.attr == "append" and len(node.args) == 1:
            self.name(node.args[0], ast.unparse(node.func.value) + "[...]")
        for keyword in node.keywords:
            if keyword.arg and _makes_variable(keyword.value):
                self.name(keyword.value, keyword.arg)
        self.generic_visit(node)

    def generic_visit(self, node):
        if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Subscript, ast.AugAssign)):
            self.operators.update(range(node.lineno, node.end_lineno + 1))
        super().generic_visit(node)

    def visit_Return(self, node):
        if node.value is not None:
            self.returned.update(_spans(node.value))
        self.generic_visit(node)

    def visit_Lambda(self, node):
        self.returned.update(_spans(node.body))
        self.generic_visit(node)


def _makes_variable(node):
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Variable")


def _spans(node):
    """The positions that the interpreter may give an instruction of this expression."""
    yield node.lineno, node.col_offset, node.end_lineno, node.end_col_offset
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):  # of a method on a line of its own, from its name on
        method = node.func
        yield method.end_lineno, method.end_col_offset - len(method.attr), node.end_lineno, node.end_col_offset


@functools.lru_cache(maxsize=32)
def _read(source):
    names = _Names()
    try:
        names.visit(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError):  # a notebook's magic, or not Python
        pass
    return names


def _names_in(file):
    return _read("".join(linecache.getlines(file)))


def called(file, line, span):
    """The function that is called there, as it is written, `tf.norm`; '' where it is none, or where one cannot be told from others on the line."""
    names = _names_in(file)
    calls = names.calls
    if span:
        found = calls.get(span)
    else:
        on_line = {id(function): function for place, function in calls.items() if place[0] <= line <= place[2]}
        found = next(iter(on_line.values())) if len(on_line) == 1 and line not in names.operators else None
    if not isinstance(found, (ast.Name, ast.Attribute)):
        return ""
    name = ast.unparse(found)
    return name if len(name) <= _LONGEST_FUNCTION else getattr(found, "attr", "")


def _on_line(names, line, variable):
    """The only named value on a line; for variables also one whose arguments are computed there."""
    found = [(node, name) for node, name in names.lines.get(line, ()) if _makes_variable(node) or not variable]
    if len(found) != 1:
        return None
    node, name = found[0]
    inner = [n for n in ast.walk(node) if n is not node and isinstance(n, (ast.Call, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Subscript))]
    return name if variable or not inner else None


def find(frames, result, results, variable, path=None):
    """The name, file and line of result number `result` of `results` that the innermost of the frames (file, line, position, function) made; None
    where the source does not say it plainly. path: how the program takes the result from what the call returned, if that differs."""
    for i, (file, line, span, _) in enumerate(frames):
        name = _name_at(file, line, span, variable)
        if isinstance(name, list):
            name = _name_of_part(name, path) if path is not None else name[result] if len(name) == results else None
        elif name is not None:
            name += path if path is not None else f"[{result}]" if results > 1 else ""
        if name is not None:
            return _of_object(name, frames[i:]), shown(file), line
        if span not in _names_in(file).returned:
            return None
    return None


def _name_of_part(names, path):
    """The name of a part of what is taken apart into these names."""
    first = re.match(r"\[(\d+)\]", path)
    name = names[int(first[1])] if first and int(first[1]) < len(names) else None
    return name and name + path[first.end() :]


def _name_at(file, line, span, variable):
    names = _names_in(file)
    return names.spans.get(span) if span else _on_line(names, line, variable)


def _of_object(name, frames):
    """`layer.kernel` for the `self.kernel` of an __init__ that `layer = Dense()` called."""
    if not name.startswith("self.") or frames[0][3] != "__init__":
        return name
    for i, (file, line, span, function) in enumerate(frames[1:], 1):
        owner = _name_at(file, line, span, False)
        if isinstance(owner, str):
            whole = _of_object(owner, frames[i:]) + name[len("self") :]
            return whole if len(whole) <= _LONGEST else name
        if function != "__init__":  # which a class calls for its base
            break
    return name
