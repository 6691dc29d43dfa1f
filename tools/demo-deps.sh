#!/usr/bin/env bash
# The demo makes a video with ffmpeg and uploads photographs of real cameras,
# which a Debian package of Go sources holds.
set -euo pipefail

samples=/usr/share/gocode/src/github.com/rwcarlsen/goexif/exif/samples
missing=()
command -v ffmpeg >/dev/null || missing+=(ffmpeg)
compgen -G "$samples/*.jpg" >/dev/null || missing+=(golang-github-rwcarlsen-goexif-dev)
[ ${#missing[@]} = 0 ] && exit
echo "The demo needs: ${missing[*]}" >&2
exec "$(dirname "$0")/install.sh" "${missing[@]}"
