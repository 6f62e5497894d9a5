"""Reports on PyTorch programs speak PyTorch. Needs no PyTorch."""

import re

import pytest

from test_language import SOURCES, literals
from whygrad import _language_torch, _whygrad
from whygrad._language import spell

# Words that only other engines have.
FOREIGN = re.compile(
    r"\btapes?\b|\btf\.|TensorFlow|\bVariable\b|\bwatch|GradientTape|stop_gradient|custom_gradient|grad_pass_through|UnconnectedGradients|trainable|jax|"
    r"\bjit\b|::|\{\.|reduce_\w+|with_logits\b(?<!F\.binary_cross_entropy_with_logits)|\bassign\b|\d\.\d*f\b"
)
PAGES = sorted((SOURCES.parent / "docs" / "reasons").glob("*.md"))
PROGRAM = re.compile(r"^## (Broken|Repaired)\n\n```python\n(import torch\n.*?)^```$", re.MULTILINE | re.DOTALL)
# Words with an underscore or a bracket behind them that are no functions.
NO_FUNCTIONS = set("f x_i x_j e_i e_j op".split())
ONLY_CPP = ("load_flow", "save_flow", ".wgflow")


def check(text):
    words = spell(text, "torch")
    bare = re.sub(r"`[^`]*`", "", words)
    assert not FOREIGN.search(bare), (words, FOREIGN.search(bare).group())
    assert spell(words, "torch") == words, "a text may be spelled twice"
    for name in re.findall(r"(?<![\w.`{])(?:[A-Za-z_]\w*(?=\()|[a-z][a-z0-9]*_\w+)", bare):
        assert name in NO_FUNCTIONS or name in _language_torch.OWN or name == "whygrad", (name, words)


def test_the_catalogue_and_the_records_of_ops_speak_pytorch():
    texts = [text for text in _whygrad.texts() if text]
    assert len(texts) > 300
    for text in texts:
        check(text)


def test_what_explanations_are_made_of_speaks_pytorch():
    texts = [text for text in literals("flow") if not any(word in text for word in ONLY_CPP)]
    assert len(texts) > 150
    for text in texts:
        check(text)


@pytest.mark.parametrize(
    "text, words",
    [
        ("x + stop_gradient(round(x) - x)", "x + (torch.round(x) - x).detach()"),
        ("gather from x what unique(stop_gradient(x)) found", "gather from x what torch.unique(x.detach()) found"),
        ("keep x away from 0: write log(x + 1e-7)", "keep x away from 0: write torch.log(x + 1e-7)"),
        ("`log(x)` of variable `tape`", "`log(x)` of variable `tape`"),
        ("use leaky_relu", "use F.leaky_relu"),
        ("sparse_softmax_cross_entropy_with_logits(labels, logits)", "F.cross_entropy(logits, labels)"),
        ("-reduce_logsumexp(-x)", "-torch.logsumexp(-x, dim)"),
        ("gather(x, shuffle(range(n)))", "x[torch.randperm(n)]"),
    ],
)
def test_words(text, words):
    assert spell(text, "torch") == words


def test_pages_of_pytorchs_own_causes_have_two_programs():
    own = [page for page in PAGES if "watched by `whygrad.torch`" in page.read_text()]
    assert len(own) == 10
    for page in own:
        programs = dict(PROGRAM.findall(page.read_text()))
        assert set(programs) == {"Broken", "Repaired"}, page
        for program in programs.values():
            compile(program, str(page), "exec")
            assert "import torch" in program


def test_importing_whygrad_imports_no_engine():
    import subprocess
    import sys

    code = "import sys, whygrad; sys.exit(any(name in sys.modules for name in ('torch', 'tensorflow', 'jax')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
