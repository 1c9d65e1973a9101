#!/bin/sh
# expect_failure.sh WORDS PROGRAM ARGS...: passes when the simulation fails, and says so with these
# words. A crash is no success, nor is another failure.
words=$1
shift
output=$("$@" 2>&1)
code=$?
verdict=$(printf '%s\n' "$output" | grep -a '^seed [0-9]* FAILED: ' | head -n 1)
case $code-$verdict in
  1-*"FAILED: $words"*) printf '%s\n' "$verdict" | cut -c 1-400 ;;
  *)
    printf '%s\n' "$output" | tail -n 40
    echo "expected exit code 1 and a failure that begins with \"$words\"; got exit code $code"
    exit 1
    ;;
esac
