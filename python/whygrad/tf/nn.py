"""tf.nn"""

from whygrad.tf import _names

__getattr__ = _names.fill("nn", globals())
