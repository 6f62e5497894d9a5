"""Ops of the user's own."""

import os
import types

from whygrad import _whygrad

__all__ = ["load_op_library"]


def load_op_library(library_filename):
    """Loads a shared library of ops, and returns a module that has a function for each.

    docs/your_own_op.md leads through the writing of one. Gradients, reports and replays know these ops as they know the engine's own. Raises
    whygrad.errors.IoError where the file cannot be loaded, ValueError where it offers no ops or was built for another version.
    """
    path = os.path.abspath(os.fspath(library_filename))
    name = os.path.basename(path).split(".")[0]
    name = name[3:] if name.startswith("lib") else name
    module = types.ModuleType(name, f"The ops of {path}.")
    module.__file__ = path
    module.__dict__.update(_whygrad.functions_of_library(path, name))
    return module
