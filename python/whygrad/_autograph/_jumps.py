"""return, break and continue as flags, so that each statement ends where the next one begins.

NOTE [jumps]
What follows an `if` that always jumps goes into its other branch: `if c: return a` and `return b` after it are `if c: r = a` `else: r = b`. Where a jump is taken only
sometimes, a flag says whether it was, and what follows is put behind a test of that flag. Python runs what comes out as it ran the original.
A `with` may suppress an exception, so a statement after it may be reached even if its body always jumps. What cannot be said with flags is left as it is: see why_not."""

import ast

from whygrad._autograph._names import walk_own

RESULT = "ag__result"
_DONE = "ag__done"
_LOOPS = (ast.While, ast.For, ast.AsyncFor)
_BRANCHING = (ast.If, *_LOOPS)
_IN_LOOPS = (ast.Break, ast.Continue)
# Nodes of statements that cannot raise, but for a name without a value.
_HARMLESS = (ast.Pass, ast.Expr, ast.Assign, ast.If, ast.Name, ast.Constant, ast.BoolOp, ast.boolop, ast.expr_context)


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
        if _is_try(s) and (_always(s.body, kinds) or _always(s.orelse, kinds)) and all(_always(h.body, kinds) for h in s.handlers):
            return True
    return False


def _is_try(statement):
    return hasattr(statement, "finalbody")


def _leaves(nodes, kinds):
    return (ast.Return in kinds and _returns(nodes)) or _jumps(nodes, kinds)


def _reset_in_handlers(s, flag, kinds):
    """A jump that the end of a `with` abandons by an exception is not taken. A flag that is a tensor is of a jump before the statement that raised."""
    if any(isinstance(node, ast.With) and _leaves(node.body, kinds) for node in walk_own(s.body)):
        for handler in s.handlers:
            is_not_set = ast.Compare(_is(flag, handler), [ast.IsNot()], [ast.Constant(True)])
            handler.body.insert(0, _set(flag, ast.BoolOp(ast.And(), [is_not_set, _is(flag, handler)]), handler))
            ast.fix_missing_locations(handler)


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
        self.flagged, self.withs = False, 0

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
                return [*before, *self._with(s, rest)]
            flagged, is_end = [*before, *self.flags([s], False)], _always([s], (ast.Return,))
            return flagged if is_end else [*flagged, self._unless_done(self.tail(rest), s)]
        end = statements[-1] if statements else ast.Pass(lineno=1, col_offset=0)
        if statements and _always(statements, ()):
            return statements
        return [*statements, _set(RESULT, ast.Constant(None), end)]

    def _with(self, s, rest):
        """Its body gives the result, unless it is left by an exception that the `with` suppresses."""
        self.withs += 1
        suppressed = f"ag__suppressed_{self.withs}"
        s.body = [*self.tail(s.body), _set(suppressed, ast.Constant(False), s)]
        return [_set(suppressed, ast.Constant(True), s), s, ast.copy_location(ast.If(_is(suppressed, s), self.tail(rest), []), s)]

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
            if isinstance(s, ast.If) and not in_loop:
                # A flag that both branches set is no tensor.
                if _always(s.body, (ast.Return,)):
                    s.orelse, rest = [*s.orelse, *rest], []
                elif s.orelse and _always(s.orelse, (ast.Return,)):
                    s.body, rest = [*s.body, *rest], []
            guarded = _is_try(s) and s.orelse and not in_loop and _returns(s.body)
            if _is_try(s):
                _reset_in_handlers(s, _DONE, (ast.Return,))
            _map_bodies(s, lambda part: self.flags(part, in_loop), lambda part: self.flags(part, True))
            if guarded:
                s.orelse = [self._unless_done(s.orelse, s)]
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
        kinds = _IN_LOOPS

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
            of_kinds = ((left, ast.Break), (skipped, ast.Continue))
            flags = [name for name, kind in of_kinds if _jumps(s, kind)]
            in_body = [name for name, kind in of_kinds if _is_try(s) and s.orelse and _jumps(s.body, kind)]
            if _is_try(s):
                for name, kind in of_kinds:
                    _reset_in_handlers(s, name, (kind,))
            _map_bodies(s, change, lambda part: part)
            if in_body:
                s.orelse = [self._unless(in_body, s.orelse, s)]
            return [*before, s, self._unless(flags, change(rest), s)] if rest else [*before, s]
        return statements

    @staticmethod
    def _unless(flags, statements, at):
        tests = [_is_not(flag, at) for flag in flags]
        test = tests[0] if len(tests) == 1 else ast.copy_location(ast.BoolOp(ast.And(), tests), at)
        return ast.copy_location(ast.If(test, statements, []), at)


def _changes_returns(statements):
    return any(isinstance(node, _BRANCHING) and _returns([node]) for node in walk_own(statements))


def why_not(statements):
    """Why a function with these statements is left as it is, in words; None where flags say what its jumps do."""
    kinds = (ast.Return, *_IN_LOOPS) if _changes_returns(statements) else _IN_LOOPS
    for node in walk_own(statements):
        if _is_try(node) and _leaves(node.finalbody, kinds):
            return f"the `finally` of the `try` at line {node.lineno} jumps, which drops an exception"
        if isinstance(node, ast.With) or getattr(node, "handlers", []):
            for inner in walk_own(node.body):
                if _is_try(inner) and not all(isinstance(n, _HARMLESS) for s in inner.finalbody for n in ast.walk(s)):
                    if _leaves([*inner.body, *inner.handlers, *inner.orelse], kinds):
                        return f"an exception in the `finally` of the `try` at line {inner.lineno} would drop a jump"
    return None


def without_jumps(statements):
    """The body of a function without break and continue, and with a return only at its end where one stood in a branch or a loop."""
    if _changes_returns(statements):
        returns = _Returns()
        end = statements[-1]
        documented = ast.get_docstring(ast.Module(statements, [])) is not None
        head, statements = statements[:documented], returns.tail(statements[documented:])
        if returns.flagged:
            statements.insert(0, _set(_DONE, ast.Constant(False), statements[0]))
        statements = [*head, *statements, ast.copy_location(ast.Return(_is(RESULT, end)), end)]
    return _Loops().all(statements)
