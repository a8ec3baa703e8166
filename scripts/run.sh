#!/usr/bin/env bash
# Opens the window on a demo workspace; without a display, shows the same workspace in the terminal. --fresh starts it over.
set -euo pipefail
cd "$(dirname "$0")/.."

fresh=false
for argument in "$@"; do
  case "$argument" in
    --fresh) fresh=true ;;
    *) echo "usage: make run [ARGS=--fresh]" >&2; exit 2 ;;
  esac
done

scripts/setup.sh run
scripts/page.sh
cargo build --workspace --bins --features planton-desktop/custom-protocol
target=${CARGO_TARGET_DIR:-target}/debug

data=.planton/demo
if $fresh; then rm -rf "$data"; fi
if [ ! -e "$data/planton.db" ]; then
  "$target/planton" --data "$data" demo
fi

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec "$target/planton-desktop" --data "$data"
fi

echo
echo "There is no display here: the same workspace without a window. / Pas d'écran ici : le même espace, sans fenêtre."
echo
"$target/planton" --data "$data" serve --once
echo
"$target/planton" --data "$data" --as alex queue --limit 40
echo
"$target/planton" --data "$data" --as alex night status
