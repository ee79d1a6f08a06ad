#!/usr/bin/env bash
# gRPC's interop cases against a test service on grpcio. Prints "14 passed" twice, of plaintext and of TLS, and exits with
# 0 only then.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash deploy/prepare.sh
source Tests/environment.sh
swift build --product interop-client >&2
export PYTHONDONTWRITEBYTECODE=1
.venv/bin/python Tests/Interop/run.py "$(swift build --show-bin-path)/interop-client"
