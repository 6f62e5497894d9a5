#!/usr/bin/env python3
"""Checks that README.md tells the truth: check_readme.py FIRST_PROGRAM

The first ```cpp block is examples/first.cpp, and the next ```text block is what that program prints."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    readme = (ROOT / "README.md").read_text()
    blocks = re.findall(r"^```(cpp|text)\n(.*?)^```$", readme, re.M | re.S)
    code = next((body for kind, body in blocks if kind == "cpp"), None)
    shown = next((body for kind, body in blocks if kind == "text"), None)
    program = (ROOT / "examples/first.cpp").read_text()
    printed = subprocess.run([sys.argv[1]], capture_output=True, text=True, check=True).stdout
    for what, found, expected in (("program", code, program), ("output", shown, printed)):
        if found != expected:
            sys.exit(f"README.md: the first {what} is not what it should be; expected:\n{expected}")


main()
