"""Lets `import tensorflow` find whygrad.tf, submodules included."""

import importlib
import importlib.abc
import importlib.machinery
import sys


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] != "tensorflow":
            return None
        return importlib.machinery.ModuleSpec(fullname, self)

    def create_module(self, spec):
        name = "whygrad.tf" + spec.name[len("tensorflow") :]
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError:
            raise ModuleNotFoundError(
                f"whygrad has no module {spec.name}\nhelp: say `import tensorflow as tf` and use tf's own names", name=spec.name
            ) from None

    def exec_module(self, module):
        """It ran when it was imported."""


def install():
    """For the rest of the process. Takes precedence over an installed TensorFlow."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
