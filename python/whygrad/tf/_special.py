"""tf.math.special"""

from whygrad.tf import _names

__getattr__ = _names.fill("math.special", globals())
