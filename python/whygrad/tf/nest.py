"""tf.nest"""

from whygrad._nest import *  # noqa: F401,F403
