"""Which engine a script uses: the first that it, or a file of its folder that it imports, names in an import."""

import ast
import importlib.util
import pathlib

_ENGINE_OF = {
    "tensorflow": "tensorflow",
    "keras": "tensorflow",
    "tf_keras": "tensorflow",
    "torch": "torch",
    "pytorch_lightning": "torch",
    "whygrad": "whygrad",
}
# Engines that nobody watches. One of those above comes before them, wherever it is named.
_UNWATCHED = {"jax": "jax", "flax": "jax", "equinox": "jax"}


def _imports(source):
    """Modules that are imported, in the order in which they stand there."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):  # whoever runs it says what is wrong
        return []
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append((node.lineno, node.module))
    return [name for _, name in sorted(names)]


def engine_of(script):
    """ "tensorflow", "torch" or "whygrad", or one that is_unwatched(); None where nothing says so."""
    unwatched = None
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
        for name in names:
            if name.split(".")[0] in _ENGINE_OF:
                return _ENGINE_OF[name.split(".")[0]]
            unwatched = unwatched or _UNWATCHED.get(name.split(".")[0])
        for name in names:
            beside = folder.joinpath(*name.split("."))
            waiting += [beside.with_suffix(".py"), beside / "__init__.py"]
    return unwatched


def is_unwatched(engine):
    return engine in _UNWATCHED.values()


def is_installed(engine):
    try:
        return importlib.util.find_spec(engine) is not None
    except (ImportError, ValueError):
        return False
