"""tf.keras.utils"""

import random as _random

from whygrad import _whygrad
from whygrad.tf.keras._near import missing as _missing


def set_random_seed(seed):
    """Seeds Python's, NumPy's and the engine's random numbers."""
    import numpy

    _random.seed(seed)
    numpy.random.seed(seed)
    _whygrad.set_seed(seed)


__getattr__ = _missing("tf.keras.utils", globals())
