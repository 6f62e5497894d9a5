"""return, break and continue as flags, so that each statement ends where the next one begins.

NOTE [jumps]
What follows an `if` that always jumps goes into its other branch: `if c: return a` and `return b` after it are `if c: r = a` `else: r = b`. Where a jump is taken only
sometimes, a flag says whether it was, and what follows is put behind a test of that flag. Python runs what comes out as it ran the original."""

import ast

from whygrad._autograph._names import walk_own

RESULT = "ag__result"
_DONE = "ag__done"
_LOOPS = (ast.While, ast.For, ast.AsyncFor)


def _set(name, value, at):
    return ast.copy_location(ast.Assign(targets=[ast.Name(name, ast.Store())], value=value, lineno=at.lineno), at)


def _is(name, at):
    return ast.copy_location(ast.Name(name, ast.Load()), at)


def _is_not(name, at):
    return ast.copy_location(ast.UnaryOp(ast.Not(), _is(name, at)), at)


def _returns(nodes):
    return any(isinstance(node, ast.Return) for node in walk_own(nodes))


def _jumps(nodes, kinds):
    """Whether the statements leave the loop around them, or its trip."""
    for node in nodes if isinstance(nodes, list) else [nodes]:
        if isinstance(node, kinds):
            return True
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.expr)):
            continue
        children = node.orelse if isinstance(node, _LOOPS) else list(ast.iter_child_nodes(node))
        if _jumps(children, kinds):
            return True
    return False


def _always(statements, kinds):
    """Whether the end of the statements is never reached."""
    for s in statements:
        if isinstance(s, (*kinds, ast.Raise)):
            return True
        if isinstance(s, ast.If) and _always(s.body, kinds) and s.orelse and _always(s.orelse, kinds):
            return True
        if isinstance(s, ast.With) and _always(s.body, kinds):
            return True
    return False


def _map_bodies(statement, change, change_loop=None):
    """Changes each list of statements in a compound one. Of a loop: its body by change_loop."""
    for field in ("body", "orelse", "finalbody"):
        part = getattr(statement, field, None)
        if isinstance(part, list) and part and isinstance(part[0], ast.stmt):
            of_loop = field == "body" and isinstance(statement, _LOOPS)
            setattr(statement, field, (change_loop if of_loop else change)(part))
    for clause in [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]:
        clause.body = change(clause.body)
    return statement


class _Returns:
    """Makes `return` the last statement of a function."""

    def __init__(self):
        self.flagged = False

    def tail(self, statements):
        """What comes last in the function: afterwards the result is set."""
        for i, s in enumerate(statements):
            if not _returns([s]):
                continue
            before, rest = statements[:i], statements[i + 1 :]
            if isinstance(s, ast.Return):
                return [*before, self._result(s)]
            if isinstance(s, ast.If) and _always(s.body, (ast.Return,)):
                s.body, s.orelse = self.tail(s.body), self.tail([*s.orelse, *rest])
                return [*before, s]
            if isinstance(s, ast.If) and s.orelse and _always(s.orelse, (ast.Return,)):
                s.body, s.orelse = self.tail([*s.body, *rest]), self.tail(s.orelse)
                return [*before, s]
            if isinstance(s, ast.With) and (not rest or _always(s.body, (ast.Return,))):
                s.body = self.tail(s.body)
                return [*before, s]
            return [*before, *self.flags([s], False), self._unless_done(self.tail(rest), s)]
        end = statements[-1] if statements else ast.Pass(lineno=1, col_offset=0)
        if statements and _always(statements, ()):
            return statements
        return [*statements, _set(RESULT, ast.Constant(None), end)]

    def flags(self, statements, in_loop):
        out = []
        for i, s in enumerate(statements):
            if not _returns([s]):
                out.append(s)
                continue
            rest = statements[i + 1 :]
            if isinstance(s, ast.Return):
                self.flagged = True
                out += [self._result(s), _set(_DONE, ast.Constant(True), s)]
                return [*out, ast.copy_location(ast.Break(), s)] if in_loop else out
            _map_bodies(s, lambda part: self.flags(part, in_loop), lambda part: self.flags(part, True))
            out.append(s)
            if not in_loop:
                return [*out, self._unless_done(self.flags(rest, False), s)] if rest else out
            if isinstance(s, _LOOPS):
                out.append(ast.copy_location(ast.If(_is(_DONE, s), [ast.copy_location(ast.Break(), s)], []), s))
            return [*out, *self.flags(rest, True)]
        return out

    def _unless_done(self, statements, at):
        return ast.copy_location(ast.If(_is_not(_DONE, at), statements, []), at)

    @staticmethod
    def _result(s):
        return _set(RESULT, s.value or ast.Constant(None), s)


class _Loops:
    """Gives loops a test in place of break and continue."""

    def __init__(self):
        self.count = 0

    def all(self, statements):
        out = []
        for s in statements:
            if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                out.append(s)
                continue
            _map_bodies(s, self.all, self.all)
            out += self._loop(s) if isinstance(s, (ast.While, ast.For)) else [s]
        return out

    def _loop(self, s):
        self.count += 1
        left, skipped = f"ag__break_{self.count}", f"ag__continue_{self.count}"
        breaks, continues = _jumps(s.body, ast.Break), _jumps(s.body, ast.Continue)
        if breaks or continues:
            s.body = self._trip(s.body, left, skipped)
        if continues:
            s.body.insert(0, _set(skipped, ast.Constant(False), s))
        after, s.orelse = s.orelse, []
        if not breaks:
            return [s, *after]
        if isinstance(s, ast.For):
            s.ag_test = _is_not(left, s)
        elif isinstance(s.test, ast.Constant) and s.test.value:
            s.test = _is_not(left, s.test)
        else:
            s.test = ast.copy_location(ast.BoolOp(ast.And(), [_is_not(left, s.test), s.test]), s.test)
        if after:
            after = [ast.copy_location(ast.If(_is_not(left, s), after, []), s)]
        return [_set(left, ast.Constant(False), s), s, *after]

    def _trip(self, statements, left, skipped):
        kinds = (ast.Break, ast.Continue)

        def change(part):
            return self._trip(part, left, skipped)

        for i, s in enumerate(statements):
            before, rest = statements[:i], statements[i + 1 :]
            if not _jumps(s, kinds):
                continue
            if isinstance(s, kinds):
                return [*before, _set(left if isinstance(s, ast.Break) else skipped, ast.Constant(True), s)]
            if isinstance(s, ast.If) and _always(s.body, kinds):
                s.body, s.orelse = change(s.body), change([*s.orelse, *rest])
                return [*before, s]
            if isinstance(s, ast.If) and s.orelse and _always(s.orelse, kinds):
                s.body, s.orelse = change([*s.body, *rest]), change(s.orelse)
                return [*before, s]
            flags = [name for name, kind in ((left, ast.Break), (skipped, ast.Continue)) if _jumps(s, kind)]
            _map_bodies(s, change, lambda part: part)
            if not rest:
                return [*before, s]
            tests = [_is_not(flag, s) for flag in flags]
            test = tests[0] if len(tests) == 1 else ast.copy_location(ast.BoolOp(ast.And(), tests), s)
            return [*before, s, ast.copy_location(ast.If(test, change(rest), []), s)]
        return statements


def without_jumps(statements):
    """The body of a function without break and continue, and with a return only at its end where one stood in a branch or a loop."""
    branching = (ast.If, *_LOOPS)
    if any(isinstance(node, branching) and _returns([node]) for node in walk_own(statements)):
        returns = _Returns()
        end = statements[-1]
        documented = ast.get_docstring(ast.Module(statements, [])) is not None
        head, statements = statements[:documented], returns.tail(statements[documented:])
        if returns.flagged:
            statements.insert(0, _set(_DONE, ast.Constant(False), statements[0]))
        statements = [*head, *statements, ast.copy_location(ast.Return(_is(RESULT, end)), end)]
    return _Loops().all(statements)
