"""The engines that can be watched, and the messages for an engine that is not installed or of an untested version."""

import importlib
import re

# Module, its name for pip, and the oldest and newest version that the tests run with.
_ENGINES = {
    "tensorflow": ("tensorflow", "pip install tensorflow", (2, 13), (2, 21)),
    "torch": ("torch", "pip install torch", (2, 4), (2, 15)),
    "jax": ("jax", "pip install jax", (0, 6), (0, 10)),
    "keras": ("keras", "pip install keras tensorflow", (2, 13), (3, 15)),
}


def _numbers(version):
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def load(name):
    """Imports the engine's module. The ImportError for a missing one says how to install it."""
    module, command, _, _ = _ENGINES[name]
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise ImportError(f"[whygrad.{name}] there is no package {module}\nhelp: `{command}`", name=module) from None


def how_to_install(name):
    return f"`{_ENGINES[name][1]}`"


def version_note(name, version):
    """The remark on a version that was not tested; '' for a tested one."""
    _, _, oldest, newest = _ENGINES[name]
    if oldest <= _numbers(version) <= newest:
        return ""
    text = "older" if _numbers(version) < oldest else "newer"
    return f"{name} {version} is {text} than what was tested, {'.'.join(map(str, oldest))} to {'.'.join(map(str, newest))}: some facts may be missing"
