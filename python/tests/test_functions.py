"""What TensorFlow's functions answer, without TensorFlow: the calls that compare_functions.py has recorded."""

import json
import pathlib

import numpy as np
import pytest

import compare_functions
import composite_calls
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
        **{name: getattr(tf, name) for name in "math nn linalg random image quantization strings sparse ragged signal bitwise debugging".split()},
        "math.special": tf.math.special,
    }
    for prefix, module in modules.items():
        for name in dir(module):
            value = getattr(module, name)
            if callable(value) and not isinstance(value, type) and not name.startswith("_"):
                yield f"{prefix}.{name}" if prefix else name


def test_every_function_is_compared_or_left_out_for_a_reason():
    left_out = {name for names in function_calls.LEFT_OUT for name in names.split()}
    compared = function_calls.calls()
    elsewhere = composite_calls.ALL  # test_composites.py

    def is_compared(name):
        return compared.get(name) or any(f"tf.{name}(" in call for call in elsewhere)

    assert [name for name in public_functions() if name not in left_out and not is_compared(name)] == []


def test_known_differences_stand_in_the_documents():
    text = (pathlib.Path(__file__).parents[2] / "docs" / "conformance.md").read_text()
    assert [reason for reason, *_ in known_differences.KNOWN if reason not in text] == []


def test_boxes_without_a_place_overlap_with_none():
    nan = np.full((3, 4), np.nan, "f")
    assert tf.image.non_max_suppression(nan, np.array([0.9, 0.8, 0.7], "f"), 3).numpy().tolist() == [0, 1, 2]
    found, _ = tf.image.non_max_suppression_with_scores(nan, np.array([0.9, np.inf, 0.7], "f"), 3, soft_nms_sigma=0.5)
    assert found.numpy().tolist() == [1, 0, 2]


def test_images_of_their_own_size_are_blurred_all_the_same():
    x = np.arange(48, dtype="u1").reshape(1, 4, 4, 3)
    for method, first in (("gaussian", [1.788, 2.788, 3.788]), ("mitchellcubic", [0.882, 1.882, 2.882]), ("bicubic", [0, 1, 2])):
        np.testing.assert_allclose(tf.image.resize(x, (4, 4), method).numpy()[0, 0, 0], first, atol=1e-3)


def test_a_window_begins_with_zero():
    assert float(tf.cos(tf.constant(0.0, tf.float64))) == 1
    assert tf.signal.hann_window(4).numpy().tolist() == [0, 0.5, 1, 0.5]
    np.testing.assert_allclose(tf.signal.inverse_stft_window_fn(4)(4, tf.float32), [0, 2, 1, 2], rtol=1e-6)
    assert tf.signal.frame(np.arange(7), 3, 2, pad_end=True, pad_value=-1).numpy()[-1].tolist() == [6, -1, -1]
