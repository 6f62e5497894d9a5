"""tf.errors"""

from whygrad.errors import *  # noqa: F401,F403
