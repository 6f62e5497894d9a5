"""tf.math"""

from whygrad.tf import _names
from whygrad.tf import _special as special  # noqa: F401

__getattr__ = _names.fill("math", globals())
