#!/usr/bin/env bash
# The API on this machine, with a database of its own, made anew when its sources change: with
# Docker Compose where an engine runs, else with a private PostgreSQL under .local/.
#
#   scripts/backend.sh
#   WITHOUT_DOCKER=1 scripts/backend.sh   not with Docker, even where it runs
#   PORT=3001 DATABASE_PORT=5433          where the two listen
set -euo pipefail
. "$(dirname "$0")/environment.sh"
. scripts/postgres.sh

export PORT="${PORT:-3001}" DATABASE_PORT="${DATABASE_PORT:-5433}"

where_to_click() {
    say "the API:      http://127.0.0.1:$PORT/cars"
    say "how to use it: http://127.0.0.1:$PORT/docs   (changes: Authorization: Bearer local)"
    say "how it is:    http://127.0.0.1:$PORT/status  http://127.0.0.1:$PORT/metrics"
    say "the database: $1"
}

if [ -z "${WITHOUT_DOCKER:-}" ] && docker compose version >/dev/null 2>&1 && docker info >/dev/null 2>&1; then
    where_to_click "postgres://app:local@127.0.0.1:$DATABASE_PORT/cars"
    exec docker compose --file deployment/docker-compose.yml up --build --watch
fi

need_rust
need_postgres
folder="$(postgres_folder)"
free() { ! (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
free "$PORT" || die "something listens on port $PORT already: PORT=3011 scripts/backend.sh"
free "$DATABASE_PORT" || die "something listens on port $DATABASE_PORT already: set DATABASE_PORT"

app=""
stop() {
    # A second signal is not to leave the database behind.
    trap '' INT TERM
    [ -z "$app" ] || { kill "$app" 2>/dev/null; wait "$app" 2>/dev/null; } || true
    stop_postgres "$folder"
}
build() { cargo build --locked --quiet -p app; }
start() {
    "$CARGO_TARGET_DIR/debug/app" serve &
    app=$!
}
changed() { [ -n "$(find app/src app/migrations app/Cargo.toml -newer "$mark" -print -quit)" ]; }

say "building the API"
build
trap stop EXIT
trap 'exit 130' INT TERM
start_postgres "$folder" "$DATABASE_PORT"
set -a
. deployment/local.env
set +a
export HOST="${HOST:-127.0.0.1}"
"$CARGO_TARGET_DIR/debug/app" seed --if-empty
mark="$folder.built"
touch "$mark"
start
where_to_click "$DATABASE_URL"
while sleep 1; do
    if changed; then
        touch "$mark"
        say "building anew"
        if build; then
            kill "$app" && { wait "$app" || true; }
            start
        fi
    fi
    kill -0 "$app" 2>/dev/null || { wait "$app" || die "the API ended: see above"; }
done
