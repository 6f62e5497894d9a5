"""whygrad.jax on JAX itself."""

import contextlib
import linecache
import pathlib
import re

import pytest

jax = pytest.importorskip("jax")
import more_programs_jax  # noqa: E402
import numpy as np  # noqa: E402
import programs_jax  # noqa: E402

import whygrad.jax  # noqa: E402


def run(source, scope=None):
    name = f"<program {abs(hash(source))}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    scope = {"__name__": "__main__"} if scope is None else scope
    exec(compile(source, name, "exec"), scope)
    return scope


def line_of(source):
    return next((i for i, line in enumerate(source.splitlines(), 1) if "# here" in line), None)


def check(findings, wrong, line):
    """Each argument that is wrong is told of, with a right status, cause, op and line, and no other."""
    told = {f.source_name: f for f in findings}
    assert set(told) == set(wrong), [(f.source_name, f.cause) for f in findings]
    for name, (status, causes, ops) in wrong.items():
        f = told[name]
        assert f.status in status.split(), (name, f.status)
        assert f.cause in causes.split(), (name, f.cause, f.op)
        assert not ops or f.op in ops.split(), (name, f.op)
        assert line is None or f.line == line, (name, f.line, line)


PROGRAMS = {**programs_jax.PROGRAMS, **more_programs_jax.THREADS}
MODES = [(name, mode) for name, p in PROGRAMS.items() for mode in programs_jax.RUNS if p.compiled or mode == "eager"]


@pytest.mark.parametrize("name, mode", MODES)
def test_programs_of_public_threads(name, mode):
    program = PROGRAMS[name]
    source = programs_jax.HEAD + programs_jax.RUNS[mode] + program.source
    with whygrad.jax.diagnose(values=True) as report:
        run(source)
    assert "please report" not in report.note, report.note
    check(report.findings, program.wrong, line_of(source))


@pytest.mark.parametrize("name", more_programs_jax.RAISES)
def test_what_jax_raises_is_explained(name):
    _, source, cause, op = more_programs_jax.RAISES[name]
    source = programs_jax.HEAD + source
    with contextlib.suppress(Exception):
        run(source)
        pytest.fail("it does not raise")
    with pytest.raises(Exception) as caught, whygrad.jax.diagnose(values=True) as report:
        run(source)
    with pytest.raises(type(caught.value)) as bare:
        run(source)
    assert str(bare.value).partition("\n")[0] == str(caught.value).partition("\n")[0]
    assert [(f.cause, f.op, f.line) for f in report.findings] == [(cause, op, line_of(source))], (str(report), str(caught.value)[:400])
    assert "please report" not in report.note


@pytest.mark.parametrize("mode", programs_jax.RUNS)
@pytest.mark.parametrize("name", more_programs_jax.FINE)
def test_what_is_fine_is_not_accused_and_comes_out_the_same_bit_for_bit(name, mode):
    source = programs_jax.HEAD + programs_jax.RUNS[mode] + more_programs_jax.FINE[name]

    def results():
        return [np.asarray(leaf).tobytes() for leaf in jax.tree_util.tree_leaves(run(source)["result"])]

    bare = results()
    for values in (False, True):
        with whygrad.jax.diagnose(values=values) as report:
            watched = results()
        assert watched == bare
        assert report.findings == [] and report.note == "every gradient is there", str(report)
    assert results() == bare


PAGES = sorted((pathlib.Path(__file__).parents[2] / "docs" / "reasons").glob("*.md"))
PAGE_PROGRAM = re.compile(r"^## (Broken|Repaired) \(JAX\)\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGE_PROGRAMS = [(page.stem, kind, program) for page in PAGES for kind, program in PAGE_PROGRAM.findall(page.read_text())]


@pytest.mark.parametrize("code, kind, program", PAGE_PROGRAMS, ids=[f"{code}_{kind}" for code, kind, _ in PAGE_PROGRAMS])
def test_pages(code, kind, program):
    raised = None
    try:
        with whygrad.jax.diagnose(values=True) as report:
            run(program)
    except Exception as error:  # what JAX says of it itself
        raised = error
    assert {f.code for f in report.findings} == ({code} if kind == "Broken" else set()), str(report)
    assert raised is None or (kind, code) in (("Broken", "WG104"), ("Broken", "WG121"))


def test_pages_of_jaxs_own_causes_have_two_programs():
    assert len(PAGE_PROGRAMS) == 14 and len({code for code, _, _ in PAGE_PROGRAMS}) == 7
