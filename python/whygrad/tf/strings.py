"""tf.strings"""

from whygrad.tf import _names

__getattr__ = _names.fill("strings", globals())
