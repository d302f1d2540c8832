#!/usr/bin/env bash
# Lets the API work for some minutes, with its database cut off now and then, and watches its
# memory: draws the curve, and fails if it goes on growing.
#
#   scripts/soak.sh [SECONDS]      180 unless told otherwise
set -euo pipefail
seconds="${1:-180}"
. "$(dirname "$0")/environment.sh"
. scripts/postgres.sh

need_rust
need_postgres
command -v wrk >/dev/null || apt_install wrk
folder="$(mktemp -d)"
chmod 711 "$folder"
pids=()
stop() {
    trap '' INT TERM
    # Those that ended by themselves, or by us, are no reason to stop here.
    for pid in "${pids[@]}"; do { kill "$pid" && wait "$pid"; } 2>/dev/null || true; done
    stop_postgres "$folder/postgres"
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

./scripts/build-app.sh "$folder/app"
start_postgres "$folder/postgres"
"$folder/app" seed --count 5000
port="$(free_port)"
HOST=127.0.0.1 PORT=$port API_TOKENS=local LOG=error EMF_NAMESPACE=Soak EMF_INTERVAL=1s \
    OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9 "$folder/app" serve >/dev/null &
app=$!
pids+=("$app")
until curl --silent --fail --output /dev/null "http://127.0.0.1:$port/health/ready"; do sleep 0.1; done

say "$seconds seconds of requests, with all connections of the database ended every 10"
wrk --threads 1 --connections 64 --duration "${seconds}s" --latency \
    --script app/load/mixed.lua "http://127.0.0.1:$port" >"$folder/wrk" &
pids+=("$!")
while sleep 10; do
    psql --quiet --no-psqlrc --output /dev/null "$DATABASE_URL" --command \
        "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'"
done &
pids+=("$!")
mkdir -p "$CARGO_TARGET_DIR/soak"
python3 app/load/memory.py "$app" "$seconds" "$CARGO_TARGET_DIR/soak/memory.svg"
sed -n '/Latency Distribution/,$p' "$folder/wrk"
