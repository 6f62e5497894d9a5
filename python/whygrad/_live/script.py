"""Finds the engine that a script uses: the first one that is imported by the script, or by a file of its folder that the script imports."""

import ast
import importlib.util
import os
import pathlib
import re

_ENGINE_OF = {
    "tensorflow": "tensorflow",
    "keras": "tensorflow",
    "tf_keras": "tensorflow",
    "torch": "torch",
    "lightning": "torch",
    "pytorch_lightning": "torch",
    "jax": "jax",
    "flax": "jax",
    "equinox": "jax",
    "optax": "jax",
    "haiku": "jax",
    "whygrad": "whygrad",
}
_KERAS_BACKEND = re.compile(r"""KERAS_BACKEND['"]\s*(?:\]\s*=|,)\s*['"](\w+)""")

_TAKES_GRADIENTS = re.compile(r"\b(?:jax|nnx|eqx|equinox)\.(?:filter_)?(?:value_and_grad|grad|vjp|jacrev|jit)\b")  # in JAX


def _imports(source):
    """The modules that the source imports, in order."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):  # running the script will show the error
        return []
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append((node.lineno, node.module))
    return [name for _, name in sorted(names)]


def engine_of(script):
    """ "tensorflow", "torch", "jax" or "whygrad"; None if there is no sign of any."""
    folder, seen, waiting = pathlib.Path(script).parent, set(), [pathlib.Path(script)]
    while waiting:
        file = waiting.pop(0)
        if file in seen or not file.is_file():
            continue
        seen.add(file)
        try:
            source = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        names = _imports(source)
        engines = [_keras_backend(source) if name == "keras" else _ENGINE_OF[name] for name in (n.split(".")[0] for n in names) if name in _ENGINE_OF]
        if engines:
            return _differentiating(engines, source)
        for name in names:
            beside = folder.joinpath(*name.split("."))
            waiting += [beside.with_suffix(".py"), beside / "__init__.py"]
    return None


def _differentiating(engines, source):
    """Chooses among the engines that a script imports. The first one is chosen, unless JAX is among several: one engine often only reads the data
    then, and the one that takes gradients is chosen."""
    if "jax" in engines and len(set(engines)) > 1:
        return "jax" if _TAKES_GRADIENTS.search(source) else next(engine for engine in engines if engine != "jax")
    return engines[0]


def _keras_backend(source):
    """The engine that Keras runs on, as the script sets it, or else the environment."""
    said = _KERAS_BACKEND.search(source)
    backend = said[1] if said else os.environ.get("KERAS_BACKEND", "")
    return backend if backend in ("torch", "jax") else "tensorflow"


def file_of_module(name):
    """The file that `python -m name` runs; None if there is none."""
    try:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = importlib.util.find_spec(f"{name}.__main__")
    except (ImportError, AttributeError, ValueError):  # the parent is no package, or importing it fails
        return None
    return None if spec is None or not spec.has_location else pathlib.Path(spec.origin)


def is_installed(engine):
    try:
        return importlib.util.find_spec(engine) is not None
    except (ImportError, ValueError):
        return False
