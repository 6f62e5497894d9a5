"""Replaces attributes of another engine while a program is watched, and puts the originals back afterwards."""

import contextlib
import functools
import inspect

_MISSING = object()


class Patches:
    """Replaces attributes and puts all of them back. An attribute that a release of the engine does not have is left out; `missing` lists the facts
    that are then not seen."""

    def __init__(self):
        self.missing = []
        self._undo = []

    def replace(self, owner, name, make, fact=None):
        """Sets `owner.name` to make(real). fact: what is not seen if there is no such attribute."""
        real = getattr(owner, name, _MISSING)
        if real is _MISSING:
            self.missing.append(fact or name)
            return
        own = vars(owner).get(name, _MISSING)  # a class may inherit the attribute instead
        new = make(real)
        _dress(new, real)
        setattr(owner, name, new)
        self._undo.append(lambda: delattr(owner, name) if own is _MISSING else setattr(owner, name, own))

    def put(self, owner, name, value):
        """Sets `owner.name` to the value itself instead of a wrapper."""
        own = vars(owner).get(name, _MISSING)
        setattr(owner, name, value)
        self._undo.append(lambda: delattr(owner, name) if own is _MISSING else setattr(owner, name, own))

    def call_at_end(self, undo):
        self._undo.append(undo)

    def remove(self):
        """Puts all attributes back, the last one first. It continues if one fails."""
        while self._undo:
            try:
                self._undo.pop()()
            except Exception:  # the engine is being shut down
                pass


def _dress(new, real):
    """Gives the wrapper the name and signature of the original, but no reference by which it could be unwrapped."""
    functools.update_wrapper(new, real)
    del new.__wrapped__
    with contextlib.suppress(TypeError, ValueError):  # a builtin may have no signature
        new.__signature__ = inspect.signature(real)
