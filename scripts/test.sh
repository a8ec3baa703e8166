#!/usr/bin/env bash
# Everything that proves Planton, in one go: exit 0 only if all of it holds.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TERM_COLOR=never
target=${CARGO_TARGET_DIR:-$PWD/target}
tools=$target/tools
mkdir -p "$tools"

step() { echo; echo "== $* ($(date +%T))"; }

step "system packages"
scripts/setup.sh test

step "the page: build, types, units"
scripts/page.sh
npm --prefix ui run --silent check
npm --prefix ui run --silent test

step "Rust: build"
features=planton-desktop/custom-protocol
cargo build --workspace --bins --features "$features"

step "Rust: tests"
nextest=(cargo nextest)
if ! cargo nextest --version >/dev/null 2>&1; then
  [ -x "$tools/bin/cargo-nextest" ] || cargo install --quiet --locked cargo-nextest --version 0.9.143 --root "$tools"
  nextest=("$tools/bin/cargo-nextest" nextest)
fi
"${nextest[@]}" run --workspace --exclude planton-benches --features "$features" --no-fail-fast --status-level fail --final-status-level fail

step "the real window"
[ -x "$tools/bin/tauri-driver" ] || cargo install --quiet --locked tauri-driver --version 2.1.0 --root "$tools"
scripts/window.sh "$target" "$tools"
