#!/usr/bin/env bash
# check.sh BUILD_FOLDER CXX LIBDIR: installs the build into a new prefix, moves that prefix (installed files must not remember where they were
# made), builds and runs a program against it by find_package and by pkg-config, and looks for internals among the exported symbols.
set -euo pipefail
readonly build=$1 cxx=$2 libdir=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/made" >/dev/null
mv "$work/made" "$work/prefix"
prefix=$work/prefix

echo "-- by find_package"
cmake -S "$here" -B "$work/consumer" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_COMPILER="$cxx" >/dev/null
cmake --build "$work/consumer" >/dev/null
"$work/consumer/consumer"

echo "-- by pkg-config"
export PKG_CONFIG_PATH=$prefix/$libdir/pkgconfig
read -ra flags < <(pkg-config --cflags --libs whygrad)
"$cxx" "$here/main.cpp" "${flags[@]}" -Wl,-rpath,"$prefix/$libdir" -o "$work/by_pkg_config"
"$work/by_pkg_config"

if [[ -e $prefix/$libdir/libwhygrad.so ]]; then
  echo "-- hidden symbols"
  if nm -DC --defined-only "$prefix/$libdir/libwhygrad.so" | grep -E 'whygrad::(kernels|device)::'; then
    echo "these are internal and must not be exported" >&2
    exit 1
  fi
fi

echo "-- an op of the user's own (docs/your_own_op.md)"
python3 "$here/page_files.py" "$here/../../docs/your_own_op.md" "$work/own_op"
cmake -S "$work/own_op" -B "$work/own_op/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_COMPILER="$cxx" >/dev/null
cmake --build "$work/own_op/build" >/dev/null
"$work/own_op/build/check"
