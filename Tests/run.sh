#!/usr/bin/env bash
# All tests: Swift's, the lakehouse's, and the program's as a process. Exits with 0 only if every one passed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash deploy/prepare.sh
source Tests/environment.sh
export LAKEWARDEN_PYTHON="$PWD/.venv/bin/python"
export PYTHONDONTWRITEBYTECODE=1

swift build --build-tests
# One after another: tests of deadlines would starve beside those that compute for seconds on a machine of two cores.
swift test --skip-build --disable-xctest --no-parallel
# Micromegas' own Python client is another, larger environment: Tests/Lakehouse/README.md says how it is tried.
.venv/bin/python -m pytest -q -rs -p no:cacheprovider -c Tests/pytest.ini --rootdir Tests \
    --ignore Tests/Lakehouse/tests/test_python_client.py Tests/Lakehouse Tests/Program
