#!/usr/bin/env bash
# coverage.sh [FOLDER...]: line and branch coverage of the given folders (src/autodiff and src/explain if none), by all tests but the slow ones.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
(($#)) || set -- src/autodiff src/explain

cmake --preset coverage
cmake --build --preset coverage
find build/coverage -name '*.gcda' -delete
ctest --preset coverage -j "$(nproc)" --output-on-failure
for folder in "$@"; do
  echo "== $folder"
  # Branches that the compiler adds for exceptions say nothing about the tests.
  gcovr --root . --object-directory build/coverage --filter "$folder/" --exclude-throw-branches --branches --print-summary
  gcovr --root . --object-directory build/coverage --filter "$folder/"
done
