"""A call that both clients make, and how its two answers are held against one another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import micromegas
import pyarrow as pa
from micromegas.flightsql.client import FlightSQLClient

from comparing import Outcome, error_differences, outcome, table_differences
from processes import Lake, Lakes, LineProcess


@dataclass
class Call:
    """A named call. `theirs` makes it with the Python client, `ours` is the request that has our client make it."""

    name: str
    theirs: Callable[[FlightSQLClient], Any]
    ours: dict[str, Any]
    #: (what Python returned, what we answered) → differences.
    compare: Callable[[Any, Any], list[str]] = table_differences
    #: Whether the call changes its lake: then each side has a fresh one, and the two are compared afterwards.
    changes: bool = False
    #: What else is held against one another once both have called: (lake of theirs, lake of ours) → differences.
    afterwards: list[Callable[[Lake, Lake], list[str]]] = field(default_factory=list)
    #: What the Python client does first to both lakes.
    prepare: Callable[[FlightSQLClient], None] | None = None
    #: How the Python client is made; by its lake's address alone where nothing is said.
    connect: Callable[[str], FlightSQLClient] = micromegas.connect
    #: What the lake is opened with.
    lake: dict[str, Any] = field(default_factory=dict)
    #: Whether an error's words are the server's.
    words: bool = True
    #: Whether what Python prints, rather than what it returns, is compared.
    printed: bool = False
    #: Whether the Python client fails, and with it ours unless they differ on purpose; None where that is open.
    fails: bool | None = False
    #: Whether a call that may change its lake leaves it as it is, on our side.
    idle: bool = False


@dataclass
class Differing(Call):
    """A call whose answers differ on purpose: ours is an error of the kind `code`, or is what `answer` says.

    An error leaves the lake as it is.
    """

    reason: str = ""
    code: str = "refused"
    #: Whether our answer is right; None: it must be the error.
    answer: Callable[[Any], bool] | None = None


@dataclass
class Result:
    """Of a call: empty `differences` for two equal answers, empty `faults` where each did what it is there to show."""

    call: Call
    differences: list[str]
    faults: list[str]
    theirs: Outcome
    ours: dict[str, Any]


def make(call: Call, lakes: Lakes, program: LineProcess, shared: Lake) -> Result:
    """Makes a call with both clients."""
    if not call.changes and not call.lake:
        return _make(call, program, shared, shared)
    with lakes.open(shared.version, **call.lake) as first, lakes.open(shared.version, **call.lake) as second:
        return _make(call, program, first, second)


def _make(call: Call, program: LineProcess, first: Lake, second: Lake) -> Result:
    if call.prepare:
        for lake in (first, second):
            call.prepare(micromegas.connect(lake.uri))
    before = _listing(second) if call.changes else []
    theirs = outcome(lambda: call.theirs(call.connect(first.uri)))
    ours = program.ask({"lake": second.uri} | _placed(call.ours, second))
    found = _differences(call, theirs, ours)
    faults = _failure_faults(call, theirs)
    if not isinstance(call, Differing):
        for compare in call.afterwards:
            found += compare(first, second)
    if call.changes:
        after = _listing(second)
        if not isinstance(call, Differing):
            found += listing_differences(_listing(first), after)
        # Two lakes of which neither was touched are equal, too.
        idle = call.idle or "error" in ours
        if idle != (before == after):
            faults.append("our lake changed" if idle else "our lake is as it was before")
    return Result(call, found, faults, theirs, ours)


def _failure_faults(call: Call, theirs: Outcome) -> list[str]:
    """Two failures may be equal because the call is not what it should be."""
    if call.fails is None or call.fails == bool(theirs.error):
        return []
    return [f"the Python client is {'' if call.fails else 'not '}to fail: {str(theirs)[:1000]}"]


def _placed(request: dict[str, Any], lake: Lake) -> dict[str, Any]:
    """A request that names the lake itself says `{port}`."""
    return {k: v.format(port=lake.port) if k == "lake" else v for k, v in request.items()}


def _differences(call: Call, theirs: Outcome, ours: dict[str, Any]) -> list[str]:
    if theirs.error and "error" in ours:
        return error_differences(theirs.error, ours["error"], call.words)
    if theirs.error or "error" in ours:
        return [f"theirs {str(theirs)[:1000]}, ours {str(ours)[:1000]}"]
    return call.compare(theirs.printed if call.printed else theirs.value, ours["answer"])


def is_right(result: Result) -> bool:
    """Whether a call came out as it should."""
    call = result.call
    if result.faults:
        return False
    if not isinstance(call, Differing):
        return not result.differences
    if call.answer is None:
        return bool(result.differences) and result.ours.get("error", {}).get("code") == call.code
    return bool(result.differences) and "answer" in result.ours and call.answer(result.ours["answer"])


def listing_differences(theirs: list[dict[str, Any]], ours: list[dict[str, Any]]) -> list[str]:
    """What two lakes list."""
    if theirs == ours:
        return []
    missing, surplus = [r for r in theirs if r not in ours], [r for r in ours if r not in theirs]
    return [f"partitions: theirs alone {missing[:5]}, ours alone {surplus[:5]} (of {len(theirs)} and {len(ours)})"]


def _listing(lake: Lake) -> list[dict[str, Any]]:
    """Every partition that a lake lists, in one order, but for the ids in the names of files."""
    rows: pa.Table = micromegas.connect(lake.uri).query_arrow("SELECT * FROM list_partitions()")
    listed = rows.to_pylist()
    for row in listed:
        if row["file_path"]:
            row["file_path"] = row["file_path"].rsplit("_", 1)[0]
    return sorted(listed, key=repr)
