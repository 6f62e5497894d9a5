"""whygrad.tensorflow on programs from public threads: the cause, the op and the line that a person would name, and nobody else is accused."""

import linecache
import pathlib
import sys

import pytest

pytest.importorskip("tensorflow")

from tensorflow_threads import PROGRAMS  # noqa: E402

sys.path.append(str(pathlib.Path(__file__).parents[1] / "tests"))
import tensorflow as tf  # noqa: E402

import test_thread_programs  # noqa: E402
import thread_programs_keras  # noqa: E402
import whygrad.tensorflow  # noqa: E402


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_of_public_threads(name):
    _, wrong, program = PROGRAMS[name]
    source, file = program.strip() + "\n", f"<{name}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    with whygrad.tensorflow.diagnose(values=True) as report:
        exec(compile(source, file, "exec"), {"__name__": "__main__"})
    line = next((i for i, text in enumerate(source.splitlines(), 1) if "# here" in text), None)
    assert {f.source_name: (f.status, f.cause, f.op) for f in report.findings} == wrong, str(report)
    assert all(f.line == line for f in report.findings), str(report)
    assert "please report" not in report.note, report.note


TRAINING = {**test_thread_programs.PROGRAMS, **thread_programs_keras.LIVE}


@pytest.mark.parametrize("name", TRAINING)
def test_programs_of_training_loops(name):
    wrong, program = TRAINING[name]
    try:
        test_thread_programs.judge(name, program, wrong, whygrad.tensorflow.diagnose)
    finally:
        tf.keras.mixed_precision.set_global_policy("float32")
