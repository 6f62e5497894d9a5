#!/usr/bin/env bash
# coverage.sh [--missing] [FOLDER...]: line and branch coverage of each folder (src/autodiff, src/explain and src/flow if none is given) by the tests, but the
# slow ones, of the folders with these names in tests/. --missing lists before that what never ran, and the conditions that were only ever true or
# only ever false.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

missing=
[[ ${1:-} == --missing ]] && { missing=yes; shift; }
(($#)) || set -- src/autodiff src/explain src/flow

programs=()
for folder in "$@"; do
  name=$(cut -d/ -f2 <<<"$folder")
  programs+=("${name}_test")
  compgen -G "tests/$name/*_threads_test.cpp" >/dev/null && programs+=("${name}_threads_test")
done
mapfile -t programs < <(printf '%s\n' "${programs[@]}" | sort -u)

readonly build=build/coverage
cmake --preset coverage >/dev/null
cmake --build --preset coverage --target "${programs[@]}"
rm -rf "$build/profiles"
for program in "${programs[@]}"; do
  LLVM_PROFILE_FILE="$build/profiles/%p.profraw" OMP_WAIT_POLICY=passive "$build/tests/$program" --gtest_brief=1
done
llvm-profdata merge -o "$build/tests.profdata" "$build"/profiles/*.profraw

# Objects have what no test is linked with, too. An inline function is an empty one wherever it is not used; llvm-cov warns of each, and counts the
# real one.
mapfile -t objects < <(for folder in "$@"; do find "$build/src/$(cut -d/ -f2 <<<"$folder")" -name '*.o'; done | sort -u)
cov() {
  llvm-cov "$1" -instr-profile "$build/tests.profdata" "$build/tests/${programs[0]}" "${programs[@]/#/-object=$build/tests/}" \
    "${objects[@]/#/-object=}" "${@:2}" 2> >(grep -v 'functions have mismatched data' >&2)
}

if [[ $missing ]]; then
  cov export "$@" | python3 -c '
import collections, json, os, sys

for file in json.load(sys.stdin)["data"][0]["files"]:
    source = open(file["filename"]).read().split("\n")
    found = {}
    for line, column, count, counted, begins, gap in file["segments"]:
        if counted and begins and not gap and count == 0 and line not in (known for known, _ in found):
            found[line, column] = "never run"
    sides = collections.Counter()  # a condition in a template is listed once for each use of the template
    for line, column, end_line, end_column, true, false, *_ in file["branches"]:
        sides[line, column, end_line, end_column, "true"] += true
        sides[line, column, end_line, end_column, "false"] += false
    for (line, column, end_line, end_column, side), count in sides.items():
        other = sides[line, column, end_line, end_column, "false" if side == "true" else "true"]
        if count == 0 and other != 0:
            found[line, column] = "never %s: %s" % (side, source[line - 1][column - 1 : end_column - 1 if end_line == line else None])
    for (line, column), what in sorted(found.items()):
        print("%s:%d:%d: %s" % (os.path.relpath(file["filename"]), line, column, what))
'
fi
for folder in "$@"; do
  echo "== $folder"
  cov report -show-region-summary=false -show-branch-summary "$folder"
done
