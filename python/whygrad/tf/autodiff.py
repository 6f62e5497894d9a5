"""tf.autodiff"""

from whygrad._tape import GradientTape  # noqa: F401
from whygrad.errors import UnsupportedError as _UnsupportedError
from whygrad.tf import _names


class ForwardAccumulator:
    """Forward mode is a later step of whygrad."""

    def __init__(self, primals, tangents):
        raise _UnsupportedError(
            "[ForwardAccumulator] forward mode is a later step of whygrad\n"
            "help: a product J v is two tapes: g = inner.gradient(y, x, output_gradients=seed) and outer.gradient(g, seed, output_gradients=v)"
        )


__getattr__ = _names.fill("autodiff", globals())
