"""tf.dtypes"""

from whygrad._functions import functions as _functions
from whygrad.dtypes import *  # noqa: F401,F403

cast = _functions["cast"]
