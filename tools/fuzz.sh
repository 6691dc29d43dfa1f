#!/usr/bin/env bash
# fuzz.sh TIME: runs each fuzz test for that time, one after the other.
set -euo pipefail

grep -rlE '^func Fuzz' --include='*_test.go' . | xargs -n 1 dirname | sort -u | while read -r dir; do
    grep -hoE '^func Fuzz[A-Za-z0-9_]*' "$dir"/*_test.go | sed 's/^func //' | sort | while read -r name; do
        echo "== $dir $name"
        go test -run '^$' -fuzz "^$name\$" -fuzztime "$1" "$dir" </dev/null
    done
done
