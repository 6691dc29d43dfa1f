#!/usr/bin/env bash
# The demo makes a video with ffmpeg. Its photographs are test data of a Go
# module that the server needs anyway.
set -euo pipefail

command -v ffmpeg >/dev/null && exit
echo "The demo needs ffmpeg." >&2
exec "$(dirname "$0")/install.sh" ffmpeg
