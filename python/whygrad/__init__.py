"""Automatic differentiation in which a missing gradient comes with a reason. `whygrad.tf` has the same under TensorFlow's names."""

import os as _os

from whygrad import _whygrad
from whygrad._whygrad import Tensor, Variable, from_dlpack, profile  # noqa: F401

# Where an op was called: the user's line, not one of this package's, nor one of the standard library's.
_whygrad.own_folder(_os.path.dirname(__file__) + _os.sep)
_whygrad.package_folder(_os.path.dirname(_os.__file__) + _os.sep)

from whygrad import errors  # noqa: E402,F401
from whygrad._control_flow import *  # noqa: E402,F403
from whygrad._custom_gradient import *  # noqa: E402,F403
from whygrad._diagnose import *  # noqa: E402,F403
from whygrad._folds import *  # noqa: E402,F403
from whygrad._functions import functions as _ops  # noqa: E402
from whygrad._graph import *  # noqa: E402,F403
from whygrad._host_functions import *  # noqa: E402,F403
from whygrad._op_library import *  # noqa: E402,F403
from whygrad._shape import TensorShape  # noqa: E402,F401
from whygrad._tape import *  # noqa: E402,F403
from whygrad.dtypes import *  # noqa: E402,F403

globals().update(_ops)

__version__ = "0.1.0"
