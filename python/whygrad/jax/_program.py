"""Writes a jaxpr into the log op by op. Calls, loops and branches are opened. If the arguments have numbers, all numbers are computed on the way."""

import jax

from whygrad.jax import _jax, _ops, _places
from whygrad.jax._log import Call, Value

_SAME_NUMBER = frozenset(("convert_element_type", "broadcast_in_dim", "reshape", "copy"))  # ops that keep a number of the program's text recognisable
_MOST = 20_000  # ops that opened loops may have; a larger loop stays one op


class Drawer:
    def __init__(self, log):
        self.log = log
        self.of_derivatives = {}  # (op, line): whether all such ops belong to a gradient that is taken inside of the function
        self._left = _MOST

    def run(self, closed, arguments, outer=None):
        """Returns the results as values of the log. outer: the place of the call, for functions that are not the user's."""
        jaxpr, known = closed.jaxpr, {}
        for v, const in zip(jaxpr.constvars, closed.consts):
            known[v] = self.log.constant(None if isinstance(const, _jax.Tracer) else const, v.aval, _first_use(jaxpr, v) or outer)
            known[v].written = False
        known.update(zip(jaxpr.invars, arguments))
        eqns = jaxpr.eqns
        at = 0
        while at < len(eqns):
            frames = _jax.frames_of(eqns[at])
            where = outer if outer is not None and not _mine(frames) else _places.users_place(frames) or outer
            end = _end_of_whole(eqns, at, frames)
            if end > at + 1:
                known.update(self._whole(jaxpr, at, end, known, where, _places.within(frames)))
                at = end
                continue
            eqn, at = eqns[at], at + 1
            given = [self.log.constant(a.val, a.aval, where) if isinstance(a, _jax.Literal) else known[a] for a in eqn.invars]
            if where is not None:
                key = _ops.spoken(eqn.primitive.name), where.words()[1]
                self.of_derivatives[key] = self.of_derivatives.get(key, True) and _of_derivative(eqn, frames)
            known.update(zip(eqn.outvars, self.eqn(eqn, given, where, frames)))
        return [self.log.constant(a.val, a.aval, outer) if isinstance(a, _jax.Literal) else known[a] for a in jaxpr.outvars]

    def _whole(self, jaxpr, begin, end, known, where, function):
        """Records several ops of one JAX function as one op. Returns the values of the variables that are used after it."""
        eqns = jaxpr.eqns[begin:end]
        made = {v for eqn in eqns for v in eqn.outvars}
        inputs = list(dict.fromkeys(a for eqn in eqns for a in eqn.invars if not isinstance(a, _jax.Literal) and a not in made))
        inputs.sort(key=lambda v: not _jax.is_float(getattr(v.aval, "dtype", "")))  # the data comes first
        later = {a for eqn in jaxpr.eqns[end:] for a in eqn.invars if not isinstance(a, _jax.Literal)}
        outputs = [v for v in made if v in later or any(v is o for o in jaxpr.outvars)]

        def run(*arrays):
            values = dict(zip(inputs, arrays))
            for eqn in eqns:
                given = [a.val if isinstance(a, _jax.Literal) else values[a] for a in eqn.invars]
                values.update(zip(eqn.outvars, _jax.bind(eqn.primitive, eqn.params, given)))
            return [values[v] for v in outputs]

        given = [known[v] for v in inputs]
        arrays = run(*[v.array for v in given]) if all(v.array is not None for v in given) else None
        out = self.log.op(function, given, [v.aval for v in outputs], arrays, where, Call(run, within=function))
        return dict(zip(outputs, out))

    def eqn(self, eqn, given, where, frames):
        name, params = eqn.primitive.name, eqn.params
        concrete = all(v.array is not None for v in given)
        if name == "scan":
            return self._scan(eqn, given, where, frames, concrete)
        if name == "cond":
            return self._cond(eqn, given, where, concrete)
        if name == "while" and concrete:
            return self._while(eqn, given, where)
        body = _jax.inner_jaxpr(params)
        if name.startswith(("custom_vjp_call", "custom_jvp_call")) and body is not None:
            return self._own_rule(eqn, given, where, frames, body)
        if name in _ops.CALLS and body is not None and len(body.jaxpr.invars) == len(given):
            function, file = _jax.function_of(body)
            users = _places.is_users(file) if file else True
            if not users and function.lstrip("_") in _ops.WHOLE:
                return self._plain(eqn, function.lstrip("_"), given, where, frames)
            return self.run(body, given, None if users else where)
        if name in _SAME_NUMBER and given[0].written and given[0].array is not None:
            return [self.log.constant(_jax.bind(eqn.primitive, params, [given[0].array])[0], eqn.outvars[0].aval, where)]
        if name == "convert_element_type" and str(given[0].aval.dtype) == "bool" and _places.within(frames) == "cond":  # the index of the branch
            array = None if given[0].array is None else given[0].array.astype("int32")
            return [Value(given[0].id, eqn.outvars[0].aval, array)]
        return self._plain(eqn, name, given, where, frames)

    def _plain(self, eqn, name, given, where, frames, rule=False, key=None):
        primitive, params, within = eqn.primitive, eqn.params, _places.within(frames)
        name = name if rule else _ops.told_as(name, within)
        call = Call(lambda *xs: _jax.bind(primitive, params, xs), key or (name, str(params)[:4000]), rule, within)
        arrays = None
        if all(v.array is not None for v in given):
            arrays = call.run(*[v.array for v in given])
        return self.log.op(name, given, [v.aval for v in eqn.outvars], arrays, where, call)

    def _own_rule(self, eqn, given, where, frames, body):
        function, file = _jax.function_of(body)
        function = function.rpartition(".")[2] or eqn.primitive.name
        if file and not _places.is_users(file) and function not in _ops.RULES_OF_JAX and eqn.primitive.name.startswith("custom_jvp"):
            return self.run(body, given, where)
        users = not (file and not _places.is_users(file))
        return self._plain(eqn, function, given, where, frames, rule=users, key=(function, id(body.jaxpr)))

    # ---- Control flow ----

    def _cond(self, eqn, given, where, concrete):
        branches = [_closed(b) for b in eqn.params["branches"]]
        if concrete or given[0].array is not None:
            at = min(max(int(given[0].array), 0), len(branches) - 1)
            self.log.choice("cond" if len(branches) == 2 else "switch", given[0], at, where)
            return self.run(branches[at], given[1:], where)
        results = [self.run(branch, given[1:], where) for branch in branches]
        ends = [v for result in results for v in result]
        out, count = [], len(eqn.outvars)
        for k, variable in enumerate(eqn.outvars):
            mine = [given[0], *ends[k::count]]
            call = Call(lambda which, *xs: [jax.lax.select_n(which, *xs)], ("cond", len(mine)))
            out += self.log.op("cond", mine, [variable.aval], None, where, call)
        return out

    def _while(self, eqn, given, where):
        p = eqn.params
        conditions, bodies = p["cond_nconsts"], p["body_nconsts"]
        of_condition, of_body, state = given[:conditions], given[conditions : conditions + bodies], given[conditions + bodies :]
        trips = 0
        while True:
            (go,) = self.run(_closed(p["cond_jaxpr"]), [*of_condition, *state], where)
            self._left -= len(p["body_jaxpr"].jaxpr.eqns) + 1
            if not bool(go.array) or self._left < 0:
                break
            state = self.run(_closed(p["body_jaxpr"]), [*of_body, *state], where)
            trips += 1
        if self._left < 0:
            return self._plain(eqn, "while", given, where, ())
        self.log.choice("while_loop", go, trips, where, "loop_end")
        return state

    def _scan(self, eqn, given, where, frames, concrete):
        p = eqn.params
        body, length, consts, carry = p["jaxpr"], p["length"], p["num_consts"], p["num_carry"]
        trips = length if concrete else min(length, carry + 1)
        if trips * (len(body.jaxpr.eqns) + 1) > self._left:
            return self._plain(eqn, "scan", given, where, frames)
        self._left -= trips * (len(body.jaxpr.eqns) + 1)
        fixed, state, rows = given[:consts], given[consts : consts + carry], given[consts + carry :]
        made, order = {}, list(reversed(range(length)) if p["reverse"] else range(length))[:trips]
        for i in order:
            now = [self._row(v, i, where) for v in rows]
            out = self.run(body, [*fixed, *state, *now], where)
            state, made[i] = out[:carry], out[carry:]
        stacked = [self._stack([made[i][k] for i in sorted(made)], v.aval, where) for k, v in enumerate(eqn.outvars[carry:])]
        return [*state, *stacked]

    def _row(self, rows, i, where):
        aval = jax.ShapeDtypeStruct(rows.aval.shape[1:], rows.aval.dtype)
        call = Call(lambda xs: [xs[i]], ("scan row", i))
        return self.log.op("dynamic_slice", [rows], [aval], None if rows.array is None else [rows.array[i]], where, call)[0]

    def _stack(self, parts, aval, where):
        call = Call(lambda *xs: [jax.numpy.stack(xs)], ("stack", len(parts)))
        if not parts:
            return self.log.constant(jax.numpy.zeros(aval.shape, aval.dtype), aval, where)
        arrays = None
        if all(v.array is not None for v in parts):
            arrays = call.run(*[v.array for v in parts])
        return self.log.op("stack", parts, [aval], arrays, where, call)[0]


def _of_derivative(eqn, frames):
    """Whether the op belongs to a derivative. JAX notes that since 0.7; before, JAX's differentiation is searched for among the callers."""
    return "jvp(" in str(eqn.source_info.name_stack) or _places.differentiates(frames)


def _end_of_whole(eqns, begin, frames):
    """The end of the ops that one call of a function in WHOLE consists of; `begin` if the op belongs to none."""
    if _places.within(frames) not in _ops.WHOLE:
        return begin
    call, end = _places.users_line(frames), begin + 1
    while end < len(eqns):
        frames = _jax.frames_of(eqns[end])
        if _places.within(frames) not in _ops.WHOLE or _places.users_line(frames) != call:
            break
        end += 1
    return end


def _first_use(jaxpr, variable):
    """The first line that computes with the variable. It stands for an array from outside of the function, which has no line of its own."""
    for eqn in jaxpr.eqns:
        if any(a is variable for a in eqn.invars):
            return _places.users_place(_jax.frames_of(eqn))
    return None


def _closed(body):
    return body if isinstance(body, _jax.ClosedJaxpr) else _jax.ClosedJaxpr(body, ())


def _mine(frames):
    return any(_places.is_users(code.co_filename) for code, _ in frames)
