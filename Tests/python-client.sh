#!/usr/bin/env bash
# Micromegas' own Python client and ours make the same calls against the development lakehouse and must get equal answers.
# Ends with `N calls: N equal`, both clients' versions and both servers' together. --only TEXT and --verbose are passed on.
# The first run makes a virtual environment for each version of the client, .venv-python-VERSION (380 MB each).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
versions=(0.30 0.32)
export PYTHONDONTWRITEBYTECODE=1

[[ -e .venv ]] || bash deploy/prepare.sh
for version in "${versions[@]}"; do
    venv=.venv-python-$version
    # A mark, because an environment whose making was interrupted is there too.
    [[ -e $venv/complete ]] && continue
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "micromegas==$version.0"
    touch "$venv/complete"
done
swift build --product ClientCalls

# Both at once: each waits for its own lakehouse most of the time.
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
program=$(swift build --show-bin-path)/ClientCalls
running=()
for version in "${versions[@]}"; do
    ".venv-python-$version/bin/python" Tests/PythonClient/compare.py \
        "$program" .venv/bin/python "$results/tally" "$@" >"$results/$version" 2>&1 &
    running+=($!)
done
failed=0
for number in "${!versions[@]}"; do
    wait "${running[number]}" || failed=1
    cat "$results/${versions[number]}"
done
# Half of a comparison is none.
if ((failed > 0)); then echo "a comparison broke off"; exit 1; fi
calls=0 equal=0 differing=0 wrong=0
while read -r made same meant missed; do
    calls=$((calls + made)) equal=$((equal + same)) differing=$((differing + meant)) wrong=$((wrong + missed))
done < "$results/tally"
echo "$differing calls are to differ on purpose: $((differing - wrong)) do"
echo "$calls calls: $equal equal"
((calls > 0 && equal == calls && wrong == 0))
