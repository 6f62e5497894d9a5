"""The programs beside this file leave what TensorFlow 2.21 leaves."""

import json
import sys

import pytest

import compare_tensorflow
import whygrad.tf as tf

EXPECTED = json.loads(compare_tensorflow.RECORD.read_text())
PROGRAMS = compare_tensorflow.programs_in(sorted(compare_tensorflow.PROGRAMS.glob("*.py")))


def test_every_program_was_recorded():
    assert list(EXPECTED) == list(PROGRAMS)


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", tf)
    assert compare_tensorflow.differences(compare_tensorflow.run(PROGRAMS[name], tf), EXPECTED[name], by_chance=False) == []
