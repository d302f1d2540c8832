#!/usr/bin/env bash
# The tests of the site: formatting, lints, types, logic, the budget of JavaScript, and the stories
# in a browser with the real API and a private PostgreSQL behind it.
set -euo pipefail
. "$(dirname "$0")/environment.sh"
. scripts/postgres.sh

need_site_packages
cd frontend
say "site: formatting, lints and types"
npm run --silent typecheck
npm run --silent lint
say "site: build and budget"
npm run --silent build
npm run --silent budget
say "site: logic"
npm run --silent test:unit

need_chromium
need_postgres
# APP_BINARY names one that is built already.
if [ -z "${APP_BINARY:-}" ]; then
    need_rust
    cargo build --locked --quiet -p app
fi
say "site: stories in a browser"
npm run --silent test:browser
