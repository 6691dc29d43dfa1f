#!/usr/bin/env bash
# The pages, and the clients of npm that a test runs against the server, need
# Node.js and npm.
set -euo pipefail

want=20
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "This needs Node.js $want or newer, and npm." >&2
    "$(dirname "$0")/install.sh" nodejs npm
fi
have=$(node -p 'process.versions.node')
if [ "${have%%.*}" -lt "$want" ]; then
    echo "Node.js $want or newer is needed, and this is Node.js $have: see https://nodejs.org" >&2
    exit 1
fi
