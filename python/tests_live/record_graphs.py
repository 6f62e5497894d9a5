"""Writes python/tests/recorded: what the real TensorFlow's programs of programs.py look like as graphs, for tests that have no TensorFlow.

PYTHONPATH=... python python/tests_live/record_graphs.py
"""

import json
import linecache
import pathlib

import programs
import whygrad.tensorflow

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "tests" / "recorded"


def main():
    FOLDER.mkdir(exist_ok=True)
    for name in programs.LOSSES:
        for mode in ("eager", "both"):
            source, _ = programs.program(name, mode)
            file = f"<{name}, {mode}>"
            linecache.cache[file] = (len(source), None, source.splitlines(True), file)
            with whygrad.tensorflow.diagnose(values=True) as report:
                exec(compile(source, file, "exec"), {"__name__": "__main__"})
            document = json.loads(report.to_json().replace(__file__, pathlib.Path(__file__).name))
            (FOLDER / f"{name}_{mode}.wgflow").write_text(json.dumps(document, separators=(",", ":"), sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
