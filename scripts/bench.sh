#!/usr/bin/env bash
# Measures `provision`: beside Terraform on one moto server, on the sandbox, and in memory. Prints
# a table and writes it, with the raw figures, to `bench/` in the target directory.
#
#   scripts/bench.sh [--quick] [--runs N] [--only stacks|log-groups|engine|sandbox|critical-path]
#
# Terraform is measured where it is installed and a mirror holds its AWS provider:
#   TF_PLUGIN_DIR   the directory of a provider mirror (default: where Terraform looks)
set -euo pipefail
. "$(dirname "$0")/environment.sh"

need_rust
need_strangers
say "building provision with optimisations (the first time takes as long as the debug build)"
cargo build --locked --quiet --release -p provisioner -p tests --bins
exec python3 tests/bench/bench.py \
    --provision "$CARGO_TARGET_DIR/release/provision" \
    --engine "$CARGO_TARGET_DIR/release/ten_thousand" \
    --out "$CARGO_TARGET_DIR/bench" "$@"
