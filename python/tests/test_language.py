"""The engine's texts in the words of a Python program."""

import pathlib
import re

import pytest

import whygrad
import whygrad.tf as tf
from whygrad import _language_torch, _whygrad
from whygrad._language import spell

SOURCES = pathlib.Path(__file__).parents[2] / "src"
# Words with an underscore or a bracket behind them that are no functions: parameters, what formulas are written with, methods.
NO_FUNCTIONS = set(
    "trainable_variables watch watch_accessed_variables unconnected_gradients assign assign_add assign_sub gradient f x_i x_j e_i e_j".split()
)
NO_FUNCTIONS |= _language_torch.OWN  # causes that only PyTorch has are told in its words
NO_FUNCTIONS |= {"load_flow", "save_flow"}  # of the package, not of tf


def literals(*folders):
    """The sentences in the engine's sources; those that are written in several pieces as one."""
    for folder in folders:
        for path in sorted((SOURCES / folder).glob("*.cpp")):
            code = re.sub(r"(?m)//.*$|^#.*$", "", path.read_text())
            for text in re.findall(r'"((?:[^"\\\n]|\\.)*)"', re.sub(r'"\s*\n\s*"', "", code)):
                if " " in text:
                    yield text


def check(text):
    check_words(spell(text))
    assert spell(spell(text)) == spell(text), "a text may be spelled twice"
    elsewhere = spell(text, "tensorflow")
    check_words(elsewhere)
    assert spell(elsewhere, "tensorflow") == elsewhere, "a text may be spelled twice"
    own = re.sub(r"whygrad\.(tensorflow|keras)\b|whygrad watched|a defect of whygrad", "", elsewhere)
    assert "whygrad" not in own, own  # who stays on TensorFlow does not use it


def check_words(words):
    assert not re.search(r"::|\{\.|= ?(true|false)\b|\d\.\d*f\b", words), words
    bare = re.sub(r"`[^`]*`", "", words)
    for path in re.findall(r"(?<![\w.])tf((?:\.\w+)+)", bare):
        thing = tf
        for part in path[1:].split("."):
            assert hasattr(thing, part), (path, words)
            thing = getattr(thing, part)
    for name in re.findall(r"(?<![\w.`{])(?:[A-Za-z_]\w*(?=\()|[a-z][a-z0-9]*_\w+)", bare):
        assert name in NO_FUNCTIONS or name == "whygrad", (name, words)


def test_the_catalogue_and_the_records_of_ops_speak_python():
    texts = [text for text in _whygrad.texts() if text]
    assert len(texts) > 300
    for text in texts:
        check(text)


def test_what_explanations_are_made_of_speaks_python():
    texts = [*literals("explain"), *literals("flow")]
    assert len(texts) > 150
    for text in texts:
        check(text)


@pytest.mark.parametrize(
    "text, words",
    [
        ("keep x away from 0: write log(maximum(x, 1e-7))", "keep x away from 0: write tf.math.log(tf.maximum(x, 1e-7))"),
        ("use leaky_relu or elu", "use tf.nn.leaky_relu or tf.nn.elu"),
        ("make the tape with {.persistent = true}", "make the tape with persistent=True"),
        ("`log(x)` of variable `leaky_relu`", "`log(x)` of variable `leaky_relu`"),
        ("tape.watch(x), model.log(x)", "tape.watch(x), model.log(x)"),
        ("take the square where it is", "take the square where it is"),
    ],
)
def test_words(text, words):
    assert spell(text) == words


def test_findings_and_errors_are_spelled():
    x = tf.Variable(0.0)
    with whygrad.diagnose(values=True) as report, tf.GradientTape() as tape:
        y = tf.math.log(x) * 0.0
    with report:
        tape.gradient(y, x)
    assert "tf." in report.findings[0].remedy and "tf." in str(report)
    with pytest.raises(Exception) as caught:
        tf.boolean_mask([1.0, 2.0], [1, 0])
    assert "tf.cast(mask, tf.bool)" in str(caught.value) and caught.value.help in str(caught.value)


def test_the_words_of_cpp_are_those_of_its_headers():
    """The other face: each function that a text names is declared in a header."""
    headers = "\n".join(p.read_text() for p in (SOURCES.parent / "include").rglob("*.hpp"))
    declared = set(re.findall(r"(\w+)\(", headers)) | set(_whygrad.op_names())
    for text in [*_whygrad.texts(), *literals("explain")]:
        bare = re.sub(r"`[^`]*`", "", text)
        for name in re.findall(r"(?<![\w.`{])(?:[A-Za-z_]\w*(?=\()|[a-z][a-z0-9]*_\w+)", bare):
            assert name in declared or name in NO_FUNCTIONS, (name, text)
