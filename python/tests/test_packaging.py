"""The source distribution holds what the build needs."""

import os
import pathlib
import subprocess
import tarfile

from scikit_build_core import build as backend

ROOT = pathlib.Path(__file__).parents[2]


def test_the_source_distribution_holds_every_file_of_the_repository(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    with tarfile.open(tmp_path / backend.build_sdist(os.fspath(tmp_path))) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    if (ROOT / ".git").exists():
        tracked = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout.split("\n")
        wanted = {name for name in tracked if name and (ROOT / name).exists()}
    else:
        wanted = {str(file.relative_to(ROOT)) for folder in ("src", "include", "python", "cmake") for file in (ROOT / folder).rglob("*.?pp")}
    assert wanted - packed == set()
