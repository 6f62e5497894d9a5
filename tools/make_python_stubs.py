"""Writes the type stubs of the package: make_python_stubs.py FOLDER [FOLDER_OF_PACKAGE]

The package is imported from FOLDER_OF_PACKAGE, or where it is not given, as by any program.

Classes and functions of the module come from nanobind's stubgen. Functions that are made from the op table, and what stands in which module of whygrad.tf,
are in no source file, so their stubs are written from the functions themselves.
"""

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
            parts.append(name.group() + ": Any" + (" = ..." if "=" in part else ""))
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
            place = "whygrad" if _functions.functions.get(op or name) is function else function.__module__
            lines.append(f"from {place} import {op or name} as {name}")
    return lines


def tf_stub():
    source = (SOURCES / "tf" / "__init__.py").read_text()
    lines = ["from typing import Any"]
    for line in source.splitlines():
        found = re.match(r"from (whygrad\S*) import ([^#(]+)", line)
        if found:
            names = [n.strip() for n in found.group(2).split(",")]
            lines.append(f"from {found.group(1)} import " + ", ".join(n if n == "*" else f"{n} as {n}" for n in names if n != "_names"))
        elif re.match(r"def [a-z]\w*\(", line):
            lines.append(f"def {line[4 : line.index('(')]}(*args: Any, **kwargs: Any) -> Any: ...")
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
