#!/usr/bin/env bash
# Builds the API as one static binary, the same bytes in every folder.
#
#   scripts/build-app.sh FILE     where to put it
#   APP_COMMIT=abc1234            the commit that it tells, if that should be known
set -euo pipefail
[ $# = 1 ] || { echo "usage: scripts/build-app.sh FILE" >&2; exit 2; }
file="$(realpath -m "$1")"
. "$(dirname "$0")/environment.sh"

need_rust
host="$(rustc --version --verbose | sed -n 's/^host: //p')"
cargo_home="${CARGO_HOME:-$HOME/.cargo}"
# An image from nothing has no /dev/urandom before its runtime mounts one.
export RUSTFLAGS="-C target-feature=+crt-static --cfg getrandom_backend=\"linux_getrandom\" \
--remap-path-prefix=$cargo_home=/cargo --remap-path-prefix=$PWD=/src"
say "building the API (about three minutes the first time)"
# A target by name, so that the flags are not those of build scripts and macros as well.
cargo build --locked --quiet --profile image --target "$host" -p app
install -D "$CARGO_TARGET_DIR/$host/image/app" "$file"
say "$file: $(stat --format %s "$file") bytes, sha256 $(sha256sum "$file" | cut -c1-16)…"
