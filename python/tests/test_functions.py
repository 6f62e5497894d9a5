"""What TensorFlow's functions answer, without TensorFlow: the calls that compare_functions.py has recorded."""

import pathlib

import numpy as np
import pytest

import compare_functions
import composite_calls
import function_calls
import known_differences
import whygrad.tf as tf

RECORDED = compare_functions.recorded(compare_functions.RECORD)


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


@pytest.mark.parametrize("a", [2e8, 1e12, 1e15])
def test_the_incomplete_gamma_function_has_its_digits_for_large_numbers(a):
    # DLMF 8.12.3 at x = a, and the central difference beside it.
    half, sigma = tf.constant(a, tf.float64), a**0.5
    share = 1 / np.sqrt(2 * np.pi) / sigma
    with tf.GradientTape() as tape:
        tape.watch(half)
        lower = tf.math.igamma(half, tf.constant(a, tf.float64))
    np.testing.assert_allclose(lower, 0.5 + share / 3, rtol=1e-14)
    np.testing.assert_allclose(lower + tf.math.igammac(half, tf.constant(a, tf.float64)), 1, rtol=1e-14)
    np.testing.assert_allclose(tape.gradient(lower, half), -share, rtol=1e-6)
    beside = tf.math.igamma(half, tf.constant(a + 2 * sigma, tf.float64))
    assert abs(float(beside) - 0.9772498680518208) < share * 2 + 1e-12


@pytest.mark.parametrize("x, lower", [(1e300, 1.0), (1.7e308, 1.0), (1e-300, 0.0), (0.0, 0.0)])
def test_the_incomplete_gamma_function_far_from_a_large_a(x, lower):
    a, x = tf.constant(1e9, tf.float64), tf.constant(x, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(a)
        y = tf.math.igamma(a, x)
    assert float(y) == lower and float(tf.math.igammac(a, x)) == 1 - lower and float(tape.gradient(y, a)) == 0


def test_dilation_of_integers_leaves_out_what_lies_outside():
    x, filters = tf.reshape(tf.range(16), [1, 4, 4, 1]), tf.reshape(tf.range(4), [2, 2, 1])
    for dtype in (tf.uint8, tf.int8, tf.uint16, tf.int64):
        y = tf.nn.dilation2d(tf.cast(x, dtype), tf.cast(filters, dtype), [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1])
        assert y.dtype == dtype and y.numpy().ravel().tolist() == [8, 9, 10, 9, 12, 13, 14, 13, 16, 17, 18, 17, 14, 15, 16, 15]
    y = tf.nn.erosion2d(x, filters, [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1])
    assert y.numpy().ravel().tolist() == list(range(-3, 13))
    low = tf.nn.dilation2d(tf.cast(x, "int8") - 100, tf.cast(filters, "int8") - 100, [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1])
    assert int(tf.reduce_max(low)) == 74  # -182 wraps, as in TensorFlow
    with pytest.raises(TypeError, match="sign"):
        tf.nn.erosion2d(tf.cast(x, tf.uint8), tf.cast(filters, tf.uint8), [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1])


def test_boxes_that_are_not_finite_cut_nothing():
    for bad in (np.nan, np.inf):
        with pytest.raises(ValueError, match="NaN or infinite"):
            tf.image.crop_and_resize(np.zeros((1, 4, 4, 1), "f"), [[0.0, bad, 1.0, 1.0]], [0], [2, 2])


@pytest.mark.parametrize("labels, blank, expected", [([[1, 2], [2, 0]], 2, [6.8246193, 2.5875063]), ([[0, 1], [1, 2]], -1, [0.6027855, 2.3124733])])
def test_a_label_that_is_the_blank_counts_as_the_class_before_it(labels, blank, expected):
    logits = tf.reshape(tf.range(24.0) % 7, [4, 2, 3])
    np.testing.assert_allclose(tf.nn.ctc_loss(tf.constant(labels), logits, [2, 2], [4, 4], blank_index=blank), expected, rtol=1e-5)
