"""tf.autodiff"""

from whygrad._forward import ForwardAccumulator  # noqa: F401
from whygrad._tape import GradientTape  # noqa: F401
from whygrad.tf import _names

__getattr__ = _names.fill("autodiff", globals())
