#!/usr/bin/env bash
# The benchmarks of media run vipsthumbnail and curl beside Keepsake.
set -euo pipefail

here=$(dirname "$0")
command -v vipsthumbnail >/dev/null || "$here/install.sh" libvips-tools
command -v curl >/dev/null || "$here/install.sh" curl
