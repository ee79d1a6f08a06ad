#!/usr/bin/env bash
# The library's documentation, in which a warning is an error: a link to nothing, or a topic that does not exist. Every
# public function needs a comment with an example, and examples have to compile. Writes a site to the folder named, or to
# one that goes away. Ends with "documentation: N pages, 0 warnings".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# A scratch path of its own: the compiler's further options would have everything else built anew.
scratch=.build/documentation
graphs=$PWD/$scratch/symbol-graphs
# A module that is up to date keeps the graph of its last build; where one is gone everything is built anew.
for module in Micromegas FlightSQL GRPC ArrowIPC AsyncIO UTCTime; do
    test -s "$graphs/$module.symbols.json" || rm -rf "$scratch"
done
mkdir -p "$graphs"
swift build --quiet --scratch-path "$scratch" --target Micromegas \
    -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$graphs"
python3 Tests/documentation.py "$graphs" "$scratch/debug"

# The site is the library product's, with what it gives on from other modules; what else those declare is not its own.
own=$scratch/own-graphs
rm -rf "$own"
mkdir "$own"
cp "$graphs"/Micromegas*.symbols.json "$own"
site=${1:-$scratch/site}
rm -rf "$site"
docc convert Sources/Micromegas/Micromegas.docc --additional-symbol-graph-dir "$own" \
    --fallback-display-name Micromegas --fallback-bundle-identifier lakewarden.Micromegas \
    --warnings-as-errors --output-path "$site"
echo "documentation: $(find "$site/data/documentation" -name '*.json' | wc -l) pages, 0 warnings"
