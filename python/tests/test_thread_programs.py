"""The programs of thread_programs.py on our own engine: the cause, the op and the line that a person would name, and nobody else is accused."""

import linecache
import sys

import numpy as np
import pytest

import thread_programs
import thread_programs_keras
import thread_programs_training
import whygrad
import whygrad.tf
from thread_programs_mended import MENDED

PROGRAMS = {**thread_programs.PROGRAMS, **thread_programs_keras.PROGRAMS, **thread_programs_training.PROGRAMS}


def status_of(gradient):
    if gradient is None:
        return "absent"
    numbers = np.asarray(getattr(gradient, "values", gradient), np.float64)
    return "nan" if np.isnan(numbers).any() else "inf" if np.isinf(numbers).any() else "value" if numbers.any() else "zero"


def judge(name, program, wrong, diagnose):
    """Runs the program, and compares what is said of its gradients with what a person would say."""
    source, file = program.strip() + "\n", f"<{name}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    scope = {"__name__": "__main__"}
    with diagnose(values=True) as report:
        exec(compile(source, file, "exec"), scope)
    lines = [i for i, text in enumerate(source.splitlines(), 1) if text.endswith("# here")]
    for source_name, gradient in scope["grads"].items():
        status, causes, ops = wrong.get(source_name, ("value", "", ""))
        assert status_of(gradient) == status, source_name
        if status == "value":
            continue
        right = [f for f in report.findings if f.status == status and f.cause in causes.split() and f.line in lines]
        assert any(not ops or f.op in ops.split() for f in right), f"{source_name}\n{report}"
    assert wrong or not report.findings, str(report)
    assert "please report" not in report.note, report.note


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", whygrad.tf)
    wrong, program = PROGRAMS[name]
    judge(name, program, wrong, whygrad.diagnose)


@pytest.mark.parametrize("name", MENDED)
def test_the_remedies_mend_it(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", whygrad.tf)
    program = PROGRAMS[name][1]
    for broken, mended in MENDED[name]:
        assert program.count(broken) == 1, broken
        program = program.replace(broken, mended)
    scope = {"__name__": "__main__"}
    exec(compile(program.strip(), f"<{name}>", "exec"), scope)
    assert {source_name: status_of(gradient) for source_name, gradient in scope["grads"].items()} == dict.fromkeys(scope["grads"], "value")
