#!/usr/bin/env bash
# Installs what building and testing need and this machine lacks: Debian packages, and a virtual environment in .venv.
# Run by the quickstart, the tests and CI; does nothing the second time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(libcurl4-openssl-dev liblz4-dev libnghttp2-dev libssl-dev libyaml-dev openssl libzstd-dev pkg-config python3 python3-venv)
missing=()
for package in "${packages[@]}"; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then missing+=("$package"); fi
done
if [ ${#missing[@]} -gt 0 ]; then
    echo "installing ${missing[*]}" >&2
    as_root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || { echo "error: installing ${missing[*]} needs root: run apt-get install ${missing[*]}" >&2; exit 1; }
        as_root=(sudo)
    fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null >&2
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" </dev/null >&2
fi

command -v swift >/dev/null || {
    echo "error: there is no swift on the PATH: install Swift 6.3 (swift.org/install/linux), then run this again" >&2
    exit 1
}

# The lakehouse and the tests are Python; a change of the requirements makes the environment anew.
stamp=$(sha256sum Tests/requirements.txt | cut -d' ' -f1)
if [ "$(cat .venv/requirements.sha256 2>/dev/null || true)" != "$stamp" ]; then
    echo "installing the Python packages of Tests/requirements.txt into .venv" >&2
    rm -rf .venv
    python3 -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --requirement Tests/requirements.txt >&2
    echo "$stamp" >.venv/requirements.sha256
fi
