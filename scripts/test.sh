#!/usr/bin/env bash
# The whole test suite: formatting, lints, every test of every crate, and those of the site.
set -euo pipefail
. "$(dirname "$0")/environment.sh"

need_rust
need_strangers
need_trestle
need_sandbox
need_node
need_chromium
say "formatting"
cargo fmt --all --check
# The app apart from the rest: with its features the AWS SDKs would be built a second time.
say "lints"
cargo clippy --locked --quiet --workspace --exclude app --all-targets -- -D warnings
cargo clippy --locked --quiet -p app --all-targets -- -D warnings
say "queries"
./scripts/queries.sh --check
say "tests"
cargo build --locked --quiet --workspace --exclude app --all-targets
cargo build --locked --quiet -p app --all-targets
test() {
    if cargo nextest --version >/dev/null 2>&1; then
        cargo nextest run --locked --no-fail-fast "$@"
    else
        cargo test --locked --quiet --no-fail-fast "$@"
    fi
}
test --workspace --exclude app
test -p app
./scripts/test-frontend.sh
