#!/usr/bin/env python3
"""Checks that layers include only what they may.

The arrows are the DEPS of the whygrad_library calls in src/*/CMakeLists.txt, the same that the build links by. A layer may include itself and all
that its arrows lead to; a face (the command line, the Python module) may include every layer, and nobody includes a face. Also refused: a cycle of arrows, a public header that includes a private one, a layer that includes the umbrella header or a
face, two folders that include each other (a folder and its own subfolders excepted), and a file outside of kernels/ that includes the kernels of one
device (kernels/cpu): it asks the headers of kernels/, which go by the device of what they are given.

A layer that stands on kernels leaves the elements of tensors to them, since they may lie in memory that the host cannot touch: it takes no pointer to
elements, of a View or of a tensor. ELEMENTS names the files that do, with the reason.
"""

import argparse
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', re.MULTILINE)
LIBRARY = re.compile(r"whygrad_library\s*\(([^)]*)\)")
KEYWORDS = {"NAME", "SRCS", "DEPS", "EXTERNAL"}
UMBRELLA = "whygrad.hpp"
FACES = {"cli": "cli", "python": "python/src"}  # what they are included as, and where they are
OUTSIDE = (*FACES, "tests", "bench", "examples")

# View::as and View::data, TensorImpl::data and elements_of; not data() of a container.
ELEMENT_ACCESS = re.compile(r"(?:\.|->)(?:template\s+)?as\s*<|(?:\.|->)data\b(?!\s*\()|\belements_of\s*\(")
COMMENT = re.compile(r"//[^\n]*")
ELEMENTS = {
    "src/ops/core/context.hpp": "makes the views that kernels take",
    "src/ops/core/context.cpp": "gives the kernels of users' ops the CPU's elements, once it has checked that they are there",
    "src/autodiff/variable.cpp": "hands the addresses of a variable's old and new elements to the caller's kernel",
    "src/optim/optimizer.cpp": "puts addresses into the slots that the optimizers' kernels take",
}


def declared_arrows(root):
    """Layer -> the layers in its DEPS."""
    arrows = {}
    for path in sorted(root.glob("src/*/CMakeLists.txt")):
        for call in LIBRARY.findall(re.sub(r"#.*", "", path.read_text())):
            fields, keyword = {}, None
            for word in call.split():
                if word in KEYWORDS:
                    keyword = word
                    fields[keyword] = []
                else:
                    fields[keyword].append(word)
            (name,) = fields["NAME"]
            arrows[name] = fields.get("DEPS", [])
    return arrows


def reach(arrows, layer, path=()):
    """All layers that the arrows lead to from `layer`; ValueError names a cycle or an unknown layer."""
    if layer in path:
        raise ValueError("the arrows form a cycle: " + " -> ".join([*path[path.index(layer) :], layer]))
    if layer not in arrows:
        raise ValueError(f"{path[-1]} depends on {layer}, which no whygrad_library declares")
    found = set()
    for dep in arrows[layer]:
        found |= {dep} | reach(arrows, dep, (*path, layer))
    return found


def project_files(root):
    """(file, folder below src/ or include/whygrad/, is public) of every C++ file of a layer."""
    for base, public in ((root / "include/whygrad", True), (root / "src", False)):
        for path in sorted([*base.rglob("*.hpp"), *base.rglob("*.cpp")]):
            folder = path.parent.relative_to(base).as_posix()
            if folder != ".":
                yield path, folder, public


def element_access(path, place):
    """A problem for each line that takes a pointer to elements; none for a file of ELEMENTS, which must need it."""
    text = COMMENT.sub("", path.read_text())
    lines = sorted({text.count("\n", 0, match.start()) + 1 for match in ELEMENT_ACCESS.finditer(text)})
    if place.as_posix() in ELEMENTS:
        return [] if lines else [f"{place}: takes no pointer to elements any more; strike it from ELEMENTS"]
    return [f"{place}:{line}: takes a pointer to elements; leave it to a kernel, or to a Layout and copy" for line in lines]


def check(root):
    arrows = declared_arrows(root)
    if not arrows:
        return [f"{root}/src: no whygrad_library found"]
    try:
        allowed = {layer: {layer} | reach(arrows, layer) for layer in arrows}
    except ValueError as error:
        return [str(error)]

    problems, edges = [], {}
    for path, folder, public in project_files(root):
        place, layer = path.relative_to(root), folder.split("/")[0]
        if layer not in arrows:
            problems.append(f"{place}: {layer} is no declared layer")
            continue
        if not public and layer != "kernels" and "kernels" in allowed[layer]:
            problems += element_access(path, place)
        for include in INCLUDE.findall(path.read_text()):
            is_public = include.startswith("whygrad/")
            inner = include.removeprefix("whygrad/")
            target = inner.split("/")[0]
            if target == "kernels" and layer != "kernels" and "/" in inner.removeprefix("kernels/"):
                problems.append(f"{place}: includes {include}, the kernels of one device; include the header in kernels/")
            if is_public and inner == UMBRELLA:
                problems.append(f"{place}: includes the umbrella header, which is for users")
            elif target in arrows and "/" in inner:
                if target not in allowed[layer]:
                    problems.append(f"{place}: {layer} may not include {target} ({include})")
                if public and not is_public:
                    problems.append(f"{place}: a public header includes the private {include}")
                edges.setdefault((folder, inner.rpartition("/")[0]), place)
            elif is_public or target in OUTSIDE:
                problems.append(f"{place}: {include} belongs to no layer")

    for face, folder in FACES.items():
        for path in sorted([*(root / folder).rglob("*.hpp"), *(root / folder).rglob("*.cpp")]):
            for include in INCLUDE.findall(path.read_text()):
                target = include.removeprefix("whygrad/").split("/")[0]
                if "/" in include and target in OUTSIDE and target != face:
                    problems.append(f"{path.relative_to(root)}: {include} belongs to no layer")

    for (a, b), place in sorted(edges.items()):
        related = a == b or a.startswith(b + "/") or b.startswith(a + "/")
        if a < b and not related and (b, a) in edges:
            problems.append(f"{a} and {b} include each other: {place} and {edges[b, a]}")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    problems = check(parser.parse_args().root)
    for problem in problems:
        print(problem)
    print(f"layers: {len(problems)} problems" if problems else "layers: every include follows an arrow")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
