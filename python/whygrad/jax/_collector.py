"""Checks and explains the gradients that a JAX program asks for while a report is open."""

import sys
import threading
import weakref

import jax

from whygrad import _whygrad
from whygrad._live.guard import Guard
from whygrad._live.reports import Reports
from whygrad.jax import _errors, _jax, _marks, _names, _question
from whygrad.jax._question import Differentiated, is_bad

_MOST_JUDGED = 3  # how often one function is judged with numbers of one kind
_LOOKED_AT = (1, 10, 100, 1_000, 10_000, 100_000)  # the calls of a compiled function that are looked into


class _Busy(threading.local):
    depth = 0
    looks = False  # whether the compiled function that runs now has marks

    def __enter__(self):
        self.depth += 1

    def __exit__(self, *error):
        self.depth -= 1


class Collector:
    def __init__(self):
        self.guard = Guard()
        self.reports = Reports("jax")
        self.values = False
        self.every = None  # one of so many calls of a compiled function is looked into; None: those in _LOOKED_AT
        self.busy = _Busy()  # by thread: whether whygrad itself runs JAX functions
        self.remarks = set()
        self._connected = {}  # function and types of its arguments to the leaves that have a path
        self._judged = {}
        self._pullbacks = {}  # by id of the function that jax.vjp returned
        self._looks = weakref.WeakKeyDictionary()  # by jaxpr of a compiled function
        self._plain = set()

    def keep_values(self, values):
        self.values = values

    # ---- Gradients ----

    def asked(self, fun, primals, has_aux, answer, queues):
        """Called when a function was run to be differentiated. Returns the answer that the program receives instead of JAX's."""
        function, numbers = _names.asked(fun)
        call = _again(getattr(fun, "call_wrapped", fun), queues)
        told = _Told(self, call, primals, has_aux, function, numbers, _whygrad.here())
        out, pullback, *aux = answer
        if sys._getframe(3).f_code.co_name == "value_and_grad_f":
            return (out, lambda seed: told(pullback(seed)), *aux)
        if isinstance(pullback, jax.tree_util.Partial):  # JAX before 0.7
            return (out, jax.tree_util.Partial(lambda back, *seeds: told(back(*seeds), seeds), pullback), *aux)
        key = id(pullback)
        self._pullbacks[key] = (weakref.ref(pullback, lambda _: self._pullbacks.pop(key, None)), told)
        return answer

    def pulled_back(self, pullback, seed, gradients):
        ref, told = self._pullbacks.get(id(pullback), (None, None))
        if ref is not None and ref() is pullback:
            told(gradients, (seed,))

    def differentiated(self, told, gradients, seeds):
        with self.busy:
            self._differentiated(told, gradients, seeds)

    def _differentiated(self, told, gradients, seeds):
        self.reports.count()
        leaves = jax.tree_util.tree_leaves(gradients, is_leaf=lambda x: x is None)
        concrete = all(_jax.is_concrete(x) for x in (*leaves, *jax.tree_util.tree_leaves(told.primals)))
        suspects = [i for i, g in enumerate(leaves) if is_bad(g)] if concrete else range(len(leaves))
        if not suspects:
            return
        key = told.key()
        with _jax.core.eval_context():  # ops that run here do not become part of a function that is being traced
            d, connected = self._structure(told, key)
            if concrete and self.values:
                seeds = None if seeds is None else jax.tree_util.tree_leaves(seeds)
                self.judge_numbers(key, d or told.differentiated, [i for i in suspects if connected[i]], leaves, seeds)
            marked = self.values and not concrete and _can_mark([*leaves, *jax.tree_util.tree_leaves(told.primals)])
            d = d or (told.differentiated() if marked else None)
        if marked:
            self._mark(key, d, connected, leaves)

    def _structure(self, told, key):
        """Which leaves have a path. If that was not known, also the trace that was made to find out."""
        if key in self._connected:
            return None, self._connected[key]
        d = told.differentiated()
        connected = self._connected[key] = d.connected()
        absent = [i for i, hit in enumerate(connected) if not hit]
        if absent:
            _question.judge(self.reports, d, absent)
        return d, connected

    def judge_numbers(self, key, d, spoilt, gradients, seeds=None):
        how = (key, tuple(spoilt))
        times = self._judged.get(how, 0)
        if spoilt and times < _MOST_JUDGED:
            self._judged[how] = times + 1
            _question.judge(self.reports, d() if callable(d) else d, [], spoilt, gradients, seeds)

    def _mark(self, key, d, connected, gradients):
        """Places a mark in the function that is being traced. The numbers are known later, when that function runs."""
        if d.closed is None:
            return
        count, consts = len(d.leaves), list(d.closed.consts)
        wanted = [i for i, hit in enumerate(connected) if hit]

        def teller(arrays, levels):
            with self.busy:
                answers = arrays[count + len(consts) :]
                spoilt = [i for i, g in zip(wanted, answers) if is_bad(g)]
                if spoilt:
                    arrays = _marks.one_of(arrays, levels, len(wanted))
                    given = dict(zip(wanted, arrays[count + len(consts) :]))
                    self.judge_numbers(key, d.at(arrays[:count], arrays[count : count + len(consts)]), spoilt, given)

        _marks.place([*d.leaves, *consts, *[gradients[i] for i in wanted]], lambda *told: self.guard(teller, *told))

    # ---- Compiled functions ----

    def is_looked_into(self):
        return self.busy.looks

    def before_run(self, closed, arguments):
        """Called before a compiled function runs."""
        self.busy.looks = False
        if self.busy.depth or not self.values:
            return
        with self.busy:
            look = self._looks.get(closed.jaxpr)
            if look is None:
                look = self._looks[closed.jaxpr] = [0, _marks.Look(closed) if _marks.has_marks(closed) else None]
            look[0] += 1
            self.busy.looks = look[1] is not None
            is_time = look[0] in _LOOKED_AT if self.every is None else (look[0] - 1) % self.every == 0
            if look[1] is None or not is_time:
                return
            if any("Debug" not in type(effect).__name__ for effect in closed.effects):
                self.remarks.add("compiled functions that call Python or change state were not looked into: their numbers were not seen")
                return
            look[1].tell(arguments)

    # ---- Findings that are not derived from a graph ----

    def failed(self, error):
        with self.busy:
            _errors.tell(self, error)

    def add(self, status, cause, why, where, **more):
        key = status, cause, why, str(where.words()), more.get("source", "")
        if key not in self._plain:
            self._plain.add(key)
            self.reports.add(status, cause, why, where=where, **more)


class _Told:
    """A function that was run to be differentiated. It is called with the gradients."""

    def __init__(self, collector, call, primals, has_aux, function, numbers, where):
        self._collector, self.primals, self._where = collector, primals, where
        self._call, self._has_aux, self._function, self._numbers = call, has_aux, function, numbers

    def __call__(self, gradients, seeds=None):
        c = self._collector
        if not c.busy.depth:
            c.guard(c.differentiated, self, gradients, seeds)
        return gradients

    def key(self):
        types = tuple((jax.numpy.shape(x), str(jax.numpy.result_type(x))) for x in jax.tree_util.tree_leaves(self.primals))
        code = getattr(self._function, "__code__", None)
        return code if code is not None else self._call, types, self._where.words()

    def differentiated(self):
        names = _names.of_leaves(self._function, self.primals, self._numbers)
        return Differentiated(self._call, self.primals, names, self._where, self._has_aux)


def _again(call, queues):
    """The function, with the items put back that its first call removed from the queues."""
    if not queues:
        return call

    def again(*arguments):
        now = [tuple(queue) for queue, _ in queues]
        for queue, items in queues:
            queue.clear()
            queue.extend(items)
        try:
            return call(*arguments)
        finally:
            for (queue, _), items in zip(queues, now):
                queue.clear()
                queue.extend(items)

    return again


def _can_mark(leaves):
    """Whether all leaves without numbers are values of a traced function, possibly under vmap."""
    kinds = {type(x).__name__ for x in leaves if not _jax.is_concrete(x)}
    return kinds <= {"DynamicJaxprTracer", "BatchTracer"}
