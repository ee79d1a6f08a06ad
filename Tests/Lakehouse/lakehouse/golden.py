"""The golden test: every recorded call goes to a lakehouse on the wire, and its answer is held against the record.

    python -m lakehouse golden [--golden DIR] [--only NAME] [--verbose]

prints `N calls: M equal, K excepted` and exits with 1 if a call differs that is not excepted, or if an excepted one has
become equal. Nothing of a recorded answer reaches the lakehouse: it gets requests, and the scenario it starts from.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pyarrow as pa

from . import scenarios, wire
from .clock import Clock, parse_rfc3339
from .faults import Faults
from .masks import log_differences, masked
from .service import FLIGHT, Server
from .types import Lake
from .views import Identity

DIRECTORY = Path(__file__).resolve().parents[2] / "Golden"
NOW = "2026-11-21T08:00:00Z"

#: (server, call) → why its answer differs.
EXCEPTED: dict[tuple[str, str], str] = {}

#: Calls whose values follow from the statement and the server's version alone, up to the masks.
EXACT = re.compile(
    r"describe-.*|list-view-sets|list-view-set-definitions|view-(create|definitions|replace|drop|after-drop)|types.*"
    r"|nulls|no-.*|unicode|duplicate-column-names|list-partitions-none|retire-.*|auth-impersonation"
    r"|materialize-(unknown-view|delta-zero|overlap-abort|subpartitions-present|remainder-nothing)"
    r"|select-after-upgrade-answers-nothing"
)

#: Calls whose count of rows does not follow from what the section's lake holds.
SIZES_VARY = {
    "error-after-rows": "how many batches are under way when a later one fails",
    "select-log_entries-many-dictionary": "how many messages hold a slash",
}

#: Who sent the token that the record shows as `Bearer …`; everywhere else a caller who is no admin.
TOKENS = {"auth-bad-token": "forged"}
IDENTITIES = {"admin": Identity("admin", admin=True), "user": Identity("user", admin=False)}


@dataclass
class Answer:
    """A recorded answer or one of ours, decoded."""

    code: str
    details: str
    initial: list[str]
    trailing: list[str]
    messages: list[bytes]


@dataclass
class Recorded:
    """A recorded call."""

    server: str
    name: str
    kind: str
    method: str
    metadata: list[tuple[str, str]]
    request: bytes
    answer: Answer


@dataclass
class Section:
    server: str
    title: str
    authenticated: bool
    calls: list[Recorded] = field(default_factory=list)


def load(directory: Path) -> list[Section]:
    """The sections of the sequence, in order. The format is told in the goldens' README."""
    sections = []
    for entry in json.loads((directory / "sequence.json").read_text()):
        authenticated = not entry["authentication"].startswith("none")
        section = Section(entry["server"], entry["section"], authenticated)
        section.calls = [_recorded(directory / entry["folder"], entry["server"], name) for name in entry["calls"]]
        sections.append(section)
    return sections


def _recorded(folder: Path, server: str, name: str) -> Recorded:
    call = json.loads((folder / f"{name}.json").read_text())["call"]
    request, *messages = _parts((folder / f"{name}.bin").read_bytes())
    keys = [[k for k, _ in call[which]] for which in ("initial_metadata", "trailing_metadata")]
    answer = Answer(call["status"], call["details"], *keys, messages)
    metadata = [(k, v) for k, v in call["metadata"]]
    return Recorded(server, name, call["kind"], call["method"], metadata, request, answer)


def _parts(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        yield data[at + 4 : at + 4 + length]
        at += 4 + length


# The wire


def send(channel: grpc.Channel, call: Recorded) -> Answer:
    """The recorded request, byte for byte."""
    token = TOKENS.get(call.name, "user")
    metadata = [(k, v.replace("…", token)) for k, v in call.metadata]
    stream = channel.unary_stream(FLIGHT + call.method)(call.request, metadata=metadata, timeout=60)
    messages = []
    with contextlib.suppress(grpc.RpcError):
        messages.extend(stream)
    keys = [[k for k, _ in found or ()] for found in (stream.initial_metadata(), stream.trailing_metadata())]
    return Answer(stream.code().name, stream.details() or "", *keys, messages)


# The comparison


def differences(recorded: Recorded, ours: Answer) -> list[str]:
    """What tells our answer from the recorded one; empty if they are equal."""
    theirs, found = recorded.answer, []

    def compare(what: str, a: Any, b: Any) -> None:
        if a != b:
            found.append(f"{what}: recorded {a!r}, ours {b!r}")

    compare("code", theirs.code, ours.code)
    compare("message", masked(theirs.details), masked(ours.details))
    compare("initial metadata", theirs.initial, ours.initial)
    compare("trailing metadata", theirs.trailing, ours.trailing)
    if recorded.kind == "do_get" and theirs.messages and ours.messages:
        (their_schema, their_rows), (our_schema, our_rows) = map(_table, (theirs.messages, ours.messages))
        compare("schema", _shown(their_schema), _shown(our_schema))
        compare("any rows", their_rows.num_rows > 0, our_rows.num_rows > 0)
        if recorded.name not in SIZES_VARY and not _is_log(their_rows):
            compare("rows", their_rows.num_rows, our_rows.num_rows)
        if not found:
            found += _row_differences(recorded.name, their_rows, our_rows)
    else:
        compare("messages", len(theirs.messages), len(ours.messages))
        if theirs.messages and ours.messages and recorded.kind != "do_get":
            decode = {"prepare": _prepared, "flight_info": _flight_info}[recorded.kind]
            compare(recorded.kind, decode(theirs.messages[0]), decode(ours.messages[0]))
    return found


def _table(messages: list[bytes]) -> tuple[pa.Schema, pa.Table]:
    schema, batches = wire.decode_stream(messages)
    return schema, pa.Table.from_batches(batches, schema)


def _shown(schema: pa.Schema) -> list[tuple[str, str, bool]]:
    return [(f.name, str(f.type), f.nullable) for f in schema]


def _row_differences(name: str, theirs: pa.Table, ours: pa.Table) -> list[str]:
    if EXACT.fullmatch(name):
        a, b = (sorted(_masked_rows(t)) for t in (theirs, ours))
        return [] if a == b else [_first_difference(a, b)]
    if _is_log(theirs):
        return log_differences(theirs.column("msg").to_pylist(), ours.column("msg").to_pylist())
    return []


def _is_log(table: pa.Table) -> bool:
    return table.column_names == ["time", "msg"]


def _masked_rows(table: pa.Table) -> list[str]:
    """A row as text. Times and numbers that are values of a column of a constant query stay as they are."""
    rows = zip(*(_values(c, n) for c, n in zip(table.columns, table.column_names, strict=True)), strict=True)
    return [repr(row) for row in rows]


def _values(column: pa.ChunkedArray, name: str) -> list[Any]:
    if name in ("time", "updated_at"):
        return column.is_valid().to_pylist()
    if pa.types.is_temporal(column.type) and not pa.types.is_interval(column.type):
        return column.cast(pa.int32() if column.type.bit_width == 32 else pa.int64()).to_pylist()
    return [masked(v) if name in ("msg", "message") else v for v in column.to_pylist()]


def _first_difference(a: list[str], b: list[str]) -> str:
    if len(a) != len(b):
        return f"rows: recorded {len(a)}, ours {len(b)}"
    x, y = next((x, y) for x, y in zip(a, b, strict=True) if x != y)
    return f"row: recorded {x}, ours {y}"


def _prepared(message: bytes) -> tuple[Any, ...]:
    name, result = wire.open_any(wire.get(message, 1))
    schema = pa.ipc.open_stream(wire.get(result, 2)).schema
    return name, wire.get(result, 1), _shown(schema), wire.get(result, 3)


def _flight_info(message: bytes) -> list[Any]:
    rest = [(n, v) for n, v in wire.fields(message) if n != 1]
    return [_shown(pa.ipc.open_stream(wire.get(message, 1)).schema), *rest]


# The run


@dataclass
class Result:
    recorded: Recorded
    found: list[str]

    @property
    def reason(self) -> str | None:
        return EXCEPTED.get((self.recorded.server, self.recorded.name))

    @property
    def failed(self) -> bool:
        """Different without an exception, or equal in spite of one."""
        return bool(self.found) == (self.reason is None)


def run(directory: Path) -> Iterator[Result]:
    """Every section on a lake of its own, its calls in order."""
    for section in load(directory):
        with tempfile.TemporaryDirectory() as lake_directory:
            yield from _run_section(section, Path(lake_directory) / "lake")


def _run_section(section: Section, directory: Path) -> Iterator[Result]:
    scenario = scenarios.GOLDEN[section.server, section.title]
    scenarios.build(scenario, directory, section.server, parse_rfc3339(NOW))
    faults = Faults()
    lake = Lake(directory, section.server, Clock(NOW), faults)
    server = Server([lake], faults, IDENTITIES if section.authenticated else {})
    running, port = server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.max_receive_message_length", -1)]) as channel:
            for recorded in section.calls:
                yield Result(recorded, differences(recorded, send(channel, recorded)))
    finally:
        running.stop(None).wait()
        lake.close()


def summary(results: list[Result]) -> str:
    equal = sum(not r.found for r in results)
    excepted = sum(bool(r.found) and r.reason is not None for r in results)
    return f"{len(results)} calls: {equal} equal, {excepted} excepted"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lakehouse golden", description="Hold the lakehouse against recorded calls.")
    parser.add_argument("--golden", type=Path, default=DIRECTORY, help="the recorded calls (default: %(default)s)")
    parser.add_argument("--verbose", action="store_true", help="tell of excepted calls too")
    options = parser.parse_args(arguments)
    results = list(run(options.golden))
    for result in results:
        if result.failed or (options.verbose and result.found):
            reason = f"excepted ({result.reason})" if result.reason else "different"
            print(f"{result.recorded.server} {result.recorded.name}: {reason if result.found else 'equal in spite of'}")
            for line in result.found:
                print(f"    {line[:2000]}")
    print(summary(results))
    return int(any(r.failed for r in results))
