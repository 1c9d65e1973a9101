#!/usr/bin/env bash
# Installs what the tests need, builds everything with ASan and UBSan, and runs all of them: unit,
# simulation, end to end with the real programs, the relay under TSan, and a short run of every fuzz
# target. usage: tests/run.sh [ctest arguments, for the main build alone]
set -euo pipefail
cd "$(dirname "$0")/.."

deploy/packages.sh test
jobs=$(nproc)
export CTEST_OUTPUT_ON_FAILURE=1
# What a failing allocation of the sanitizers or a leak says is to stop the run.
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:detect_stack_use_after_return=0
export UBSAN_OPTIONS=print_stacktrace=1

step() { printf '\n== %s (%s s since the start)\n' "$1" "$SECONDS"; }

step "everything, with ASan and UBSan"
cmake --preset tests >/dev/null
cmake --build build/tests -j "$jobs"
ctest --test-dir build/tests -j "$jobs" "$@"

step "the relay, with TSan"
cmake --preset tsan >/dev/null
cmake --build build/tsan -j "$jobs" --target net_test server_test store_test
ctest --test-dir build/tsan -R '^(net|server|store)_test$'

step "fuzz targets, for a bounded short time"
cmake --preset fuzz >/dev/null
cmake --build build/fuzz -j "$jobs" --target fuzz_targets
ctest --test-dir build/fuzz -j "$jobs" -L fuzz

printf '\nall done in %s s\n' "$SECONDS"
