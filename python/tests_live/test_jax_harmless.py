"""While nothing is wrong a JAX program computes what it computes without whygrad.jax; and every function of JAX's is told as JAX answers."""

import gc
import inspect
import re
import subprocess
import sys

import pytest

jax = pytest.importorskip("jax")

import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
from jax.scipy import special  # noqa: E402

import whygrad.jax  # noqa: E402
from whygrad import _language_jax  # noqa: E402
from whygrad.jax import _jax, _ops, _settle  # noqa: E402
from whygrad.jax._collector import Collector  # noqa: E402
from whygrad.jax._log import Call  # noqa: E402


def broken(w):
    return jnp.sum(jnp.round(w))


def test_every_patch_is_taken_back():
    owners = [jax, _jax.api, _jax.pjit_module, getattr(_jax.api, "VJP", object)]

    def state():
        return [{name: id(thing) for name, thing in vars(owner).items()} for owner in owners]

    before = state()
    with whygrad.jax.diagnose():
        assert state() != before
    assert state() == before
    with pytest.raises(ZeroDivisionError), whygrad.jax.diagnose():
        1 / 0  # noqa: B018
    assert state() == before


def test_two_reports_nest():
    with whygrad.jax.diagnose() as outer:
        with whygrad.jax.diagnose() as inner:
            jax.grad(broken)(jnp.ones(2))
        jax.grad(lambda w: jnp.sum(jax.lax.stop_gradient(w)))(jnp.ones(2))
    assert [f.cause for f in inner.findings] == ["NONDIFF_OP"]
    assert [f.cause for f in outer.findings] == ["NONDIFF_OP", "STOP_GRADIENT"]


def test_what_fails_in_the_collector_reaches_no_program(monkeypatch):
    monkeypatch.setattr(Collector, "_differentiated", lambda *_: 1 / 0)
    with whygrad.jax.diagnose() as report:
        g = jax.grad(broken)(jnp.ones(2))
    assert not g.any() and "ZeroDivisionError" in report.note and "please report this" in report.note


def test_what_is_compiled_is_the_same_with_marks():
    @jax.jit
    def step(w):
        return w - jax.grad(lambda w: jnp.sum(jnp.tanh(w) ** 2))(w)

    bare = step.lower(jnp.ones(3)).as_text()
    with whygrad.jax.diagnose(values=True):
        assert "whygrad_mark" in str(jax.make_jaxpr(step)(jnp.ones(3)))
        watched = step.lower(jnp.ones(3)).as_text()
    assert watched == bare


def test_what_a_program_prints_and_draws_is_not_doubled(capsys):
    def loss(w):
        print("traced")
        return jnp.sum(jnp.round(w) * np.random.rand())

    def run():
        np.random.seed(0)
        jax.grad(loss)(jnp.ones(2))
        jax.jit(jax.grad(loss))(jnp.ones(2))
        return np.random.rand(), capsys.readouterr().out

    bare = run()
    with whygrad.jax.diagnose(values=True) as report:
        watched = run()
    assert watched == bare
    assert len(report.findings) >= 1


def test_buffers_that_are_given_away_are_looked_at_before():
    @jax.jit
    def update(w):
        return w - jax.grad(lambda w: jnp.sum(jax.nn.relu(w - 9.0)))(w)

    step = jax.jit(update, donate_argnums=0)
    with whygrad.jax.diagnose(values=True) as report:
        w = step(jnp.ones(3))
        w = step(w)
    assert (w == 1.0).all()
    assert [(f.cause, f.op) for f in report.findings] == [("ZERO_GRAD_DEAD_UNIT", "relu")]
    assert "please report" not in report.note


def test_functions_that_call_python_are_not_run_twice():
    calls = []

    @jax.jit
    def step(w):
        jax.debug.callback(lambda: calls.append("debug"))
        value, g = jax.value_and_grad(lambda w: jnp.sum(w**2))(w)
        jax.experimental.io_callback(lambda: calls.append("io"), None)
        return w - g

    from jax.experimental import io_callback  # noqa: F401

    with whygrad.jax.diagnose(values=True) as report:
        step(jnp.ones(2)).block_until_ready()
        jax.effects_barrier()
    assert sorted(calls) == ["debug", "io"]
    assert "their numbers were not seen" in report.note


def test_gradients_taken_in_scan_and_vmap_are_looked_at():
    @jax.jit
    def train(w, xs):
        def step(w, x):
            g = jax.grad(lambda w: jnp.sum(jnp.sqrt(w * x)))(w)
            return w - 0.1 * g, None

        return jax.lax.scan(step, w, xs)[0]

    with whygrad.jax.diagnose(values=True) as report:
        train(jnp.ones(2), jnp.array([[1.0, 1.0], [0.0, 0.0], [1.0, 1.0]]))
    assert [(f.source_name, f.status, f.cause) for f in report.findings] == [("w", "nan", "NAN_GRAD_SQRT0")], str(report)
    with whygrad.jax.diagnose(values=True) as report:
        jax.vmap(jax.grad(lambda w: jnp.sqrt(w)))(jnp.array([1.0, 0.0, 2.0]))
        jax.jit(jax.vmap(jax.grad(lambda v: jax.nn.relu(v))))(jnp.array([1.0, -1.0]))  # one of two has a gradient
    assert [(f.source_name, f.status, f.cause) for f in report.findings] == [("w", "inf", "NAN_GRAD_SQRT0")], str(report)


def test_functions_compiled_before_are_seen():
    step = jax.jit(jax.grad(broken))
    step(jnp.ones(2))
    step(jnp.ones(2))
    with whygrad.jax.diagnose() as report:
        step(jnp.ones(2))
    assert [f.cause for f in report.findings] == ["NONDIFF_OP"]


def test_arrays_of_a_program_that_is_fine_are_let_go():
    with whygrad.jax.diagnose(values=True):
        before = len(jax.live_arrays())
        for _ in range(5):
            jax.grad(lambda w: jnp.sum(jnp.tanh(w) ** 2))(jnp.ones(64))
        gc.collect()
        assert len(jax.live_arrays()) <= before + 4


def test_a_program_of_many_ops_is_explained_in_time():
    def deep(w):
        def step(s, _):
            return jnp.tanh(s * w), None

        return jnp.sum(jnp.round(jax.lax.scan(step, jnp.ones(2), None, length=2000)[0]))

    report = whygrad.jax.explain(deep, jnp.ones(2))
    assert [(f.cause, f.op) for f in report.findings] == [("NONDIFF_OP", "round")]


# ---- Nothing unknown counts as differentiable ----

SKIPPED = set("vectorize apply_along_axis apply_over_axes fromfunction save load".split())


def _functions():
    for place in (jnp, jnp.linalg, jnp.fft, jax.nn, special, jax.lax):
        for name in dir(place):
            function = getattr(place, name)
            if callable(function) and not name.startswith("_") and not inspect.isclass(function) and name not in SKIPPED:
                yield f"{place.__name__}.{name}", function


def test_every_function_of_one_array_is_told_as_jax_answers():
    tried, cut, x = 0, 0, jnp.array([[0.62, 0.31], [0.23, 0.54]])
    for name, function in _functions():
        try:
            made = function(x)
            if not isinstance(made, jax.Array) or made.size == 0:
                continue

            def loss(x, function=function):
                return jnp.sum(jnp.abs(function(x)).astype(jnp.float32) * 1.7)

            gradient = jax.grad(loss)(x)
        except Exception:
            continue
        tried += 1
        told = whygrad.jax.explain(loss, x)
        if not jnp.isfinite(gradient).all():
            assert len(told), name
        elif gradient.any():
            assert not len(told), (name, str(told))
        else:
            cut += 1
            assert len(told) == 1 and told.findings[0].cause != "UNKNOWN", (name, str(told))
            assert told.findings[0].status == "zero"
    assert tried > 200 and cut > 30, (tried, cut)


def _primitive(name, jvp=None):
    p = _jax.Primitive(name)
    p.def_impl(lambda x: x * 1.0)
    p.def_abstract_eval(lambda x: x)
    if jvp is not None:
        jax.interpreters.ad.primitive_jvps[p] = jvp
    return p


def test_primitives_that_nobody_knows():
    like, stops = jax.ShapeDtypeStruct((2,), "float32"), _primitive("whygrad_test_stops")
    jax.interpreters.ad.primitive_jvps[stops] = jax.interpreters.ad.primitive_jvps[jax.lax.floor_p]
    for p, answer in [
        (_primitive("whygrad_test_no_rule"), "no_rule"),
        (
            _primitive("whygrad_test_passes", lambda primals, tangents: (primals[0] * 1.0, jax.interpreters.ad.instantiate_zeros(tangents[0]) * 2.0)),
            [True],
        ),
        (stops, [False]),
    ]:
        assert _settle._passes(Call(lambda x, p=p: [p.bind(x)]), [like]) == answer, p
    with pytest.raises(NotImplementedError), whygrad.jax.diagnose() as report:
        p = _primitive("whygrad_test_unknown")
        jax.grad(lambda x: jnp.sum(p.bind(x)))(jnp.ones(2))
    assert [(f.cause, f.op) for f in report.findings] == [("NO_GRADIENT_REGISTERED", "whygrad_test_unknown")]


def test_names_in_the_tables_are_jaxs():
    known = {
        p.name
        for module in list(sys.modules.values())
        if (module.__name__ or "").startswith("jax.")
        for p in vars(module).values()
        if isinstance(p, _jax.Primitive)
    }
    unknown = {name for name in (*_ops.LIKE, *_ops.ZERO, *_ops.NOT_FINITE, *_ops.INDEXING) if name not in known} - _ops.RULES_OF_JAX
    assert unknown <= _ops.OF_OLD, unknown


def test_functions_that_texts_name_are_there():
    named = [*_language_jax.FUNCTIONS.values(), *(f"jnp.{name}" for name in _language_jax.SAME)]
    for name in named:
        if name.startswith(("optax.", "x.at")):
            continue
        thing = {"jnp": jnp, "jax": jax}[name.partition(".")[0]]
        for part in name.split(".")[1:]:
            assert hasattr(thing, part), name
            thing = getattr(thing, part)


# ---- The command line ----


def explain(tmp_path, source, *options):
    (tmp_path / "train.py").write_text("import jax\nimport jax.numpy as jnp\n" + source)
    command = [sys.executable, "-m", "whygrad", "explain", *options]
    return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)


def test_scripts_are_explained(tmp_path):
    source = "import sys\n\n\ndef loss(w):\n    return jnp.sum(jnp.round(w))\n\n\njax.jit(jax.grad(loss))(jnp.ones(2))\nprint(sys.argv[1:])\n"
    done = explain(tmp_path, source, "train.py", "--", "-x")
    assert done.returncode == 1 and "round" in done.stdout and "train.py:7" in done.stdout and "['-x']" in done.stdout, done.stdout + done.stderr
    done = explain(tmp_path, source.replace("jnp.round(w)", "w**2"), "-m", "train")
    assert done.returncode == 0 and "every gradient is there" in done.stdout, done.stdout + done.stderr
    done = explain(tmp_path, "jax.grad(lambda n: n * n)(3)\n", "train.py")
    assert done.returncode == 2 and "WG105" in done.stdout and "TypeError" in done.stderr, done.stdout + done.stderr


def test_threads_and_forks(tmp_path):
    source = (
        "import threading\n\n\ndef work():\n    jax.grad(lambda w: jnp.sum(jnp.floor(w)))(jnp.ones(2))\n\n\nthreading.Thread(target=work).start()\n"
    )
    done = explain(tmp_path, source, "train.py")
    assert done.returncode == 1 and len(re.findall("WG1", done.stdout)) == 1 and "floor" in done.stdout, done.stdout + done.stderr
