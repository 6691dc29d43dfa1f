#!/usr/bin/env bash
# Brings what web/package-lock.json names into web/node_modules, unless it is there.
set -euo pipefail
cd "$(dirname "$0")/../web"

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "The pages need Node.js 20 or newer, and npm." >&2
    exit 1
fi
marker=node_modules/.keepsake
[ -f $marker ] && [ ! package-lock.json -nt $marker ] && exit
npm ci --ignore-scripts --no-audit --no-fund >&2
touch $marker
