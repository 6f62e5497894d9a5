"""whygrad.jax.diagnose(): the patches of JAX that are in place while a program is watched."""

import functools

import jax
import numpy as np

from whygrad import _whygrad
from whygrad._live.report import LiveReport
from whygrad._live.session import Session
from whygrad._whygrad import here
from whygrad.jax import _jax, _names, _question
from whygrad.jax._collector import Collector
from whygrad.jax._question import Differentiated, is_bad


class _Session(Session):
    name, title, sees_threads = "jax", "JAX", True

    def _install(self, patches):
        collector = Collector()
        _install(collector, patches)
        return collector

    def _remarks(self, c):
        return sorted(c.remarks)


_session = _Session(jax.__version__)


class diagnose(LiveReport):
    """Collects findings about the gradients of the JAX program inside:

        with whygrad.jax.diagnose(values=True) as report:
            train_step()
        print(report)

    values: also explain gradients that are zero, NaN or infinite. Functions that were compiled before are traced again, because their ops are seen
    only then."""

    _session = _session

    def stopped_by(self, error):
        super().stopped_by(error)
        self._explain(error)

    def __exit__(self, kind, value, traceback):
        if value is not None:
            self._explain(value)
        super().__exit__(kind, value, traceback)

    @staticmethod
    def look_every(calls):
        """Looks into a compiled function at its first call and at every `calls`-th call after it, instead of at the 1st, 10th, 100th ..."""
        _session.collector.every = calls

    @staticmethod
    def _explain(error):
        c = _session.collector
        if c is not None:
            c.guard(c.failed, error)


def _install(c, patches):
    patches.replace(*_jax.VJP, lambda real: _vjp(c, real), "vjp")
    if _jax.VJP[1] == "vjp":
        patches.replace(jax, "vjp", lambda _: _jax.api.vjp)
        patches.replace(_jax.api.VJP, "__call__", lambda real: _pullback(c, real), "VJP")
    for name in ("_check_input_dtype_grad", "_check_scalar", "_check_output_dtype_grad"):
        patches.replace(_jax.api, name, lambda real: _check(c, real), name)
    patches.replace(*_jax.RUN_COMPILED, lambda real: _run_compiled(c, real), "_pjit_call_impl_python")
    patches.replace(*_jax.FAST_PATH, lambda real: _fast_path(c, real), "_get_fastpath_data")
    jax.clear_caches()


def _vjp(c, real):
    def vjp(fun, *primals, has_aux=False, **more):
        if c.busy.depth:
            return real(fun, *primals, has_aux=has_aux, **more)
        queues = c.guard(_names.used_up)
        try:
            answer = real(fun, *primals, has_aux=has_aux, **more)
        except Exception as error:
            c.guard(c.failed, error)
            raise
        return c.guard(c.asked, fun, primals, has_aux, answer, queues) or answer

    return vjp


def _pullback(c, real):
    def __call__(self, *seeds):
        gradients = real(self, *seeds)
        if not c.busy.depth and len(seeds) == 1:
            c.guard(c.pulled_back, self, seeds[0], gradients)
        return gradients

    return __call__


def _check(c, real):
    def check(*args, **kwargs):
        try:
            return real(*args, **kwargs)
        except Exception as error:
            c.guard(c.failed, error)
            raise

    return check


def _run_compiled(c, real):
    def run(*args, jaxpr, **params):
        c.guard(c.before_run, jaxpr, args)
        return real(*args, jaxpr=jaxpr, **params)

    return run


def _fast_path(c, real):
    """Wraps the function that supplies JAX's fast path. It gives None for functions that are looked into, so that each of their calls is seen."""

    def data(*args, **kwargs):
        if c.guard(c.is_looked_into):
            return None
        return real(*args, **kwargs)

    return data


# ---- Explanations on request ----


class _Report:
    """Receives the findings of one question."""

    def __init__(self):
        self._report = _whygrad.LiveReport("jax")

    def judge(self, drawing):
        return self._report.judge(drawing)

    def explain(self, drawing):
        self._report.take(self._report.judge(drawing))

    def add(self, status, cause, why, where, **more):
        self._report.add(status, cause, why, where=where, **more)

    def explanation(self):
        return self._report.explanation


def explain(f, *args, argnums=0, has_aux=False, **kwargs):
    """Explains why jax.grad(f, argnums)(*args) has gradients that are missing, zero, NaN or infinite. f need not be watched:

        print(whygrad.jax.explain(loss, params, x, y))

    f may return an array of any shape. The sum of its elements is differentiated.
    """
    numbers = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    numbers = tuple(n % len(args) if args and -len(args) <= n < 0 else n for n in numbers)
    if not args or max(numbers) >= len(args):
        raise TypeError(f"[explain] argnums is {argnums}, and there are {len(args)} arguments\nhelp: pass what f is called with: explain(f, *args)")

    chosen = tuple(args[n] for n in numbers)
    wanted, rest = _arrays_of(chosen)

    def call(wanted):
        full = list(args)
        for n, x in zip(numbers, rest(wanted)):
            full[n] = x
        return f(*full, **kwargs)

    names = _names.of_leaves(_names.users_function(f), chosen, numbers)
    d = Differentiated(call, (wanted,), [names[i] for i in wanted], here(), has_aux)
    connected = d.connected()
    gradients = d.gradients() if d.concrete else [None] * len(connected)
    report = _Report()
    absent = [i for i, hit in enumerate(connected) if not hit]
    spoilt = [i for i, hit in enumerate(connected) if hit and is_bad(gradients[i])]
    if absent or spoilt:
        _question.judge(report, d, absent, spoilt, gradients)
    return report.explanation()


def _arrays_of(arguments):
    """The leaves that a question may be about, with their positions, and a function that puts arrays back in their places. Leaves that are no arrays,
    such as a function that a module holds, stay where they are. So do integers in a tree that has floats too."""
    leaves, tree = jax.tree_util.tree_flatten(arguments)
    paths = [path for path, _ in jax.tree_util.tree_flatten_with_path(arguments)[0]]
    arrays = [
        i
        for i, leaf in enumerate(leaves)
        if isinstance(leaf, (jax.Array, np.ndarray, np.generic, float, complex, int)) and not isinstance(leaf, bool)
    ]
    floats = {i for i in arrays if _jax.is_float(jax.numpy.result_type(leaves[i]))}
    of_trees = {paths[i][0] for i in floats}
    wanted = {i: leaves[i] for i in arrays if i in floats or paths[i][0] not in of_trees}

    def put_back(wanted):
        return jax.tree_util.tree_unflatten(tree, [wanted.get(i, leaf) for i, leaf in enumerate(leaves)])

    return wanted, put_back


class grad:
    """jax.grad with explanations on request:

    g = whygrad.jax.grad(loss)
    print(g(params, x))
    print(g.explain(params, x))  # why parts of it are missing, zero, NaN or infinite
    """

    _transform = staticmethod(jax.grad)

    def __init__(self, fun, argnums=0, has_aux=False, holomorphic=False, allow_int=False):
        self._differentiated = self._transform(fun, argnums, has_aux, holomorphic, allow_int)
        self._fun, self._argnums, self._has_aux = fun, argnums, has_aux
        functools.update_wrapper(self, self._differentiated)

    def __call__(self, *args, **kwargs):
        return self._differentiated(*args, **kwargs)

    def explain(self, *args, **kwargs):
        return explain(self._fun, *args, argnums=self._argnums, has_aux=self._has_aux, **kwargs)


class value_and_grad(grad):
    """jax.value_and_grad with explanations on request, like grad."""

    _transform = staticmethod(jax.value_and_grad)
