#!/usr/bin/env bash
# python_sanitized.sh [ARGUMENTS of pytest]: the Python tests with a module built under address and undefined-behaviour sanitizers. Needs the
# environment that `./run test` makes. Leaks are not asked for here: the interpreter never frees all it has, and what the sanitizer keeps back of freed
# memory looks like one to the tests that count, and is missing where a test limits what there is. Threads that run while the interpreter ends are left
# out too: CPython unwinds them through frames that hold objects, and nanobind, in a debug build, ends the process where one is let go without the lock.
# Tests that only look at words take a sample (WHYGRAD_TESTS).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cmake --preset dev -DWG_BUILD_PYTHON=ON -DPython_EXECUTABLE="$PWD/build/python/bin/python"
cmake --build --preset dev --target whygrad_python
trap 'cmake --preset dev -DWG_BUILD_PYTHON=OFF >/dev/null' EXIT
# C++'s library comes along so that the sanitizer finds __cxa_throw before the module is loaded.
WHYGRAD_TESTS=sampled LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libstdc++.so)" ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 \
  PYTHONPATH=build/dev/python PYTHONSAFEPATH=1 build/python/bin/python -m pytest -q -n "$(nproc)" -p no:cacheprovider python/tests \
  --deselect python/tests/test_lifetimes.py::test_nothing_leaks \
  --deselect python/tests/test_memory.py::test_within_the_limits_of_a_process \
  --deselect python/tests/test_lifetimes.py::test_the_interpreter_ends_quietly_under_a_running_thread "$@"
