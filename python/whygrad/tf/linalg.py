"""tf.linalg"""

from whygrad.tf import _names

__getattr__ = _names.fill("linalg", globals())
