#!/usr/bin/env bash
# The tests start real servers beside Keepsake: redis-server, and a MongoDB.
set -euo pipefail

here=$(dirname "$0")
if ! command -v redis-server >/dev/null; then
    echo "The tests need redis-server." >&2
    "$here/install.sh" redis-server
fi
exec "$here/test-mongo.sh"
