# Sourced by the other scripts: where things are built, and what has to be there first.
# shellcheck shell=bash

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
cache="${XDG_CACHE_HOME:-$HOME/.cache}/provision"
# Outside the clone, so that another clone does not compile the AWS SDKs again.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$cache/target}"

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Cargo tells the builds of two clones apart by time alone: what another clone left here is not ours.
forget_other_clones() {
    local mark="$CARGO_TARGET_DIR/clone"
    [ "$(cat "$mark" 2>/dev/null)" = "$PWD" ] && return
    if [ -d "$CARGO_TARGET_DIR" ]; then
        cargo clean --locked --quiet --workspace
        cargo clean --locked --quiet --workspace --release
    fi
    mkdir -p "$CARGO_TARGET_DIR"
    printf '%s' "$PWD" >"$mark"
}

# Installs Debian packages, where that is possible.
apt_install() {
    local sudo=""
    [ "$(id -u)" = 0 ] || sudo=sudo
    command -v apt-get >/dev/null || die "please install: $*"
    say "installing $*"
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

need_rust() {
    command -v cargo >/dev/null || die "Rust 1.95 or newer is needed: https://rustup.rs"
    command -v cc >/dev/null || apt_install gcc libc6-dev
    forget_other_clones
}

# The programs that the tests compare with: Debian's skopeo and docker-registry, and Python's in a
# virtual environment of our own unless the machine has them. Debian's static busybox is what images
# of the tests are made of.
need_strangers() {
    local program
    for program in skopeo docker-registry busybox; do
        command -v "$program" >/dev/null || apt_install skopeo docker-registry busybox-static
    done
    if python3 -c 'import moto, botocore, awscli' 2>/dev/null && command -v moto_server >/dev/null; then
        return
    fi
    local venv="$cache/venv"
    if [ ! -x "$venv/bin/moto_server" ]; then
        python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install python3 python3-venv
        say "installing moto and the AWS CLI into $venv"
        python3 -m venv "$venv"
        "$venv/bin/pip" install --quiet --requirement scripts/requirements.txt
    fi
    export PATH="$venv/bin:$PATH"
}

# What judges reports in OSCAL, in a virtual environment of its own: its needs are not moto's.
need_trestle() {
    command -v trestle >/dev/null && return
    local venv="$cache/trestle"
    if [ ! -x "$venv/bin/trestle" ]; then
        python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install python3 python3-venv
        say "installing compliance-trestle into $venv"
        python3 -m venv "$venv"
        "$venv/bin/pip" install --quiet compliance-trestle==5.2.0
    fi
    export PATH="$PATH:$venv/bin"
}

# What the sandbox runs things with: PostgreSQL, and a wall around the programs of images.
need_sandbox() {
    . scripts/postgres.sh
    need_postgres
    command -v bwrap >/dev/null || apt_install bubblewrap
}

# Node 20.11 or newer. Debian 12 has 18: there, npm brings a newer one.
need_node() {
    export NEXT_TELEMETRY_DISABLED=1
    node_is_new_enough && return
    local node="$cache/node"
    if [ ! -x "$node/node_modules/.bin/node" ]; then
        command -v npm >/dev/null || apt_install nodejs npm
        say "installing Node 22 into $node"
        npm install --silent --no-audit --no-fund --prefix "$node" node@22
    fi
    export PATH="$node/node_modules/.bin:$PATH"
    node_is_new_enough || die "Node 20.11 or newer is needed: https://nodejs.org"
}

node_is_new_enough() {
    node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
             process.exit(major > 20 || (major === 20 && minor >= 11) ? 0 : 1)' 2>/dev/null
}

# What the site is made with, as the lock file says; again only when that changes.
need_site_packages() {
    need_node
    local mark=frontend/node_modules/.installed
    cmp -s frontend/package-lock.json "$mark" && return
    say "installing the site's packages"
    npm ci --prefix frontend --no-audit --no-fund --loglevel error
    cp frontend/package-lock.json "$mark"
}

# A browser for the tests of the site; CHROMIUM names another one.
need_chromium() {
    if [ -z "${CHROMIUM:-}" ]; then
        CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
    fi
    if [ -z "$CHROMIUM" ]; then
        apt_install chromium
        CHROMIUM=$(command -v chromium)
    fi
    export CHROMIUM
}
