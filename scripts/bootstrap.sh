#!/bin/sh
# Prepares .venv with the pinned dependencies; does nothing when it is already as it should be.
# Finds a Python that really runs (a pyenv shim may not) and leaves the work to bootstrap.py.
set -eu
cd "$(dirname "$0")/.."
for python in .venv/bin/python python3 /usr/bin/python3 python3.13 python3.12 python3.11 python \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin/python3; do
    if command -v "$python" >/dev/null 2>&1 &&
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        exec "$python" scripts/bootstrap.py "$@"
    fi
done
echo "No Python 3.11 or later was found. Install one (on Debian: apt-get install python3 python3-pip), then run the command again." >&2
exit 1
