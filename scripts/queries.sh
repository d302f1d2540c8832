#!/usr/bin/env bash
# Checks the queries of the app against a real PostgreSQL, and writes what they take and give to
# app/.sqlx, where builds without a database find it. To be run when a query or a migration changes;
# with --check, fails if that was forgotten.
set -euo pipefail
. "$(dirname "$0")/environment.sh"
. scripts/postgres.sh

need_rust
need_postgres
folder="$(mktemp -d)"
trap 'stop_postgres "$folder/postgres"; rm -rf "$folder"' EXIT
chmod 711 "$folder"
start_postgres "$folder/postgres"
for migration in app/migrations/*.up.sql; do
    psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 "$DATABASE_URL" <"$migration"
done
mkdir -p app/.sqlx "$folder/before"
cp app/.sqlx/*.json "$folder/before/" 2>/dev/null || true
rm -f app/.sqlx/*.json
# The macros write to this folder while they are compiled, so they have to be compiled.
touch app/src/lib.rs
SQLX_OFFLINE=false SQLX_OFFLINE_DIR="$PWD/app/.sqlx" cargo check --locked --quiet -p app
if [ "${1:-}" = --check ]; then
    diff -r "$folder/before" app/.sqlx || die "app/.sqlx was out of date: commit what it is now"
fi
say "$(find app/.sqlx -name '*.json' | wc -l) queries in app/.sqlx"
