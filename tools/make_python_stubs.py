"""Writes the type stubs of the package: make_python_stubs.py FOLDER [FOLDER_OF_PACKAGE]

The package is imported from FOLDER_OF_PACKAGE, or where it is not given, as by any program.

Classes and functions of the module come from nanobind's stubgen. Functions that are made from the op table, and what stands in which module of whygrad.tf,
are in no source file, so their stubs are written from the functions themselves.
"""

import ast
import os
import pathlib
import re
import subprocess
import sys

# Put before what PYTHONPATH holds, not in its place: pip lends a build its packages, nanobind among them, through PYTHONPATH.
sys.path[1:1] = sys.argv[2:]

from whygrad import _functions
from whygrad.tf import _names

SOURCES = pathlib.Path(__file__).parent.parent / "python" / "whygrad"
HEADER = '"""Made by tools/make_python_stubs.py."""\n'
# Results that are no single tensor.
RESULTS = {
    "svd": "Any",
    "qr": "Any",
    "lu": "Any",
    "eig": "tuple[Tensor, Tensor]",
    "split": "list[Tensor]",
    "unstack": "list[Tensor]",
    "dynamic_partition": "list[Tensor]",
    "set_seed": "None",
    "top_k": "Any",
    "unique": "Any",
    "moments": "tuple[Tensor, Tensor]",
    "meshgrid": "list[Tensor]",
    "clip_by_global_norm": "tuple[list[Tensor | None], Tensor]",
    "normalize": "tuple[Tensor, Tensor]",
    "sufficient_statistics": "tuple[Tensor, Tensor, Tensor, Tensor | None]",
    "normalize_moments": "tuple[Tensor, Tensor]",
    "weighted_moments": "tuple[Tensor, Tensor]",
    "slogdet": "Any",
    "eigh": "tuple[Tensor, Tensor]",
    "broadcast_static_shape": "TensorShape",
}
MODULES = ("", "math", "nn", "linalg", "random", "image", "strings")


def parameters(function):
    """The parameters as a stub has them: names, and where there is a default."""
    text = getattr(function, "__text_signature__", None)
    if text is None:  # nanobind's: "name(a: object, b: object | None = None) -> object"
        text = re.match(r"\w+(\(.*\)) -> ", function.__doc__).group(1)
    parts = []
    for part in re.split(r", (?=[*\w]+(?:[:=,)]|$))", text.strip("()")):
        name = re.match(r"[*\w]+", part)
        if name:
            # What follows a parameter with a default may be left out as well, as far as the syntax of stubs goes.
            parts.append(name.group() + ": Any" + (" = ..." if "=" in part or (parts and parts[-1].endswith("...")) else ""))
    return ", ".join(parts)


def stub_of(name, function):
    return f"def {name}({parameters(function)}) -> {RESULTS.get(name, 'Tensor')}: ..."


def package_stub():
    source = (SOURCES / "__init__.py").read_text()
    imports = [line.split("  #")[0] for line in source.splitlines() if line.startswith("from whygrad") and "_functions" not in line]
    imports = [
        re.sub(r"import (.+)$", lambda m: "import " + ", ".join(n if n == "*" else f"{n} as {n}" for n in m.group(1).split(", ")), i) for i in imports
    ]
    stubs = [stub_of(name, function) for name, function in sorted(_functions.functions.items())]
    return HEADER + "\n".join(["from typing import Any", *imports, "", "__version__: str", *stubs]) + "\n"


def module_stub(module):
    lines = []
    for entry in _names._MODULES[module].split():
        name, _, op = entry.partition("=")
        function = _names.functions.get(op or name)
        if function is not None:
            own = getattr(function, "__wrapped__", function)  # what the engine has, if the function takes sparse and ragged tensors too
            place = "whygrad" if _functions.functions.get(op or name) is own else function.__module__
            lines.append(f"from {place} import {op or name} as {name}")
    return lines


def tf_stub():
    lines = ["from typing import Any"]
    for node in ast.parse((SOURCES / "tf" / "__init__.py").read_text()).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("whygrad"):
            # A name counts as given on only if it is imported as itself.
            for n in node.names:
                if n.name == "*" or n.asname in (None, n.name):
                    lines += [f"from {node.module} import {n.name}" + ("" if n.name == "*" else f" as {n.name}")] if n.name != "_names" else []
                elif not n.asname.startswith("_"):
                    lines += [f"from {node.module} import {n.name} as _{n.asname}", f"{n.asname} = _{n.asname}"]
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            lines.append(f"def {node.name}(*args: Any, **kwargs: Any) -> Any: ...")
    return lines + ["from whygrad.tf import data as data, keras as keras", "newaxis: None", "__version__: str"]


def main(folder):
    package = pathlib.Path(folder)
    (package / "tf").mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [*sys.argv[2:], os.environ.get("PYTHONPATH")]))}
    command = [sys.executable, "-m", "nanobind.stubgen", "-q", "-r", "-m", "whygrad._whygrad", "-O", str(package)]
    subprocess.run(command, check=True, env=environment)
    module = package / "_whygrad" / "__init__.pyi"
    # Tensors have no hash, which a type checker takes for a mistake.
    module.write_text(re.sub(r" *__hash__: None.*\n", "", module.read_text()))
    (package / "__init__.pyi").write_text(package_stub())
    for module in MODULES:
        lines = tf_stub() if module == "" else []
        (package / "tf" / f"{module or '__init__'}.pyi").write_text(HEADER + "\n".join(lines + module_stub(module)) + "\n")
    (package / "py.typed").touch()


if __name__ == "__main__":
    main(sys.argv[1])
