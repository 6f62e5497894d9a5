"""Writes the files that a page shows: page_files.py PAGE FOLDER. A block whose fence names a file, as in ```cpp check.cpp, is that file."""

import pathlib
import re
import sys

page, folder = map(pathlib.Path, sys.argv[1:])
blocks = re.findall(r"^```\w+ (\S+)\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
if not blocks:
    sys.exit(f"{page} shows no files")
folder.mkdir(parents=True, exist_ok=True)
for name, text in blocks:
    (folder / name).write_text(text)
