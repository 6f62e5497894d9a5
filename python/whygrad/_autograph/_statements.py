"""Rewrites the syntax tree of a function: statements that may decide by a tensor become calls of _operators.

NOTE [parts]
The body of an `if` or a loop becomes a nested function, a part, whose first parameter is ag__part. It shares the function's variables by `nonlocal`, and a state says which of them it binds
(the names that are needed afterwards, or by the next trip). Every node keeps its position in the user's file, so places, tracebacks and debuggers see the user's lines. Variables that a part alone
uses are its own."""

import ast
import builtins

from whygrad._autograph import _names
from whygrad._autograph._jumps import why_not, without_jumps

PART = "ag__part"
_OPERATORS = "ag__"
# Builtins that ask for the frame that calls them, or cannot meet a tensor.
_PLAIN_CALLS = {
    "super",
    "locals",
    "globals",
    "vars",
    "dir",
    "eval",
    "exec",
    "print",
    "isinstance",
    "issubclass",
    "hasattr",
    "type",
    "id",
    "callable",
    "repr",
    "breakpoint",
}


def _name(name, context=None):
    return ast.Name(name, context or ast.Load())


def _operator(name):
    return ast.Attribute(_name(_OPERATORS), name, ast.Load())


def _part_arguments(*more, default=False):
    return ast.arguments(
        posonlyargs=[], args=[ast.arg(PART), *map(ast.arg, more)], kwonlyargs=[], kw_defaults=[], defaults=[ast.Constant(None)] if default else []
    )


def _lambda(body):
    return ast.Lambda(_part_arguments(default=True), body)


def _has(node, kinds):
    return any(isinstance(n, kinds) for n in ast.walk(node))


def is_rewritten(node):
    """Whether a nested function can be: no generator or coroutine, and nobody asked to leave it as it is."""
    if isinstance(node, ast.AsyncFunctionDef):
        return False
    if isinstance(node, ast.FunctionDef) and any(
        "do_not_convert" in text or "autograph=False" in text for text in map(ast.unparse, node.decorator_list)
    ):
        return False
    own = node.body if isinstance(node.body, list) else [node.body]
    return not any(isinstance(n, (ast.Yield, ast.YieldFrom, ast.Await)) for n in _names.walk_own(own))


def _stays(node):
    return not is_rewritten(node) or (isinstance(node.body, list) and why_not(node.body) is not None)


def plain_calls(function):
    """The names that are these builtins where the function stands."""
    scope, code = function.__globals__, function.__code__
    return {name for name in _PLAIN_CALLS if name not in code.co_freevars and scope.get(name, getattr(builtins, name)) is getattr(builtins, name)}


class Rewriter(ast.NodeTransformer):
    """Rewrites one function. Nested functions have rewriters of their own."""

    def __init__(self, node, outer_class, plain):
        self.node, self.outer_class = node, outer_class
        self.count = 0
        self.levels = [set()]  # of the function and the parts that are open: the names that inner parts need as variables of it
        arguments = node.args
        self.arguments = [a.arg for a in [*arguments.posonlyargs, *arguments.args]]
        every = [*self.arguments, *(a.arg for a in arguments.kwonlyargs), *(a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None)]
        self.parameters = set(every)
        self.plain = plain - self.parameters - _names.bound(node.body if isinstance(node.body, list) else [node.body])
        self.declared = {}

    def rewrite(self):
        node = self.node
        if isinstance(node, ast.Lambda):
            node.body = self.visit(node.body)
            return node
        declarations = [s for s in _names.walk_own(node.body) if isinstance(s, (ast.Global, ast.Nonlocal))]
        for s in declarations:
            self.declared.update((name, type(s)) for name in s.names)
        body = without_jumps([_Undeclared().visit(s) for s in node.body])
        self.always_needed = _names.captured(body) | set(self.declared)
        documented = bool(body) and isinstance(body[0], ast.Expr) and isinstance(getattr(body[0], "value", None), ast.Constant)
        head = body[:documented]
        body = self.statements(body[documented:], set())
        hoisted = [ast.copy_location(type(s)(s.names), node) for s in declarations]
        node.body = [*head, *hoisted, *self.bindings(self.levels.pop() - self.parameters - set(self.declared), node), *body]
        return node

    @staticmethod
    def bindings(names, at):
        """Makes variables of the names, which stay unbound: the statement is never reached."""
        if not names:
            return []
        targets = [_name(name, ast.Store()) for name in sorted(names)]
        return [ast.copy_location(ast.If(ast.Constant(False), [ast.Assign(targets=targets, value=ast.Constant(None), lineno=at.lineno)], []), at)]

    def statements(self, statements, after):
        """The rewritten statements, if the names in `after` are needed after them."""
        out = []
        for s in reversed(statements):
            before = _names.needed_before([s], after)
            made = self.statement(s, after)
            out += reversed(made if isinstance(made, list) else [made])
            after = before
        return out[::-1]

    def statement(self, s, after):
        handler = getattr(self, "rewrite_" + type(s).__name__, None)
        if handler is not None:
            return handler(s, after)
        return self.visit(s)

    # Statements that hold others.

    def rewrite_FunctionDef(self, s, _after):
        return self.nested(s)

    def rewrite_AsyncFunctionDef(self, s, _after):
        return s

    def rewrite_ClassDef(self, s, _after):
        return s

    def rewrite_AnnAssign(self, s, _after):
        if isinstance(s.target, ast.Name):  # a shared variable takes no annotation
            if s.value is None:
                return ast.copy_location(ast.Pass(), s)
            s = ast.copy_location(ast.Assign(targets=[s.target], value=s.value, lineno=s.lineno), s)
        return self.visit(s)

    def rewrite_With(self, s, after):
        for item in s.items:
            item.context_expr = self.visit(item.context_expr)
        s.body = self.statements(s.body, after)
        return s

    def rewrite_Try(self, s, after):
        in_body, at_end = _names.needed_in_try(s, after)
        s.body = self.statements(s.body, in_body)
        for handler in s.handlers:
            handler.body = self.statements(handler.body, at_end)
        s.orelse, s.finalbody = self.statements(s.orelse, at_end), self.statements(s.finalbody, after)
        return s

    rewrite_TryStar = rewrite_Try

    def rewrite_Match(self, s, after):
        s.subject = self.visit(s.subject)
        for case in s.cases:
            case.body = self.statements(case.body, after)
        return s

    def rewrite_Assert(self, s, _after):
        if s.msg is not None and _has(s.msg, ast.NamedExpr):
            return self.generic_visit(s)
        message = _lambda(self.visit(s.msg)) if s.msg is not None else ast.Constant(None)
        return self.call("assert_", s.test, self.visit(s.test), message)

    def rewrite_If(self, s, after):
        inside = _names.needed_before(s.body, after) | _names.needed_before(s.orelse, after)
        state = self.state([*s.body, *s.orelse], after | inside, after)
        test = self.visit(s.test)
        parts = [self.part(kind, s, body, after, state) for kind, body in (("body", s.body), ("else", s.orelse))]
        return [*parts, *state.functions(s), self.call("if_", s.test, test, *(_name(p.name) for p in parts), state.value())]

    def rewrite_While(self, s, after):
        options = self.loop_options(s)
        head = _names.needed_at_head(s, after)
        state = self.state([ast.Expr(s.test), *s.body], head | after, after)
        test = self.part("test", s, [ast.copy_location(ast.Return(s.test), s.test)], head, state)
        body = self.part("body", s, s.body, head, state)
        return [test, body, *state.functions(s), self.call("while_", s.test, _name(test.name), _name(body.name), state.value(), options)]

    def rewrite_For(self, s, after):
        options = self.loop_options(s)
        head = _names.needed_at_head(s, after)
        state = self.state([ast.Expr(s.target), *s.body], head | after, after)
        test = getattr(s, "ag_test", None)
        parts = [] if test is None else [self.part("test", s, [ast.copy_location(ast.Return(test), s)], head, state)]
        take = ast.copy_location(ast.Assign(targets=[s.target], value=_name("ag__item"), lineno=s.lineno), s.target)
        body = self.part("body", s, [take, *s.body], head, state, "ag__item")
        over = self.iterated(s.iter)
        going = _name(parts[0].name) if parts else ast.Constant(None)
        return [*parts, body, *state.functions(s), self.call("for_", s.iter, over, _name(body.name), going, state.value(), options)]

    def iterated(self, node):
        """The call in the head of a for: a range whose bounds are tensors is no tensor there."""
        if not isinstance(node, ast.Call) or self.is_plain(node):
            return self.visit(node)
        call = self.visit_Call(node)
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and call.func.value.id == _OPERATORS:
            call.func.attr = "iterated"
        return call

    @staticmethod
    def loop_options(s):
        """The arguments of tf.autograph.experimental.set_loop_options in the first line of a loop, as a function; the call itself goes."""
        for i, first in enumerate(s.body):
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Call) and ast.unparse(first.value.func).endswith("set_loop_options"):
                del s.body[i]
                given = ast.Call(_name("dict"), first.value.args, first.value.keywords)
                return _lambda(ast.copy_location(given, first))
            if not (isinstance(first, ast.Assign) and ast.unparse(first.targets[0]).startswith(_OPERATORS)):  # a flag of ours
                break
        return ast.Constant(None)

    def state(self, statements, needed, after):
        own = _names.bound(statements)
        names = sorted(name for name in own if name in needed or name in self.always_needed)
        self.levels[-1].update(names)
        self.count += 1
        live = [name in after or name in self.always_needed for name in names]
        return _State(self.count, names, live, _names.parts_written(statements), self.declared)

    def part(self, kind, s, body, after, state, *more):
        self.levels.append(set())
        body = self.statements(body, after)
        own = self.levels.pop()
        # A name that only this part binds is its own variable, also where a part inside of it shares it.
        shared = set(state.names)
        self.levels[-1].update(own & shared)
        mine = own - shared - set(self.declared)
        if not body:
            body = [ast.Pass()]
        name = f"ag__{kind}_{state.number}"
        return self.function(s, name, [*state.declarations(), *self.bindings(mine, s), *body], *more)

    @staticmethod
    def function(s, name, body, *more):
        made = ast.FunctionDef(name=name, args=_part_arguments(*more), body=body, decorator_list=[], returns=None, type_comment=None)
        made.type_params = []
        return ast.fix_missing_locations(ast.copy_location(made, s))

    @staticmethod
    def call(operator, at, *arguments):
        call = ast.copy_location(ast.Call(_operator(operator), list(arguments), []), at)
        return ast.fix_missing_locations(ast.copy_location(ast.Expr(call), at))

    # Nested functions.

    def nested(self, node):
        node.decorator_list = [self.visit(d) for d in node.decorator_list]
        self.defaults(node)
        return node if _stays(node) else Rewriter(node, None, self.plain).rewrite()

    def defaults(self, node):
        node.args.defaults = [self.visit(d) for d in node.args.defaults]
        node.args.kw_defaults = [d and self.visit(d) for d in node.args.kw_defaults]

    def visit_Lambda(self, node):
        self.defaults(node)
        return node if _stays(node) or _has(node.body, ast.NamedExpr) else Rewriter(node, None, self.plain).rewrite()

    visit_FunctionDef = nested

    def visit_ClassDef(self, node):
        return node

    # Expressions.

    def is_plain(self, call):
        return isinstance(call.func, ast.Name) and call.func.id in self.plain

    def visit_Call(self, node):
        if self.is_plain(node):
            if node.func.id == "super" and not node.args and self.arguments and self.outer_class:
                node.args = [_name("__class__"), _name(self.arguments[0])]
                return ast.fix_missing_locations(node)
            return self.generic_visit(node)
        self.generic_visit(node)
        called = ast.Call(_operator("call"), [node.func, *node.args], node.keywords)
        return ast.fix_missing_locations(ast.copy_location(called, node))

    def visit_BoolOp(self, node):
        if _has(node, (ast.NamedExpr, ast.Await, ast.Yield)):
            return node
        values = [_lambda(self.visit(value)) for value in node.values]
        return self.expression(node, "and_" if isinstance(node.op, ast.And) else "or_", *values)

    def visit_UnaryOp(self, node):
        self.generic_visit(node)
        return self.expression(node, "not_", node.operand) if isinstance(node.op, ast.Not) else node

    def visit_IfExp(self, node):
        if _has(node, (ast.NamedExpr, ast.Await, ast.Yield)):
            return node
        self.generic_visit(node)
        return self.expression(node, "if_expression", node.test, _lambda(node.body), _lambda(node.orelse))

    def visit_Compare(self, node):
        if len(node.ops) == 1 or _has(node, (ast.NamedExpr, ast.Await, ast.Yield)):
            return self.generic_visit(node)
        self.generic_visit(node)
        pairs = [ast.Tuple([ast.Constant(type(op).__name__), _lambda(right)], ast.Load()) for op, right in zip(node.ops, node.comparators)]
        return self.expression(node, "compare", node.left, *pairs)

    @staticmethod
    def expression(node, operator, *arguments):
        return ast.fix_missing_locations(ast.copy_location(ast.Call(_operator(operator), list(arguments), []), node))


class _Undeclared(ast.NodeTransformer):
    """Takes the declarations out of a function's body, but not out of functions in it."""

    def visit_Global(self, node):
        return ast.copy_location(ast.Pass(), node)

    visit_Nonlocal = visit_Global

    def visit_FunctionDef(self, node):
        return node

    visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = visit_FunctionDef


class _State:
    """The variables that the parts of one statement share with the function, and the attributes and elements that they write."""

    def __init__(self, number, names, live, parts, declared):
        self.number, self.names, self.live, self.parts, self.declared = number, names, live, parts, declared

    def declarations(self):
        of_module = [name for name in self.names if self.declared.get(name) is ast.Global]
        others = [name for name in self.names if self.declared.get(name) is not ast.Global]
        return [kind(names) for kind, names in ((ast.Global, of_module), (ast.Nonlocal, others)) if names]

    def functions(self, s):
        """The function that sets the variables."""
        body = self.declarations()
        for i, place in enumerate([*self.names, *self.parts]):
            value = ast.Subscript(_name("ag__values"), ast.Constant(i), ast.Load())
            changes = {
                "ag__values": ast.Assign(targets=[self.target(place, ast.Store())], value=value, lineno=1),
                "ag__gone": ast.Delete([self.target(place, ast.Del())]),
            }
            body += [ast.If(ast.Compare(ast.Constant(i), [ast.In()], [_name(which)]), [change], []) for which, change in changes.items()]
        return [Rewriter.function(s, f"ag__set_{self.number}", body or [ast.Pass()], "ag__values", "ag__gone")]

    def target(self, place, context):
        if place not in self.parts:
            return _name(place, context)
        part = self.parts[place]
        return ast.Attribute(part.value, part.attr, context) if isinstance(part, ast.Attribute) else ast.Subscript(part.value, part.slice, context)

    def value(self):
        places = [*self.names, *self.parts]
        gets = [_lambda(self.target(place, ast.Load())) for place in places]
        live = [ast.Constant(flag) for flag in [*self.live, *(True for _ in self.parts)]]
        lists = [ast.Tuple(items, ast.Load()) for items in ([ast.Constant(place) for place in places], live, gets)]
        return ast.Call(_operator("State"), [*lists, _name(f"ag__set_{self.number}")], [])
