"""Notices threads that a program starts, for engines of which only one thread is watched."""

import os
import sysconfig
import threading
from concurrent.futures import ThreadPoolExecutor

import whygrad

_PACKAGES = tuple({os.path.join(sysconfig.get_path(name), "") for name in ("stdlib", "platstdlib", "purelib", "platlib")})
_OWN = os.path.dirname(whygrad.__file__) + os.sep  # of what takes the place of a library's function
REMARK = "what other threads computed was not seen"


def _is_users(function):
    """Whether a function is the program's own, and not one of a library that works in the background."""
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    return code is not None and not code.co_filename.startswith((*_PACKAGES, _OWN, "<frozen"))


def watch_threads(patches, guard, tell):
    """Calls tell() whenever the program starts a thread of its own."""

    def start(real):
        def start(self):
            if guard(lambda: _is_users(self._target if type(self).run is threading.Thread.run else type(self).run)):
                tell()
            return real(self)

        return start

    def submit(real):
        def submit(self, fn, /, *args, **kwargs):
            if guard(_is_users, fn):
                tell()
            return real(self, fn, *args, **kwargs)

        return submit

    patches.replace(threading.Thread, "start", start)
    patches.replace(ThreadPoolExecutor, "submit", submit)
