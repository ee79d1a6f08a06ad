#!/usr/bin/env bash
# The tests of the transport, of Arrow's reader and of what uses threads or C's memory besides, under a sanitizer:
# bash Tests/sanitize.sh thread|address [transport]
# With "transport" without Arrow's tests, which take minutes under the thread sanitizer.
# Ends with "N reports" and with 0 only if there were none and every test passed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kind=${1:-}
transport='AsyncIOTests|HTTP2Tests|GRPCTests|OIDCTests'
case "$kind ${2:-}" in
"thread transport" | "address transport") tests=$transport ;;
"thread " | "address ") tests="$transport|ArrowIPCTests|FlightSQLTests" ;;
*)
    echo "usage: bash Tests/sanitize.sh thread|address [transport]" >&2
    exit 64
    ;;
esac
bash deploy/prepare.sh
source Tests/environment.sh
export LSAN_OPTIONS="suppressions=$PWD/Tests/leaks.supp" TSAN_OPTIONS="suppressions=$PWD/Tests/races.supp"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Reports do not end a test run by themselves: they are counted.
swift test --disable-xctest --no-parallel --sanitize="$kind" --scratch-path ".build-$kind" --filter "$tests" 2>&1 | tee "$log" |
    grep -vE '^(✔|◇|\[[0-9]+/)' || true
passed=$(grep -cE '^✔ Test run with [1-9][0-9]* tests' "$log" || true)
reports=$(grep -cE 'WARNING: ThreadSanitizer|ERROR: (Address|Leak)Sanitizer' "$log" || true)
grep -E '^. Test run with' "$log" || true
echo "$kind sanitizer: $reports reports"
[ "$passed" = 1 ] && [ "$reports" = 0 ]
