"""Ops of the user's own: the page that leads through one, and libraries that are none."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

import whygrad.tf as tf
from whygrad import errors

ROOT = pathlib.Path(__file__).parents[2]
PAGE = ROOT / "docs" / "your_own_op.md"


def build(folder, name, text=None):
    source, library = folder / f"{name}.cpp", folder / f"lib{name}.so"
    if text is not None:
        source.write_text(text)
    command = [os.environ.get("CXX", "c++"), "-std=c++20", "-O1", "-fPIC", "-shared", f"-I{ROOT / 'include'}", str(source), "-o", str(library)]
    subprocess.run(command, check=True)
    return str(library)


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The files of the page, and the library that they make."""
    folder = tmp_path_factory.mktemp("own_op")
    subprocess.run([sys.executable, str(ROOT / "tests/consumer/page_files.py"), str(PAGE), str(folder)], check=True)
    return folder, build(folder, "hard_shrink")


def test_the_page_does_what_it_says(shown):
    folder, library = shown
    done = subprocess.run([sys.executable, "check.py", library], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "threshold" in done.stdout and "smooth gate" in done.stdout


def test_a_function_has_the_words_of_the_record(shown):
    module = tf.load_op_library(shown[1])
    assert module.__name__ == "hard_shrink" and module.__file__ == shown[1]
    assert "leak: the part of a small element that passes" in module.hard_shrink.__doc__
    assert module.hard_shrink(tf.constant([0.1, 2.0]), 0.5).numpy().tolist() == [0.0, 2.0]
    assert module.hard_shrink(tf.transpose(tf.constant([[1.0, 2.0], [3.0, 4.0]])), threshold=0.5).numpy().tolist() == [[1.0, 3.0], [2.0, 4.0]]


def test_the_rule_is_differentiated_again(shown):
    hard_shrink = tf.load_op_library(shown[1]).hard_shrink
    x = tf.Variable([2.0, 0.1])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = hard_shrink(x * x, 0.5)
        (dx,) = inner.gradient(y, [x])
    assert dx.numpy().tolist() == [4.0, 0.0]
    assert outer.gradient(dx, x).numpy().tolist() == [2.0, 0.0]


def test_a_file_that_is_not_there():
    with pytest.raises(errors.IoError, match=r"\[load_op_library\] there is no file .*nowhere.so"):
        tf.load_op_library("nowhere.so")


def test_a_file_that_is_no_library(tmp_path):
    (tmp_path / "text.so").write_text("no library")
    with pytest.raises(errors.IoError, match="cannot be loaded: .*\nhelp: build it as a shared library"):
        tf.load_op_library(tmp_path / "text.so")


HEAD = "#include <whygrad/ops/op_library.hpp>\nusing namespace whygrad;\n"
INCOMPLETE = """
static OpDef bare{.name = "bare", .doc = "Nothing.", .inputs = {{"x", Differentiable{}}}};
static const OpDef* const ops[] = {&bare};
static const OpLibrary library{.ops = ops};
"""
OTHER_VERSION = "static const OpLibrary library{.ops = {}, .version = 77};\n"
OFFER = "const OpLibrary* whygrad_op_library() { return &library; }\n"


@pytest.mark.parametrize(
    "name, text, message",
    [
        ("silent", "int nothing() { return 0; }\n", r"has no function whygrad_op_library\(\)"),
        ("null", HEAD + "const OpLibrary* whygrad_op_library() { return nullptr; }\n", "gives a null pointer"),
        ("incomplete", HEAD + INCOMPLETE + OFFER, r"the op bare of .* is incomplete: a differentiable input needs a gradient rule \(.vjp\)"),
        ("other", HEAD + OTHER_VERSION + OFFER, "was built for another version of whygrad"),
    ],
)
def test_a_library_that_offers_no_ops(tmp_path, name, text, message):
    library = build(tmp_path, name, text)
    with pytest.raises(errors.ArgumentError, match=message) as raised:
        tf.load_op_library(library)
    assert re.search("help: .", str(raised.value))
