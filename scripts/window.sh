#!/usr/bin/env bash
# The journey in the real window, on a screen of its own. Usage: window.sh TARGET_DIR TOOLS_DIR
set -euo pipefail
cd "$(dirname "$0")/../tests/e2e"
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm install --no-audit --no-fund --no-save --loglevel=error
fi
export PLANTON_DESKTOP=$1/debug/planton-desktop PLANTON_CLI=$1/debug/planton TAURI_DRIVER=$2/bin/tauri-driver
exec xvfb-run -a -s "-screen 0 1400x1000x24" npm run --silent test
