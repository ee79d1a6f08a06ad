"""Makes every call with the Python client of this virtual environment and with ours, and compares the answers.

    python compare.py CALLS_PROGRAM LAKE_PYTHON TALLY [--only TEXT] [--verbose]

Names each call whose answers differ, with both answers; those that differ on purpose stand apart with their reasons.
TALLY is a file that the counts are added to: `calls equal to-differ that-do-not`, a line a run.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import micromegas

import connecting
import guide
import ingesting
import maintenance
import reading
import retiring
import times
from call import Call, Differing, Result, is_right, make
from processes import ROOT, Lake, Lakes, LineProcess

VERSIONS = ("0.30", "0.33")


def ids(lake: Lake) -> dict[str, str]:
    """A process, a stream of it and a thread's stream, that the calls ask for."""
    client = micromegas.connect(lake.uri)
    log = "SELECT stream_id, process_id FROM streams WHERE array_has(tags, 'log') ORDER BY stream_id LIMIT 1"
    (stream,) = client.query(log, *reading.ALL).itertuples(index=False)
    cpu = """SELECT DISTINCT stream_id FROM blocks WHERE array_has("streams.tags", 'cpu') ORDER BY stream_id"""
    threads = client.query(cpu, reading.BEGIN, reading.END)["stream_id"]
    # Those whose calls came to their ends have spans. Asking makes the server write; this lake is not compared.
    thread = next(t for t in threads if len(client.query_spans(reading.BEGIN, reading.END, 1, t)))
    return {"process": stream.process_id, "stream": stream.stream_id, "thread": thread}


def calls(lake: Lake, folder: Path, guide_code: dict[str, Any] | None) -> Iterator[Call]:
    yield from reading.statements(folder, lake.version)
    yield from reading.ranges()
    yield from reading.discovery(ids(lake))
    yield from maintenance.materialize(lake.version)
    yield from maintenance.regenerate(lake.version)
    yield from maintenance.incompatible()
    yield from retiring.calls(lake, guide_code)
    yield from ingesting.calls(lake, folder)
    yield from connecting.calls(folder)
    if lake.version == VERSIONS[0]:  # no server is asked
        yield from times.calls()
    if guide_code is not None:
        yield from guide.calls(guide_code)


def run(options: argparse.Namespace) -> Iterator[tuple[str, Result]]:
    guide_code = guide.read(options.guide)
    if guide_code is None:
        print(f"  left out, as the guide is not in {options.guide}: analyze_query_schema, validate_query, the executor")
    lakes, program = Lakes(options.lake_python), LineProcess(options.program)
    try:
        with tempfile.TemporaryDirectory() as folder:
            for version in VERSIONS:
                with lakes.open(version) as shared:
                    for call in calls(shared, Path(folder), guide_code):
                        if options.only in f"{version} {call.name}":
                            yield version, make(call, lakes, program, shared)
    finally:
        program.close()
        lakes.close()


def report(version: str, result: Result, verbose: bool) -> None:
    call = result.call
    if is_right(result):
        if verbose:
            print(f"  {version} {call.name}: {'differs on purpose' if isinstance(call, Differing) else 'equal'}")
        return
    print(f"  UNEQUAL on {version}: {call.name}")
    if isinstance(call, Differing) and not result.differences:
        print("    the answers are equal, though they were to differ")
    for line in result.faults + result.differences:
        print(f"    {line[:2000]}")
    print(f"    theirs: {str(result.theirs)[:2000]}\n    ours: {str(result.ours)[:2000]}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("lake_python", type=Path)
    parser.add_argument("tally", type=Path)
    parser.add_argument("--guide", type=Path, default=ROOT.parent / "shared/seeds", help="default: %(default)s")
    parser.add_argument("--only", default="", help="calls whose name, the server's version before it, holds this")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    began = time.monotonic()
    package = importlib.metadata.version("micromegas")
    print(f"Python client {package}", flush=True)
    results = []
    for version, result in run(options):
        report(version, result, options.verbose)
        results.append(result)
    purposeful = {r.call.name: r.call.reason for r in results if isinstance(r.call, Differing) and is_right(r)}
    print("  differing on purpose:")
    for name, reason in purposeful.items():
        print(f"    {name}: {reason}")
    compared = [r for r in results if not isinstance(r.call, Differing)]
    equal = sum(is_right(r) for r in compared)
    differing = [is_right(r) for r in results if isinstance(r.call, Differing)]
    seconds = time.monotonic() - began
    on_purpose = f"{sum(differing)} of {len(differing)} differ on purpose"
    print(f"  {len(compared)} calls: {equal} equal; {on_purpose}; {seconds:.0f} s")
    with options.tally.open("a") as tally:
        tally.write(f"{len(compared)} {equal} {len(differing)} {len(differing) - sum(differing)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
