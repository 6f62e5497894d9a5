"""tf.bitwise"""

from whygrad.tf import _names

__getattr__ = _names.fill("bitwise", globals())
