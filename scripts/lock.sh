#!/bin/sh
# Compiles requirements/*.in to files with exact versions and hashes; arguments go to uv.
set -eu
cd "$(dirname "$0")/.."
uv=.tools/bin/uv
[ -x "$uv" ] || uv=uv
compile() {
    name=$1
    version=$2
    shift 2
    "$uv" pip compile --quiet --universal --generate-hashes --python-version "$version" \
        "requirements/$name.in" -o "requirements/$name.txt" "$@"
}
compile bootstrap 3.11 "$@"
compile production 3.12 "$@"
compile development 3.12 "$@"
