#!/usr/bin/env python3
"""Checks that README.md tells the truth: check_readme.py cpp FIRST_PROGRAM | python INTERPRETER

cpp: the first ```cpp block is examples/first.cpp, and the ```text block behind it is what that program prints.
python: the ```text block behind the first ```python block is what INTERPRETER prints for it.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
README = ROOT / "README.md"


def printed_by(command, folder=None):
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder).stdout


def compare(what, found, expected):
    if found.strip() != expected.strip():
        sys.exit(f"{README}: the first {what} is not what it should be; expected:\n{expected}")


def main(language, executable):
    blocks = re.search(rf"^```{language}\n(.*?)^```\n+```text\n(.*?)^```$", README.read_text(), re.M | re.S)
    program, shown = blocks.groups()
    if language == "cpp":
        compare("C++ program", program, (ROOT / "examples/first.cpp").read_text())
        compare("C++ program's output", shown, printed_by([executable]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "train.py").write_text(program)
            compare("Python program's output", shown, printed_by([pathlib.Path(executable).absolute(), "train.py"], folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
