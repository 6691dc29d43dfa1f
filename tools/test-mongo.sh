#!/usr/bin/env bash
# The tests of the MongoDB store take the server that MONGODB_URI names, else a
# mongod from PATH, else SecantusDB: a GPL program that runs beside the tests and
# is never linked or shipped. It is built here once, which takes some minutes,
# and kept in the user's cache, where internal/testenv/mongoserver looks for it.
set -euo pipefail

version=0.5.3-beta.193

[ -n "${MONGODB_URI:-}" ] && exit
command -v mongod >/dev/null && exit

# As Go's os.UserCacheDir has it.
case $(uname) in
    Darwin) cache=$HOME/Library/Caches ;;
    *) cache=${XDG_CACHE_HOME:-$HOME/.cache} ;;
esac
root=$cache/keepsake/secantus-$version
[ -x "$root/bin/secantusd-rs" ] && exit

echo "The tests need a MongoDB: building SecantusDB $version, once." >&2
here=$(dirname "$0")
PATH=$PATH:$HOME/.cargo/bin # where rustup puts it, which not every shell knows
if ! command -v cargo >/dev/null; then
    echo "That needs Rust 1.95 or later, as from https://rustup.rs. Or install mongod, or set MONGODB_URI." >&2
    exit 1
fi
"$here/need-cc.sh"
command -v cmake >/dev/null || "$here/install.sh" cmake make

# Its manifest asks for a newer Rust than it needs. Little is optimised, since
# the build costs more than the tests gain.
export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1
cargo install secantus-mdb --version "$version" --locked --ignore-rust-version --no-track --root "$root" >&2
