#!/usr/bin/env bash
# How much the API can take, beside the least that axum and sqlx need for the same list, and beside
# the case study's stack: Node with the `postgres` package. One database, 10 connections each.
#
#   scripts/load.sh [SECONDS]      10 for each measurement unless told otherwise
set -euo pipefail
seconds="${1:-10}"
. "$(dirname "$0")/environment.sh"
. scripts/postgres.sh

need_rust
need_postgres
need_node
command -v wrk >/dev/null || apt_install wrk
folder="$(mktemp -d)"
chmod 711 "$folder"
server=""
end_server() { [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true; server=""; }
stop() {
    trap '' INT TERM
    end_server
    stop_postgres "$folder/postgres"
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

./scripts/build-app.sh "$folder/app"
host="$(rustc --version --verbose | sed -n 's/^host: //p')"
say "building the bare server, and installing that of Node"
cargo build --locked --quiet --profile image --target "$host" -p app --example bare
cp -r app/load/node "$folder/node"
npm install --prefix "$folder/node" --silent --no-audit --no-fund
start_postgres "$folder/postgres"
"$folder/app" seed --count 5000 >/dev/null
export HOST=127.0.0.1 LOG=error

# measure NAME CLIENTS COMMAND...: a row of the table.
measure() {
    local name="$1" clients="$2" port out memory
    shift 2
    port="$(free_port)"
    PORT="$port" "$@" >/dev/null &
    server=$!
    until curl --silent --fail --output /dev/null "http://127.0.0.1:$port/cars"; do sleep 0.1; done
    # Once for everything to be warm.
    wrk -t1 -c"$clients" -d2s "http://127.0.0.1:$port/cars" >/dev/null
    out="$(wrk -t1 -c"$clients" -d"${seconds}s" --latency "http://127.0.0.1:$port/cars")"
    memory="$(awk '/VmRSS/ {print int($2 / 1024)}' "/proc/$server/status")"
    printf '| %s | %s | %s | %s | %s | %s | %s MiB |\n' "$name" "$clients" \
        "$(awk '/Requests\/sec/ {print int($2)}' <<<"$out")" \
        "$(awk '$1 == "50%" {print $2}' <<<"$out")" "$(awk '$1 == "99%" {print $2}' <<<"$out")" \
        "$(awk '/Non-2xx/ {print $NF; found = 1} END {if (!found) print 0}' <<<"$out")" "$memory"
    end_server
}

echo "| server | clients | answers/s | p50 | p99 | refused | memory |"
echo "| --- | --- | --- | --- | --- | --- | --- |"
for clients in 64 500; do
    measure "app" "$clients" "$folder/app" serve
    measure "bare axum and sqlx" "$clients" "$CARGO_TARGET_DIR/$host/image/examples/bare"
    measure "Node and postgres" "$clients" node "$folder/node/server.mjs"
done
