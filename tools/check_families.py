#!/usr/bin/env python3
"""Checks that the files of an op family share one name.

The family `reduce` is declared in include/whygrad/ops/reduce.hpp. Its sources are src/ops/reduce.cpp or the folder src/ops/reduce, its samples
tests/ops/samples/reduce.cpp or a folder, its Python bindings, where the op table is not enough, python/src/op_bindings/reduce.cpp. FRAMEWORK names
the headers of include/whygrad/ops that are no families: what an op is written with (src/ops/core).
"""

import argparse
import pathlib
import sys

FRAMEWORK = {"attributes", "number", "op", "op_context", "op_library", "operand"}
DECLARED = "include/whygrad/ops"
SOURCES = "src/ops"
PLACES = {  # where a family has files -> names there that are no families
    SOURCES: {"core", "op_table", "families"},
    "tests/ops/samples": {"samples", "places", "unary"},
    "python/src/op_bindings": {"op_bindings"},
}


def names(folder):
    """The files and folders of `folder` that hold C++, without extension."""
    code = {path for path in folder.glob("*") if path.suffix in (".hpp", ".cpp")}
    return {path.stem for path in code} | {path.parent.name for path in folder.glob("*/*.cpp")}


def check(root):
    families = names(root / DECLARED) - FRAMEWORK
    problems = []
    for place, others in PLACES.items():
        for name in sorted(names(root / place) - others - families):
            problems.append(f"{place}/{name}: no family of this name is declared in {DECLARED}; name it after its header")
    for name in sorted(families - names(root / SOURCES)):
        problems.append(f"{DECLARED}/{name}.hpp: {SOURCES} has no {name}.cpp and no folder {name}; name the header after its sources")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    problems = check(parser.parse_args().root)
    for problem in problems:
        print(problem)
    print(f"families: {len(problems)} problems" if problems else "families: the files of each share its name")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
