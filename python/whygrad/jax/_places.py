"""Finds the line of the user's code that an op comes from."""

import os
import sys
import sysconfig

import whygrad
from whygrad import _whygrad

_OWN = os.path.dirname(whygrad.__file__) + os.sep
_PACKAGES = tuple({os.path.join(sysconfig.get_path(name), "") for name in ("stdlib", "platstdlib", "purelib", "platlib")})
_INSTALLED = f"{os.sep}site-packages{os.sep}"
# Parts of JAX's library whose inner ops do not concern the program: a stop_gradient within softmax stops nothing that the softmax needs.
_LIBRARY = tuple(f"{os.sep}jax{os.sep}_src{os.sep}{part}" for part in ("nn", "ops", "scipy", "numpy", "random", "image", f"lax{os.sep}control_flow"))


def is_users(file):
    return not (file.startswith((_OWN, "<frozen")) or _INSTALLED in file or file.startswith(_PACKAGES))


def users_place(frames):
    """The innermost of the user's lines among (code object, offset); None if there is none."""
    for code, offset in frames:
        if is_users(code.co_filename):
            return _whygrad.place_of_frame(code, offset)
    return None


def users_line(frames):
    """A key that tells one call in the program from another."""
    return next(((code, offset) for code, offset in frames if is_users(code.co_filename)), None)


def within(frames):
    """The function of JAX's library that the program called and that the op is part of, such as softmax; '' if there is none."""
    name = ""
    for code, _ in frames:
        if is_users(code.co_filename):
            return name
        if any(part in code.co_filename for part in _LIBRARY) and not code.co_filename.endswith("array_methods.py"):  # operators
            name = code.co_name.lstrip("_")
    return name


def differentiates(frames):
    """Whether JAX's derivative rules called the op, and not the program's own line."""
    for code, _ in frames:
        if is_users(code.co_filename):
            return False
        if code.co_filename.endswith((f"interpreters{os.sep}ad.py", "custom_derivatives.py")) and "jvp" in code.co_name:
            return True
    return False


def stack():
    """(code object, offset) of the lines on the stack, innermost first."""
    frames, frame = [], sys._getframe(1)
    while frame is not None:
        frames.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    return frames
