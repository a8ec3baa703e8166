#!/usr/bin/env bash
# What must be clean before anything is shared: formatting, clippy with warnings denied, eslint.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh run
scripts/page.sh
cargo fmt --all -- --check
cargo clippy --workspace --all-targets --features planton-desktop/custom-protocol -- -D warnings
npm --prefix ui run --silent lint
