#!/usr/bin/env bash
# The morning after a server upgrade, from nothing to a proven repair: installs what is missing, builds, starts the
# development lakehouse in that state, then plans, applies, and plans again. Works without a terminal and stops what
# it started. What it makes lies in .build/quickstart.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash deploy/prepare.sh
echo "building lakewarden (the first time takes minutes)" >&2
swift build -c release --product lakewarden >&2

here=.build/quickstart
rm -rf "$here"
mkdir -p "$here"
lakewarden=.build/release/lakewarden

# The lakehouse ends with this script, however that ends: by the trap, or because its standard input closes.
mkfifo "$here/lakehouse.stdin"
PYTHONDONTWRITEBYTECODE=1 .venv/bin/python Tests/Lakehouse/run.py --scenario morning-after --port 0 \
    --data "$here/lake" --cache "$here-cache" <"$here/lakehouse.stdin" >"$here/lakehouse.json" 2>"$here/lakehouse.log" &
lakehouse=$!
exec 9>"$here/lakehouse.stdin"
trap 'kill "$lakehouse" 2>/dev/null || true; wait "$lakehouse" 2>/dev/null || true' EXIT
for _ in $(seq 1200); do
    [ -s "$here/lakehouse.json" ] && break
    kill -0 "$lakehouse" 2>/dev/null || break
    sleep 0.1
done
port=$(sed -n 's/.*"port": *\([0-9]*\).*/\1/p' "$here/lakehouse.json")
[ -n "$port" ] || { echo "error: the development lakehouse did not start; it said:" >&2; cat "$here/lakehouse.log" >&2; exit 1; }

lake=grpc://127.0.0.1:$port
apply=("$lakewarden" apply --config config/quickstart.yaml --lake "$lake" --audit "$here/audit")
run() {
    printf '\n$ %s\n' "${apply[*]} $1"
    "${apply[@]}" "$1"
}

cat <<'TEXT'

A lakehouse was upgraded the day before yesterday. Its own maintenance has rebuilt the last days; the history before
them is still written in the old schemas, and queries over it answer 0 rows without an error.
TEXT
run --dry-run
run --yes
run --dry-run

cat <<TEXT

Three things to try next:
  $lakewarden audit verify --audit $here/audit     what was done, and that nobody changed the record of it
  $lakewarden validate --config config/complete.yaml     every key of a policy file, explained in it
  $lakewarden apply --config FILE --dry-run     your own lake: copy config/complete.yaml, set lake.uri; nothing is changed
TEXT
