#!/usr/bin/env python3
"""Checks that whatever is public, cases of enumerations left out, has a documentation comment, functions one with an
example, and that examples compile.

    python3 Tests/documentation.py SYMBOL_GRAPHS BUILD

SYMBOL_GRAPHS is the folder of the compiler's symbol graphs, BUILD that of the build that made them. Ends with
"examples: N compile", or names what has none and what the compiler says of the rest.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
#: The library product and what stands beneath it.
MODULES = ("Micromegas", "FlightSQL", "GRPC", "ArrowIPC", "AsyncIO", "UTCTime")
CALLABLE = {"swift.func", "swift.init", "swift.method", "swift.type.method", "swift.subscript"}
#: Pages that begin with one and the same program.
PAGES = ("README.md", "Sources/Micromegas/Micromegas.docc/Micromegas.md")
#: What examples may name without making it, as parameters of the function that each of them becomes.
NAMES = """\
_ client: FlightSQLClient, _ loop: EventLoop, _ configuration: inout ClientConfiguration,
_ provider: any CredentialProvider, _ settings: OIDCClientCredentials.Settings, _ token: BearerToken,
_ sql: String, _ id: String, _ streamID: String, _ blockID: String, _ name: String, _ text: String, _ path: String,
_ midnight: Timestamp, _ border: Timestamp, _ now: Timestamp, _ hour: TimeRange, _ day: TimeRange, _ week: TimeRange,
_ options: [String: String], _ file: OutputFile, _ bytes: [UInt8], _ headerLength: Int,
_ row: Row, _ rows: [Row], _ stream: QueryStream, _ batch: RecordBatch, _ column: Column, _ lists: ListValues,
_ schema: inout Schema, _ writer: inout TableWriter, _ builder: inout ColumnBuilder, _ decoder: inout StreamDecoder,
_ call: MaterializationCall, _ key: RetireKey, _ preview: RetirePreview, _ source: FlightSQLClient,
_ process: ProcessRow, _ blocks: [BlockRow], _ payloads: [PayloadRow]"""
#: The same of the layers beneath the library.
NAMES_BENEATH = """,
_ channel: Channel, _ connection: FlightSQLConnection, _ request: [UInt8], _ metadata: inout Metadata,
_ answer: ServerStreamingCall, _ exchange: StreamingCall"""
#: Where the library's own examples stand: they need no other import.
OWN = ("Sources/Micromegas/", *PAGES)
IMPORTS_BENEATH = "import ArrowIPC\nimport AsyncIO\nimport FlightSQL\nimport GRPC\nimport UTCTime\n"
BEGINNING = """\
import Micromegas

struct OutputFile { func write(_ bytes: [UInt8]) {} }
func makeCall() async throws {}
"""


def declarations(graphs: Path) -> Iterator[dict[str, Any]]:
    """What is public and stands in the modules' own code."""
    seen = set()
    for module in MODULES:
        for graph in sorted(graphs.glob(f"{module}*.symbols.json")):
            for symbol in json.loads(graph.read_text())["symbols"]:
                precise = symbol["identifier"]["precise"]
                # What a protocol or the compiler gives has no place in the code.
                if "location" in symbol and precise not in seen:
                    seen.add(precise)
                    yield symbol


def name(symbol: dict[str, Any]) -> str:
    place = symbol["location"]
    file = place["uri"].removeprefix("file://").removeprefix(f"{ROOT}/")
    return f"{file}:{place['position']['line'] + 1}: {'.'.join(symbol['pathComponents'])}"


def example(comment: list[str]) -> list[str]:
    """The indented lines of a comment, which Markdown takes for code; those of a list are none."""
    lines: list[str] = []
    for number, line in enumerate(comment):
        if line.startswith("- "):
            break
        if line.startswith("    ") and (lines or (number > 0 and not comment[number - 1])):
            lines.append(line[4:])
        elif lines and not line:
            lines.append("")
    return lines


def shown(page: Path) -> list[str]:
    """The first Swift program that a page of Markdown shows."""
    block = re.search(r"```swift\n(.*?)```", page.read_text(), re.S)
    return block[1].splitlines() if block else []


def source(examples: list[tuple[str, list[str]]], *, beneath: bool) -> str:
    """A program with a function an example; messages of the compiler name the comment's place."""
    text = (IMPORTS_BENEATH if beneath else "") + BEGINNING
    names = NAMES + (NAMES_BENEATH if beneath else "")
    for number, (place, lines) in enumerate(examples):
        # A function that is shown belongs to a type of the reader's.
        head = f"func example{number}(\n{names}\n) async throws {{"
        if lines[0].startswith("func "):
            head = f"struct Example{number} {{"
        body = "\n".join(re.sub(r"\bcall\(\)", "makeCall()", line) for line in lines)
        text += f'{head}\n#sourceLocation(file: "{place}", line: 1)\n{body}\n#sourceLocation()\n}}\n'
    return text


def compile_errors(text: str, build: Path) -> list[str]:
    """What the compiler has against a program."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "Examples.swift"
        program.write_text(text)
        # Values that are made and not used again are what examples are for.
        command = ["swiftc", "-typecheck", "-swift-version", "6", "-package-name", "examples", "-I", build / "Modules"]
        for modules in sorted((ROOT / "Sources").glob("C*/module.modulemap")):
            command += ["-Xcc", f"-fmodule-map-file={modules}"]
        command += ["-I", ROOT / "Sources/CLinux/include", program]
        compiled = subprocess.run(command, capture_output=True, text=True)
    errors = [line for line in compiled.stderr.splitlines() if re.match(r"\S.*error: ", line)]
    return errors or ([compiled.stderr] if compiled.returncode else [])


def main() -> int:
    graphs, build = Path(sys.argv[1]), Path(sys.argv[2])
    missing: list[str] = []
    examples: list[tuple[str, list[str]]] = []
    for symbol in declarations(graphs):
        comment = [line["text"] for line in symbol.get("docComment", {}).get("lines", [])]
        lines = example(comment)
        # Most cases say all there is to say in their names.
        if not comment and symbol["kind"]["identifier"] != "swift.enum.case":
            missing.append(f"{name(symbol)} has no documentation comment")
        elif not lines and symbol["kind"]["identifier"] in CALLABLE:
            missing.append(f"{name(symbol)} has no example")
        if lines:
            examples.append((name(symbol), lines))
    pages = [shown(ROOT / page) for page in PAGES]
    if not pages[0] or any(page != pages[0] for page in pages):
        missing.append(f"{' and '.join(PAGES)} do not begin with the same program")
    examples.append((PAGES[0], [line for line in pages[0] if not line.startswith("import ")]))
    for line in missing:
        print(line)
    own = [one for one in examples if one[0].startswith(OWN)]
    others = [one for one in examples if not one[0].startswith(OWN)]
    errors = compile_errors(source(own, beneath=False), build) + compile_errors(source(others, beneath=True), build)
    for line in errors:
        print(line)
    if missing or errors:
        return 1
    print(f"examples: {len(examples)} compile")
    return 0


if __name__ == "__main__":
    sys.exit(main())
