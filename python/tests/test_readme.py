"""The Python program in README.md prints what stands behind it."""

import pathlib
import re
import subprocess
import sys

README = pathlib.Path(__file__).parents[2] / "README.md"


def test_the_program_prints_what_the_page_says(tmp_path):
    program, printed = re.search(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", README.read_text(), re.M | re.S).groups()
    (tmp_path / "train.py").write_text(program)
    done = subprocess.run([sys.executable, "train.py"], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip() == printed.strip()
