#!/usr/bin/env python3
"""Checks the limits that keep files readable, and reports how long whygrad.hpp takes to compile.

No file of ours has more than 600 lines, none is called utils, every source of the product opens with a line that says what it is for, and the C++ code
defines at most five macros of its own. The compile time is told, never judged: it depends on the machine.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

MAX_LINES = 600
MAX_MACROS = 5
FOLDERS = ("include", "src", "cli", "python", "tests", "bench", "examples", "fuzz", "tools", "cmake", "docs")
SUFFIXES = (".hpp", ".cpp", ".py", ".cmake", ".txt", ".sh")
OPENED = ("src/", "cli/", "python/src/")  # whose .cpp files open with what they are for
TENSORFLOWS = "python/whygrad/tf"  # modules that have the names of TensorFlow's
MACRO = re.compile(r"^\s*#\s*define\s+(WG_\w+)", re.MULTILINE)
FLAGS = ["-std=c++20", "-fsyntax-only"]


def files(root):
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix in SUFFIXES:
                yield path


def check(root):
    problems, macros = [], {}
    for path in files(root):
        place = path.relative_to(root)
        text = path.read_text()
        lines = text.count("\n")
        if lines > MAX_LINES:
            problems.append(f"{place}: {lines} lines; split it, the limit is {MAX_LINES}")
        if path.stem.lower() in ("util", "utils") and root / TENSORFLOWS not in path.parents:
            problems.append(f"{place}: the name says nothing; name it after what it does")
        if path.suffix == ".cpp" and place.as_posix().startswith(OPENED) and not text.startswith("// "):
            problems.append(f"{place}: begin with a comment line that says what the file is for")
        if path.suffix in (".hpp", ".cpp"):
            for name in MACRO.findall(text):
                macros.setdefault(name, place)
    if len(macros) > MAX_MACROS:
        listed = ", ".join(f"{name} ({place})" for name, place in sorted(macros.items()))
        problems.append(f"{len(macros)} macros, the limit is {MAX_MACROS}: {listed}")
    return problems


def compile_seconds(root, include):
    """Median of three compilations of a program that includes `include`."""
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "program.cpp"
        program.write_text(f"#include <{include}>\nint main() {{}}\n")
        command = [os.environ.get("CXX", "g++"), *FLAGS, f"-I{root / 'include'}", str(program)]
        times = []
        for _ in range(3):
            start = time.monotonic()
            subprocess.run(command, check=True)
            times.append(time.monotonic() - start)
    return sorted(times)[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root
    problems = check(root)
    for problem in problems:
        print(problem)
    umbrella = root / "include/whygrad/whygrad.hpp"
    if umbrella.exists():
        print(f"sizes: whygrad.hpp compiles in {compile_seconds(root, 'whygrad/whygrad.hpp'):.2f} s")
    print(f"sizes: {len(problems)} problems" if problems else "sizes: all within the limits")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
