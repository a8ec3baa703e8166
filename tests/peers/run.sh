#!/usr/bin/env bash
# Triage beside the usual tools. Builds planton (unless --planton says where it is), installs the tools into their own folder, compares.
# Usage: run.sh [--planton BINARY] [--write docs/TRIAGE.md] [--corpus DIR]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
tools=$target/peers

given=
for argument in "$@"; do
  case $argument in --planton | --planton=*) given=1 ;; esac
done
if [ -z "$given" ]; then
  cargo build --release --manifest-path "$root/Cargo.toml" -p planton-cli
  set -- --planton "$target/release/planton" "$@"
fi

if ! cmp -s "$here/requirements.txt" "$tools/requirements.txt"; then
  "${PYTHON:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    { echo "peers: Python 3.11 or newer is needed; name one with PYTHON=..." >&2; exit 2; }
  "${PYTHON:-python3}" -m venv --clear "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$tools/requirements.txt"
fi
exec "$tools/bin/python" "$here/compare.py" "$@"
