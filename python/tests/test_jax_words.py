"""Reports on JAX programs speak JAX. Needs no JAX."""

import re

import pytest

from test_language import literals
from whygrad import _language_jax, _whygrad
from whygrad._language import spell

# Words that only other engines have.
FOREIGN = re.compile(
    r"\btapes?\b|\btf\.|TensorFlow|\bVariable\b|\bvariables?\b|\bwatch|GradientTape|(?<!jax\.lax\.)stop_gradient|custom_gradient|grad_pass_through|"
    r"UnconnectedGradients|trainable|torch|detach|requires_grad|\bleaf\b|::|\{\.|reduce_\w+|with_logits\b|\bassign\b|\d\.\d*f\b|\btensors?\b"
)
# Words with an underscore or a bracket behind them that are no functions.
NO_FUNCTIONS = set("f x_i x_j e_i e_j op".split())
ONLY_CPP = ("load_flow", "save_flow", ".wgflow")
# Of causes that only PyTorch has.
TORCH_ONLY = re.compile(
    r"torch|retain_grad|requires_grad|detach|ModuleList|ParameterList|no_grad|retain_graph|zero_grad|create_graph|named_parameters|add_param_group|backward\(\)"
)


def check(text):
    words = spell(text, "jax")
    bare = re.sub(r"`[^`]*`", "", words)
    assert not FOREIGN.search(bare), (words, FOREIGN.search(bare).group())
    assert spell(words, "jax") == words, "a text may be spelled twice"
    for name in re.findall(r"(?<![\w.`{])(?:[A-Za-z_]\w*(?=\()|[a-z][a-z0-9]*_\w+)", bare):
        assert name in NO_FUNCTIONS or name in _language_jax.OWN or name == "whygrad", (name, words)


def test_the_catalogue_and_the_records_of_ops_speak_jax():
    texts = [text for text in _whygrad.texts() if text and not TORCH_ONLY.search(text)]
    assert len(texts) > 300
    for text in texts:
        check(text)


def test_what_explanations_are_made_of_speaks_jax():
    texts = [text for text in literals("flow") if not any(word in text for word in ONLY_CPP) and not TORCH_ONLY.search(text)]
    assert len(texts) > 150
    for text in texts:
        check(text)


@pytest.mark.parametrize(
    "text, words",
    [
        ("x + stop_gradient(round(x) - x)", "x + jax.lax.stop_gradient(jnp.round(x) - x)"),
        ("keep x away from 0: write log(x + 1e-7)", "keep x away from 0: write jnp.log(x + 1e-7)"),
        ("`log(x)` of variable `tape`", "`log(x)` of argument `tape`"),
        ("use leaky_relu or elu", "use jax.nn.leaky_relu or jax.nn.elu"),
        ("-reduce_logsumexp(-x)", "-jax.nn.logsumexp(-x)"),
        ("matrix_diag([0, 1e-3, 2e-3, ..])", "jnp.diag(jnp.arange(n) * 1e-3)"),
    ],
)
def test_words(text, words):
    assert spell(text, "jax") == words
