"""tf.image"""

from whygrad.tf import _names

__getattr__ = _names.fill("image", globals())
