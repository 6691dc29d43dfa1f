#!/usr/bin/env bash
# Builds the pages of web/ into web/dist/app, where they are not there or older
# than what they are made of. It needs Node.js and npm.
set -euo pipefail
cd "$(dirname "$0")/../web"

built=dist/app/album.html
newer() { find src tools ./*.html ./*.json ./vite.config.ts -type f -newer $built -print -quit; }
[ -f $built ] && [ -z "$(newer)" ] && exit

../tools/web-deps.sh
npm run --silent build -- --logLevel error
