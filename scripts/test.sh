#!/usr/bin/env bash
# The whole test suite: formatting, lints, every test of every crate, and those of the site.
set -euo pipefail
. "$(dirname "$0")/environment.sh"

need_rust
need_strangers
say "formatting"
cargo fmt --all --check
say "lints"
cargo clippy --locked --quiet --workspace --all-targets -- -D warnings
say "tests"
cargo build --locked --quiet --workspace --all-targets
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --locked --workspace --no-fail-fast
else
    cargo test --locked --quiet --workspace --no-fail-fast
fi
./scripts/test-frontend.sh
