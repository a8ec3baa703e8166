#!/usr/bin/env bash
# Judges triage and suggestions on the dev split of the corpus, then on every other set that is given or lies beside the project
# in ../shared/data. Each set is judged apart: pooled numbers say nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
dev=$(mktemp --suffix=.jsonl)
trap 'rm -f "$dev"' EXIT
cat core/corpus/dev_*.jsonl >"$dev"
shopt -s nullglob
sets=("$@" ../shared/data/*/train.jsonl)
cargo run --release -q -p planton-cli -- evaluate "$dev" "${sets[@]}"
