"""A plugin of pytest for tests that others wrote: the collector is on around every one of them.

    WATCH=tensorflow WATCH_LOG=with.json pytest -p watched --pyargs keras.src.trainers
    WATCH= WATCH_LOG=without.json pytest -p watched --pyargs keras.src.trainers
    python watched.py without.json with.json

WATCH: the engine, or nothing for a run without the collector. WATCH_VALUES=1: with values. The last line compares two runs: tests that end
otherwise, notes on what failed in the collector, and findings about gradients which, looked at by themselves, are fine.
"""

import importlib
import json
import os
import resource
import sys
import time

import pytest

_ENGINE = os.environ.get("WATCH", "")
_VALUES = os.environ.get("WATCH_VALUES") == "1"
_seen = {}
_asked = []  # of the test that runs: whether each gradient that was asked for is spoilt
_began = time.time()


def _is_spoilt(gradient):
    """None, all 0, or not finite; a tensor of a traced function, whose numbers nobody sees here, may be."""
    import numpy as np

    if gradient is None:
        return True
    values = getattr(gradient, "values", gradient)
    try:
        array = np.asarray(values)
    except Exception:
        return True
    return array.dtype.kind not in "fc" or not array.any() or not np.isfinite(array).all()


def _observe():
    """Looks at gradients without the collector. Installed once and below it, so that its patches come and go on top."""
    if _ENGINE == "tensorflow":
        import tensorflow as tf

        real = tf.GradientTape.gradient

        def gradient(tape, *args, **kwargs):
            answer = real(tape, *args, **kwargs)
            with tape.stop_recording() if tape._recording else _nothing():
                _asked.extend(_is_spoilt(part) for part in tf.nest.flatten(answer))
            return answer

        gradient.autograph_info__ = {}
        tf.GradientTape.gradient = gradient


class _nothing:
    def __enter__(self):
        return None

    def __exit__(self, *error):
        return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    entry = _seen.setdefault(item.nodeid, {})
    if not _ENGINE:
        return (yield)
    diagnose = importlib.import_module(f"whygrad.{_ENGINE}").diagnose
    _asked.clear()
    report = diagnose(values=_VALUES)
    try:
        with report:
            return (yield)
    finally:
        entry["asked"] = report._report.asked
        entry["spoilt"] = sum(_asked)
        entry["note"] = report.note
        entry["findings"] = [f"{f.status} {f.cause} {f.op} {f.source_name or f.source} line {f.line}" for f in report.findings]


def pytest_runtest_logreport(report):
    if report.when == "call" or report.outcome != "passed":
        _seen.setdefault(report.nodeid, {})["outcome"] = report.outcome
        _seen[report.nodeid]["words"] = str(report.longrepr)[-300:] if report.outcome == "failed" else ""


def pytest_sessionfinish():
    if not os.environ.get("WATCH_LOG"):
        return
    total = {
        "tests": _seen,
        "engine": _ENGINE,
        "seconds": round(time.time() - _began),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    with open(os.environ["WATCH_LOG"], "w") as file:
        json.dump(total, file)


def compare(without, with_):
    """Prints the two runs beside each other; gives how much is wrong."""
    bare, watched = (json.load(open(path)) for path in (without, with_))
    tests, ours = bare["tests"], watched["tests"]
    wrong = 0
    for name in sorted(set(tests) | set(ours)):
        before, after = tests.get(name, {}).get("outcome"), ours.get(name, {}).get("outcome")
        if before != after:
            wrong += 1
            print(f"{name}: {before} without, {after} with the collector\n    {ours.get(name, {}).get('words', '')[-300:]}")
        if "please report this" in ours.get(name, {}).get("note", ""):
            wrong += 1
            print(f"{name}: {ours[name]['note']}")
        if ours.get(name, {}).get("findings") and not ours[name].get("spoilt") and watched["engine"] == "tensorflow":
            wrong += 1
            print(f"{name}: accused without a spoilt gradient\n    " + "\n    ".join(ours[name]["findings"]))
    outcomes = [sum(test.get("outcome") == word for test in ours.values()) for word in ("passed", "skipped", "failed")]
    findings = sum(len(test.get("findings", ())) for test in ours.values())
    print(
        f"{len(ours)} tests with the collector: {outcomes[0]} passed, {outcomes[1]} skipped, {outcomes[2]} failed; "
        f"{sum(test.get('asked', 0) for test in ours.values())} gradient calls, {findings} findings in {sum(bool(t.get('findings')) for t in ours.values())} tests\n"
        f"{bare['seconds']} s and {bare['peak_mb']} MB without, {watched['seconds']} s and {watched['peak_mb']} MB with; {wrong} wrong"
    )
    return wrong


if __name__ == "__main__":
    sys.exit(compare(*sys.argv[1:3]) != 0)
else:
    if _ENGINE == "torch":
        import torch  # noqa: F401, which must come before tensorflow
    _observe()
