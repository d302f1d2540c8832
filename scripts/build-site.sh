#!/usr/bin/env bash
# Builds the site: files that any server of files can serve, the same from the same sources.
#
#   scripts/build-site.sh FOLDER     where to put them
set -euo pipefail
[ $# = 1 ] || { echo "usage: scripts/build-site.sh FOLDER" >&2; exit 2; }
folder="$(realpath -m "$1")"
. "$(dirname "$0")/environment.sh"

need_site_packages
# A page that is open notices by this name that there is another build. Next would make one up.
BUILD_ID="$(cd frontend && find src tools package-lock.json next.config.ts -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-20)"
export BUILD_ID
say "building the site"
npm run --silent --prefix frontend build >&2
mkdir -p "$folder"
cp -R frontend/out/. "$folder"
say "$folder: $(find "$folder" -type f | wc -l) files"
