"""tf.random"""

from whygrad.tf import _names

__getattr__ = _names.fill("random", globals())
