"""What is replaced in another engine while a program is watched, and put back after."""

import contextlib
import functools
import inspect

_MISSING = object()


class Patches:
    """Replaces names and takes every one back. A name that a release of the engine does not have is left out; `missing` says which facts that costs."""

    def __init__(self):
        self.missing = []
        self._undo = []

    def replace(self, owner, name, make, fact=None):
        """`owner.name` becomes make(real). fact: what is not seen where there is no such name."""
        real = getattr(owner, name, _MISSING)
        if real is _MISSING:
            self.missing.append(fact or name)
            return
        own = vars(owner).get(name, _MISSING)  # of a class, which may have inherited it
        new = make(real)
        _dress(new, real)
        setattr(owner, name, new)
        self._undo.append(lambda: delattr(owner, name) if own is _MISSING else setattr(owner, name, own))

    def put(self, owner, name, value):
        """As it is, without a wrapper around what was there."""
        own = vars(owner).get(name, _MISSING)
        setattr(owner, name, value)
        self._undo.append(lambda: delattr(owner, name) if own is _MISSING else setattr(owner, name, own))

    def call_at_end(self, undo):
        self._undo.append(undo)

    def remove(self):
        """Takes all back, the last one first, also where one fails."""
        while self._undo:
            try:
                self._undo.pop()()
            except Exception:  # the engine is on its way out
                pass


def _dress(new, real):
    """The wrapper looks as what it stands for, but nobody can unwrap it."""
    functools.update_wrapper(new, real)
    del new.__wrapped__
    with contextlib.suppress(TypeError, ValueError):  # of a builtin that tells none
        new.__signature__ = inspect.signature(real)
