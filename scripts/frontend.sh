#!/usr/bin/env bash
# The site on this machine, with reload on change, and the API behind it.
#
#   scripts/frontend.sh            starts the API, too, unless one answers
#   API_URL=URL scripts/frontend.sh   uses the API there
#   PORT=3000                      where the site listens
set -euo pipefail
. "$(dirname "$0")/environment.sh"

need_site_packages
command -v curl >/dev/null || apt_install curl
export API_URL="${API_URL:-http://127.0.0.1:3001}"
port="${PORT:-3000}"

answers() { curl --silent --fail --max-time 2 --output /dev/null "$API_URL/health/live"; }

stop_backend() {
    trap '' INT TERM
    kill "$backend" 2>/dev/null || return 0
    wait "$backend" 2>/dev/null || true
}

if answers; then
    say "using the API at $API_URL"
else
    say "starting the API (scripts/backend.sh)"
    # PORT is ours; that of the API stands in its address.
    PORT="${API_URL##*:}" ./scripts/backend.sh &
    backend=$!
    trap stop_backend EXIT
    trap 'exit 130' INT TERM
    until answers; do
        kill -0 "$backend" 2>/dev/null || die "the API did not start"
        sleep 0.5
    done
fi

say "the site:      http://127.0.0.1:$port/"
say "the inventory: http://127.0.0.1:$port/cars/"
say "the API:       $API_URL/api/cars"
# Not exec: the API has to be stopped afterwards.
npm run --silent --prefix frontend dev -- --hostname 127.0.0.1 --port "$port"
