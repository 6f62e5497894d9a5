"""TensorFlow's op types: none is without words, also those that no op of ours computes."""

import pathlib

import pytest

import compare_functions
import whygrad.tf as tf
from whygrad import _whygrad
from whygrad._language import spell

LIST = pathlib.Path(__file__).parent / "tensorflow_types.txt"
TYPES = {type_: line.split()[0] for line in LIST.read_text().splitlines() if not line.startswith("#") for type_ in line.split()[1:]}


def test_every_type_has_a_record():
    assert len(TYPES) > 600
    assert [type_ for type_ in TYPES if not _whygrad.knows_op(type_)] == []
    assert not _whygrad.knows_op("NoSuchOp")


def test_every_type_without_a_gradient_function_has_a_reason():
    silent = [type_ for type_, gradient in TYPES.items() if gradient == "none" and not any(flow != "flows" for flow in _whygrad.known_flows(type_))]
    assert silent == []


@pytest.mark.parametrize(
    "type_, name",
    [
        ("ArgMax", "argmax"),
        ("HSVToRGB", "hsv_to_rgb"),
        ("FFT2D", "fft2d"),
        ("Conv3DBackpropFilterV2", "conv3d_backprop_filter"),
        ("BatchMatMulV3", "matmul"),
        ("Einsum", "einsum"),
        ("BesselI0e", "bessel_i0e"),
        ("TensorArrayReadV3", "tensor_array_read"),
        ("NoSuchOpV2", "no_such_op"),
    ],
)
def test_ops_are_called_as_programs_call_them(type_, name):
    assert _whygrad.name_of_type(type_) == name


def test_sentences_begin_and_end_as_those_of_other_records():
    texts = [text for text in _whygrad.type_texts() if text]
    assert len(texts) > 100
    for text in texts:
        assert not text.rstrip().endswith((",", ";", ":")) and text == text.strip() and (text[0].islower() or text.startswith("TensorFlow")), text
        assert "whygrad" not in text and "::" not in text, text
        assert spell(spell(text, "tensorflow"), "tensorflow") == spell(text, "tensorflow")


CALLS = dict(line.split(": ", 1) for line in (LIST.parent / "public_calls.txt").read_text().splitlines() if not line.startswith("#"))


def test_the_list_is_whole():
    assert len(CALLS) == 319


@pytest.mark.parametrize("type_", CALLS)
def test_every_type_has_a_public_function(type_):
    answer = compare_functions.evaluate(CALLS[type_], tf)
    assert "error" not in answer, answer
