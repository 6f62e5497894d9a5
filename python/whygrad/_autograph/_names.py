"""Which names the statements of a function bind, read and need afterwards."""

import ast

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def evaluated(scope):
    """What is evaluated where a function or a class is defined: decorators, default values and base classes."""
    arguments = getattr(scope, "args", None)
    defaults = [] if arguments is None else [*arguments.defaults, *filter(None, arguments.kw_defaults)]
    return [*getattr(scope, "decorator_list", []), *defaults, *getattr(scope, "bases", []), *getattr(scope, "keywords", [])]


def walk_own(node):
    """The nodes of the same scope: nested functions, lambdas and classes are met, and of them only what is evaluated here."""
    todo = [node] if isinstance(node, ast.AST) else list(node)
    while todo:
        at = todo.pop()
        yield at
        if isinstance(at, _SCOPES):
            todo.extend(evaluated(at))
        else:
            todo.extend(ast.iter_child_nodes(at))


def _is_part(node):
    """Whether it is `a.b`, or `a["k"]`: a place that a statement may write and later statements may read."""
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) or _is_part(node.value)
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and (isinstance(node.value, ast.Name) or _is_part(node.value))
    return False


def bound(statements):
    """The names that the statements bind."""
    names = set()
    for node in walk_own(statements):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        elif type(node).__name__ in ("MatchAs", "MatchStar") and node.name:
            names.add(node.name)
        elif type(node).__name__ == "MatchMapping" and node.rest:
            names.add(node.rest)
    # What a comprehension counts with is its own.
    for node in walk_own(statements):
        if isinstance(node, ast.comprehension):
            names -= {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)} - _bound_elsewhere(statements, node)
    return names


def _bound_elsewhere(statements, comprehension):
    within = set(ast.walk(comprehension.target))
    inside = {id(n) for c in walk_own(statements) if isinstance(c, ast.comprehension) for n in ast.walk(c.target)}
    return {
        n.id for n in walk_own(statements) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load) and id(n) not in inside and n not in within
    }


def parts_written(statements):
    """The attributes and elements that the statements write, by their text; without those of names that the statements bind themselves."""
    own = bound(statements)
    parts = {}
    for node in walk_own(statements):
        if not isinstance(node, (ast.Attribute, ast.Subscript)) or isinstance(node.ctx, ast.Load) or not _is_part(node):
            continue
        root = node
        while not isinstance(root, ast.Name):
            root = root.value
        if root.id not in own:
            parts[ast.unparse(node)] = node
    return parts


def read(*nodes):
    """The names that the nodes read, nested functions included."""
    return {n.id for node in nodes if node is not None for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def captured(statements):
    """The names that nested functions read or set, at whatever time they are called."""
    names = set()
    for node in walk_own(statements):
        if isinstance(node, _SCOPES):
            names |= read(node)
            names.update(name for n in ast.walk(node) if isinstance(n, ast.Nonlocal) for name in n.names)
    return names


def needed_before(statements, after):
    """The names whose values are needed before the statements, if `after` are needed after them. Jumps are gone by then (see _jumps)."""
    for statement in reversed(statements):
        after = _before(statement, after)
    return after


def needed_at_head(loop, after):
    """The names whose values are needed whenever a loop decides whether to go on."""
    test = loop.test if isinstance(loop, ast.While) else getattr(loop, "ag_test", None)
    own = bound([loop.target]) if not isinstance(loop, ast.While) else set()
    head = after | read(test)
    while True:
        grown = head | (needed_before(loop.body, head) - own)
        if grown == head:
            return head
        head = grown


def needed_in_try(statement, after):
    """What is needed after the body of a try, and after its handlers."""
    end = needed_before(statement.finalbody, after)
    handlers = set().union(*(needed_before(h.body, end) | read(h.type) for h in statement.handlers), set())
    return needed_before(statement.orelse, end) | handlers, end


def _before(statement, after):
    if isinstance(statement, ast.If):
        return read(statement.test) | needed_before(statement.body, after) | needed_before(statement.orelse, after)
    if isinstance(statement, ast.While):
        return needed_at_head(statement, after)
    if isinstance(statement, (ast.For, ast.AsyncFor)):
        return needed_at_head(statement, after) | read(statement.iter, statement.target)
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        made = [item.optional_vars for item in statement.items if item.optional_vars is not None]
        return (needed_before(statement.body, after) - bound(made)) | read(*statement.items)
    if isinstance(statement, (ast.Return, ast.Raise)):
        return read(statement)
    if hasattr(statement, "handlers"):
        body, _ = needed_in_try(statement, after)
        return needed_before(statement.body, body) | body
    if hasattr(statement, "cases"):
        return after.union(read(statement.subject), *(needed_before(case.body, after) | read(case.pattern, case.guard) for case in statement.cases))
    if isinstance(statement, ast.AugAssign):
        return after | read(statement.value) | {n.id for n in ast.walk(statement.target) if isinstance(n, ast.Name)}
    if isinstance(statement, ast.AnnAssign) and statement.value is None:
        return after
    # `a and (b := c)` may leave b as it was.
    kept = {n.target.id for n in walk_own(statement) if isinstance(n, ast.NamedExpr)}
    return (after - (bound([statement]) - kept)) | read(statement)
