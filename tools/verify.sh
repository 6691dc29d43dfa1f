#!/usr/bin/env bash
# Generates all code anew in a copy of the tree, and fails where it differs
# from what is here. The tree itself is left alone, committed or not.
set -euo pipefail

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
tar -cf - --exclude=./.git --exclude=./bin --exclude=./data --exclude=node_modules . | tar -xf - -C "$copy"

(cd "$copy" && go run ./tools/generate)
ln -s "$PWD/web/node_modules" "$copy/web/node_modules"
(cd "$copy/web" && npm run --silent codegen -- --silent)

# gqlgen also writes resolvers for fields that have none.
stale=0
for dir in graph resolvers web/src/gql; do
    diff -ru "$dir" "$copy/$dir" || stale=1
done
if [ $stale = 1 ]; then
    echo "Generated code is stale: run make generate." >&2
    exit 1
fi
echo "Generated code is up to date."
