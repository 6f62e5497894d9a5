"""The engine's texts in the words of a Python program: `tf.math.log(x)`, `persistent=True`; and in those of a program on another engine.

The engine writes its texts for C++. What is written differently here is a phrase of the list below, or the name of a function, which stands under its
own name somewhere in `whygrad.tf`. What a program named itself stands in backticks and is left alone."""

import functools
import importlib
import re

_PHRASES = {
    "a Diagnosis with {.values = true}": "whygrad.diagnose(values=True)",
    "make the tape with {.persistent = true}": "make the tape with persistent=True",
    "make it with {.trainable = true}": "make it with trainable=True",
    "trainable = false": "trainable=False",
    "watch_accessed_variables = false": "watch_accessed_variables=False",
    "pass UnconnectedGradients::zero": "pass unconnected_gradients=tf.UnconnectedGradients.ZERO",
    "asked for with UnconnectedGradients::zero": "asked for with unconnected_gradients=tf.UnconnectedGradients.ZERO",
    "between the construction of the tape and the call of gradient()": "inside of the tape's with block, before gradient() is called",
    "before exit(), or before the block that holds the tape ends": "inside of the tape's with block",
    "before exit()": "inside of the tape's with block",
    "such as 2.0f instead of 2": "such as 2.0 instead of 2",
    "write true and false": "write True and False",
    "cast(mask, bool_)": "tf.cast(mask, tf.bool)",
    "complex_abs(x)": "tf.abs(x)",
    "matrix_diag(": "tf.linalg.diag(",
    "make it GradientTape tape({.persistent = true})": "make the tape with persistent=True",
    "exit() it first": "leave its with block first",
    "exit() once for each": "leave its with block once for each",
    "enter() it first": "enter its with block first",
}
# What is said differently to users of other engines.
_ENGINES = {
    "tensorflow": {
        "a Diagnosis with {.values = true}": "whygrad.tensorflow.diagnose(values=True)",
        "made on another thread": "made before whygrad watched, or on another thread",
        "whygrad has no rule for it": "TensorFlow has no gradient registered for it",
    },
}
# Where functions stand, the shortest name first.
_PLACES = ("", "nn.", "math.", "math.special.", "linalg.", "random.", "image.", "signal.", "strings.", "sparse.", "keras.losses.")
# Functions whose names are no words of English and so need no bracket behind them.
_PLAIN = (
    "abs acos acosh asin asinh atan atan2 atanh elu erf erfc expm1 log1p lgamma relu relu6 rsqrt selu silu softplus softsign sqrt tanh xlogy".split()
)
_NAME = re.compile(r"`[^`]*`|(?<![\w.`])(?:[a-z]\w*(?=\()|[a-z][a-z0-9]*_\w+|" + "|".join(map(r"{}\b".format, _PLAIN)) + r")")


@functools.cache
def _name(function):
    """tf.math.log for log; None where `whygrad.tf` has no such function."""
    import whygrad.tf as tf

    for place in _PLACES:
        module = tf
        for part in place.split(".")[:-1]:
            module = getattr(module, part, None)
        if callable(getattr(module, function, None)):
            return f"tf.{place}{function}"
    return None


def _spell_functions(name, text):
    return _NAME.sub(lambda match: match.group() if match.group().startswith("`") else name(match.group()) or match.group(), text)


@functools.lru_cache(maxsize=4096)
def spell(text, engine=""):
    """engine: "tensorflow", "torch" or "jax" for a program that runs on that engine; "" for one that runs on whygrad."""
    if engine in ("torch", "jax"):
        words = importlib.import_module(f"whygrad._language_{engine}")
        return _spell_functions(words.function, words.phrases(text))
    for phrase, words in {**_PHRASES, **_ENGINES.get(engine, {})}.items():
        text = text.replace(phrase, words)
    return _spell_functions(_name, text)
