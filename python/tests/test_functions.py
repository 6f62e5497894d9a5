"""What TensorFlow's functions answer, without TensorFlow: the calls that compare_functions.py has recorded."""

import json
import pathlib

import pytest

import compare_functions
import function_calls
import known_differences
import whygrad.tf as tf

RECORDED = {}
for line in compare_functions.RECORD.read_text().splitlines():
    call, answer = json.loads(line)
    RECORDED.setdefault(compare_functions.function_of(call), []).append((call, answer))


@pytest.mark.parametrize("name", RECORDED)
def test_answers_are_tensorflows(name):
    different = []
    for call, answer in RECORDED[name]:
        ours = compare_functions.evaluate(call, tf)
        kind, words = compare_functions.differences(ours, {"message": "", **answer})
        different += [f"{kind}: {call}: {words}"] if kind else []
    assert not different


def public_functions():
    modules = {
        "": tf,
        **{name: getattr(tf, name) for name in "math nn linalg random image quantization strings sparse signal bitwise debugging".split()},
        "math.special": tf.math.special,
    }
    for prefix, module in modules.items():
        for name, value in vars(module).items():
            if callable(value) and not isinstance(value, type) and not name.startswith("_"):
                yield f"{prefix}.{name}" if prefix else name


def test_every_function_is_compared_or_left_out_for_a_reason():
    left_out = {name for names in function_calls.LEFT_OUT for name in names.split()}
    compared = function_calls.calls()
    assert [name for name in public_functions() if name not in left_out and not compared.get(name)] == []


def test_known_differences_stand_in_the_documents():
    text = (pathlib.Path(__file__).parents[2] / "docs" / "conformance.md").read_text()
    assert [reason for reason, *_ in known_differences.KNOWN if reason not in text] == []
