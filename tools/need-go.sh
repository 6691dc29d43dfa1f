#!/usr/bin/env bash
# Fails with a word of help where Go is missing or too old for go.mod.
set -euo pipefail

want=$(sed -n 's/^go \([0-9]*\.[0-9]*\).*/\1/p' go.mod)
if ! command -v go >/dev/null; then
    echo "Go $want or newer is needed: see https://go.dev/dl" >&2
    exit 1
fi
# A Go that is older fetches the one that go.mod asks for, unless it is told not to.
if ! have=$(go env GOVERSION); then
    echo "Go $want or newer is needed: see https://go.dev/dl" >&2
    exit 1
fi
have=${have#go}
if [ "$(printf '%s\n' "$want" "$have" | sort -V | head -n 1)" != "$want" ]; then
    echo "Go $want or newer is needed, and this is Go $have: see https://go.dev/dl" >&2
    exit 1
fi
