#!/usr/bin/env bash
# install.sh PACKAGE...: installs Debian packages where we may, or else names
# the command that does and fails.
set -euo pipefail

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null
    apt-get install -qq -y --no-install-recommends "$@" </dev/null
    exit
fi
echo "On Debian or Ubuntu, run:" >&2
echo "    sudo apt-get install $*" >&2
exit 1
