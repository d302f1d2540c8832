# Sourced by the scripts that need a PostgreSQL of their own: starts one in a folder, on a free port.
# shellcheck shell=bash

# The folder with initdb and postgres: POSTGRES_BIN, else the newest of the system; installed where
# there is none.
postgres_bin() {
    if [ -n "${POSTGRES_BIN:-}" ]; then
        echo "$POSTGRES_BIN"
        return
    fi
    local found
    found="$(find /usr/lib/postgresql -maxdepth 3 -path '*/bin/initdb' 2>/dev/null | sort -V | tail -1)"
    found="${found:-$(command -v initdb || true)}"
    [ -n "$found" ] || return 1
    dirname "$found"
}

need_postgres() {
    # Debian's package would start a cluster of its own; ours are the only ones we touch.
    postgres_bin >/dev/null || apt_install postgresql
}

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=nobody --regid=nogroup --clear-groups -- "$@"
    else
        "$@"
    fi
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Where the cluster of this clone is: .local/, or where PostgreSQL's user cannot come there because
# the clone lies in the home of root, a folder of its own beside the system's other lasting data.
postgres_folder() {
    mkdir -p .local
    if as_postgres test -x .local 2>/dev/null && as_postgres test -x "$PWD"; then
        echo "$PWD/.local/postgres"
    else
        echo "/var/tmp/provision-postgres-$(printf '%s' "$PWD" | cksum | cut -d' ' -f1)"
    fi
}

# start_postgres FOLDER [PORT]: makes the cluster if it is not there, starts it, and sets
# DATABASE_URL. Data written by one run is there in the next.
start_postgres() {
    local folder="$1" port="${2:-$(free_port)}" bin
    bin="$(postgres_bin)"
    mkdir -p "$folder"
    chmod 700 "$folder"
    if [ "$(id -u)" = 0 ]; then chown nobody:nogroup "$folder"; fi
    if [ ! -e "$folder/data/PG_VERSION" ]; then
        as_postgres "$bin/initdb" --pgdata "$folder/data" --username postgres --encoding UTF8 \
            --locale C.UTF-8 --auth trust --no-sync >/dev/null
    fi
    as_postgres "$bin/pg_ctl" --pgdata "$folder/data" --log "$folder/log" --wait --silent start \
        --options "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200"
    export DATABASE_URL="postgres://postgres@127.0.0.1:$port/postgres"
}

stop_postgres() {
    as_postgres "$(postgres_bin)/pg_ctl" --pgdata "$1/data" --mode fast --wait --silent stop || true
}
