"""tf.keras.backend: the dtype of layers that are given none."""

from whygrad.tf.keras._near import missing as _missing

_floatx = "float32"


def floatx():
    return _floatx


def set_floatx(value):
    global _floatx
    if value not in ("bfloat16", "float16", "float32", "float64"):
        raise ValueError(f"Unknown `floatx` value: {value!r}. Expected one of bfloat16, float16, float32, float64")
    _floatx = value


def epsilon():
    return 1e-7


__getattr__ = _missing("tf.keras.backend", globals())
