#!/usr/bin/env bash
# Builds the page into ui/dist, if it or what it is made of has changed.
set -euo pipefail
cd "$(dirname "$0")/../ui"
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --no-audit --no-fund --loglevel=error
fi
if [ ! -e dist/index.html ] || [ -n "$(find src index.html package.json vite.config.ts -newer dist/index.html -print -quit)" ]; then
  npm run --silent build
fi
