#!/usr/bin/env bash
# Installs the system packages that are missing, on Debian and Ubuntu. Usage: setup.sh run | test
# Elsewhere it only says what is needed. Package servers are the system's own; nothing else is downloaded here.
set -euo pipefail

build=(build-essential pkg-config libssl-dev libwebkit2gtk-4.1-dev librsvg2-dev)
show=(fonts-dejavu-core fonts-noto-color-emoji fonts-noto-core)
# Real servers and a real window for the tests.
try=(webkit2gtk-driver xvfb xauth dovecot-imapd dovecot-lmtpd dovecot-sieve exim4-daemon-light)

case "${1:-run}" in
  run) wanted=("${build[@]}" "${show[@]}") ;;
  test) wanted=("${build[@]}" "${show[@]}" "${try[@]}") ;;
  *) echo "usage: setup.sh run|test" >&2; exit 2 ;;
esac

for tool in cargo node npm; do
  command -v "$tool" >/dev/null || { echo "planton: $tool is missing. Install Rust (rustup) and Node 20 or newer, then try again." >&2; exit 2; }
done

if ! command -v apt-get >/dev/null; then
  echo "planton: this system has no apt-get. Install the equivalents of: ${wanted[*]}" >&2
  exit 0
fi

missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "planton: installing ${missing[*]}" >&2
admin=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "planton: as root, run: apt-get install ${missing[*]}" >&2; exit 2; }
  admin=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${admin[@]}" apt-get update -qq
"${admin[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null

# The tests start mail servers of their own; those that Debian starts on installation are not wanted.
for service in dovecot exim4; do
  if printf '%s\n' "${missing[@]}" | grep -q "^$service" && command -v systemctl >/dev/null; then
    "${admin[@]}" systemctl disable --now "$service" >/dev/null 2>&1 || true
  fi
done
