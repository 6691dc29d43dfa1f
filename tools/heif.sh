#!/usr/bin/env bash
# The decoder of HEIC comes from a Go module, see media/render/heif/decoder.
set -euo pipefail

module=github.com/gen2brain/heic@v0.4.5
sum=3634a6447ea3915633667f39e01ff540a60f4e2f837a8391d044d76dfd8a0435
to=$(dirname "$0")/../media/render/heif/decoder/heif.wasm.gz

is_it() { [ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d' ' -f1)" = "$sum" ]; }

is_it "$to" && exit
dir=$(cd / && GOFLAGS=-mod=mod go mod download -json "$module" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
is_it "$dir/lib/heif.wasm.gz" || { echo "heif: $module is not what it was" >&2; exit 1; }
install -m 0644 "$dir/lib/heif.wasm.gz" "$to"
