#!/usr/bin/env bash
# The race detector needs a C compiler with the C library's headers.
set -euo pipefail

compiles() {
    local out
    out=$(mktemp)
    # CC may hold options too, so it is split into words.
    # shellcheck disable=SC2046
    printf '#include <stdlib.h>\nint main(void) { return EXIT_SUCCESS; }\n' |
        $(go env CC) -x c -o "$out" - >/dev/null 2>&1 || { rm -f "$out"; return 1; }
    rm -f "$out"
}

compiles && exit
echo "The tests run with the race detector, which needs a C compiler." >&2
"$(dirname "$0")/install.sh" gcc libc6-dev
if ! compiles; then
    echo "The C compiler '$(go env CC)' still does not work." >&2
    exit 1
fi
