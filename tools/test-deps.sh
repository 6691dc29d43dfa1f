#!/usr/bin/env bash
# The tests start other programs beside Keepsake: redis-server, a MongoDB, and Chromium.
set -euo pipefail

here=$(dirname "$0")
if ! command -v redis-server >/dev/null; then
    echo "The tests need redis-server." >&2
    "$here/install.sh" redis-server
fi
if ! command -v chromium >/dev/null; then
    echo "The tests of the pages need Chromium." >&2
    "$here/install.sh" chromium
fi
exec "$here/test-mongo.sh"
