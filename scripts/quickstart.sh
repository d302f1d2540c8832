#!/usr/bin/env bash
# Builds `provision` and brings the sandbox environment up: no account, no Docker, no money.
set -euo pipefail
. "$(dirname "$0")/environment.sh"

need_rust
need_sandbox
need_node
say "building provision (about ten minutes the first time: the AWS SDKs are large)"
cargo build --locked --quiet -p provisioner
"$CARGO_TARGET_DIR/debug/provision" up sandbox --yes
say "done; run it again and nothing is to do. Next: $CARGO_TARGET_DIR/debug/provision --help"
