"""tf.signal"""

from whygrad.tf import _names

__getattr__ = _names.fill("signal", globals())
