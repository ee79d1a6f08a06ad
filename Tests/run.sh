#!/usr/bin/env bash
# All tests: Swift's and the lakehouse's. Exits with 0 only if every one passed.
# With CI=true whatever had to be left out is a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash deploy/prepare.sh
export LAKEWARDEN_PYTHON="$PWD/.venv/bin/python"
export PYTHONDONTWRITEBYTECODE=1

swift build --build-tests
swift test --skip-build --disable-xctest
.venv/bin/python -m pytest -q -p no:cacheprovider -c Tests/pytest.ini --rootdir Tests Tests/Lakehouse Tests/Program
