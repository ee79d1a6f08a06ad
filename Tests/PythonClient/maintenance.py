"""Calls that make and list partitions. Each side changes a fresh lake of its own; the two are compared afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import micromegas
import micromegas.admin
import pandas as pd

from call import Call, Differing
from comparing import value_differences
from processes import Lake
from reading import VIEWS

HOUR, DAY = 3600, 86400
#: Days of the lake: of an old schema, and whole at the current one.
OLD, CURRENT = datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 19, tzinfo=UTC)
#: A day without telemetry.
QUIET = datetime(2026, 11, 2, tzinfo=UTC)
NEXT = timedelta(days=1)

_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?=\.parquet)|(?<=completed in )[\d.]+")


def progress_differences(printed: str, ours: list[list[Any]]) -> list[str]:
    """Rows in order, with their times; ids of files and durations are any."""
    mine = "".join(f"{pd.Timestamp(time, tz='UTC')} {message}\n" for time, message in ours)
    theirs, mine = _IDS.sub("…", printed), _IDS.sub("…", mine)
    return [] if theirs == mine else [f"progress: theirs {theirs!r}, ours {mine!r}"]


def content_differences(first: Lake, second: Lake) -> list[str]:
    """What queries of the views answer afterwards."""
    clients = [micromegas.connect(lake.uri) for lake in (first, second)]
    found = []
    for view in VIEWS:
        theirs, ours = (client.query(f"SELECT count(*) AS n FROM {view}")["n"].iloc[0] for client in clients)
        if theirs != ours:
            found.append(f"rows of {view} afterwards: theirs {theirs}, ours {ours}")
    return found


def change(function: str, name: str, view: str, begin: datetime, end: datetime, delta: int, **more: Any) -> Call:
    """A call of materialize_partitions or regenerate_partitions."""
    make = Differing if "reason" in more else Call
    return make(
        f"{function}: {name}",
        lambda c: getattr(c, function)(view, begin, end, delta),
        {
            "call": function,
            "view_set_name": view,
            "begin": begin.isoformat(),
            "end": end.isoformat(),
            "partition_delta_seconds": delta,
        },
        progress_differences,
        changes=True,
        printed=True,
        afterwards=[content_differences],
        **more,
    )


def blocks_first(client: Any) -> None:
    """Brings the old day's blocks to the current schema, which all else is made from."""
    list(client.query_stream(f"SELECT * FROM materialize_partitions('blocks', '{OLD}', '{OLD + NEXT}', {DAY})"))


def hours_first(client: Any) -> None:
    """And its processes by the hour."""
    blocks_first(client)
    list(client.query_stream(f"SELECT * FROM materialize_partitions('processes', '{OLD}', '{OLD + NEXT}', {HOUR})"))


def materialize(version: str) -> Iterator[Call]:
    def of(name: str, view: str, begin: datetime, end: datetime, delta: int, **more: Any) -> Call:
        return change("materialize_partitions", name, view, begin, end, delta, **more)

    yield of("old blocks by the day", "blocks", OLD, OLD + NEXT, DAY)
    yield of("old blocks by the hour", "blocks", OLD, OLD + NEXT, HOUR)
    for view in VIEWS[1:]:
        yield of(f"old {view} over whole blocks", view, OLD, OLD + NEXT, HOUR, prepare=blocks_first)
        yield of(f"old {view} before their blocks, which loses rows", view, OLD, OLD + NEXT, HOUR)
    yield of("a merge", "processes", OLD, OLD + NEXT, DAY, prepare=hours_first)
    yield of("up to date", "blocks", CURRENT, CURRENT + NEXT, DAY, idle=True)
    yield of("longer than the view's partitions", "log_entries", CURRENT, CURRENT + NEXT, DAY, idle=True)
    yield of("hours below a day", "blocks", CURRENT, CURRENT + NEXT, HOUR, idle=True)
    yield of(
        "a day without telemetry", "blocks", datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC), DAY
    )
    yield of("half an hour", "log_entries", CURRENT, CURRENT + timedelta(minutes=30), 1800, idle=True)
    yield of("an unknown view", "nothing", OLD, OLD + NEXT, DAY, idle=True)
    yield of("a view without a global instance", "async_events", OLD, OLD + NEXT, DAY, idle=True)
    yield from refused("materialize_partitions", version)
    yield of(
        "a view whose name holds a quote",
        "it's",
        OLD,
        OLD + NEXT,
        DAY,
        fails=True,
        idle=True,
        reason="quoted, it is an unknown view like any other",
        answer=lambda rows: any("materialize_partitions_impl" in message for _, message in rows),
    )


def regenerate(version: str) -> Iterator[Call]:
    def of(name: str, view: str, begin: datetime, end: datetime, delta: int, **more: Any) -> Call:
        return change("regenerate_partitions", name, view, begin, end, delta, **more)

    yield of("blocks of a day", "blocks", CURRENT, CURRENT + NEXT, DAY)
    yield of("hours of log_entries", "log_entries", CURRENT, CURRENT + NEXT, HOUR)
    yield of("old blocks", "blocks", OLD, OLD + NEXT, DAY)
    yield of("hours of a partition of a day", "blocks", CURRENT, CURRENT + NEXT, HOUR, fails=True)
    yield of("an unknown view", "nothing", OLD, OLD + NEXT, DAY, fails=True)
    yield from refused("regenerate_partitions", version)


def refused(function: str, version: str) -> Iterator[Call]:
    """What the server does nothing for, silently, or never comes to an end with."""

    def of(name: str, begin: datetime, end: datetime, delta: int, reason: str) -> Call:
        # Regenerating says so itself, but that it takes more than a day.
        fails = function == "regenerate_partitions" and delta != DAY
        if fails:
            reason = "it is refused before it is sent"
        return change(function, name, "blocks", begin, end, delta, reason=reason, fails=fails)

    if version != "0.30":  # where it would not end
        yield of("a length of 0", CURRENT, CURRENT + NEXT, 0, "a server of 0.30 never ends")
        yield of("a negative length", CURRENT, CURRENT + NEXT, -HOUR, "a server of 0.30 never ends")
    yield of("an inverted range", CURRENT + NEXT, CURRENT, HOUR, "nothing would be done, silently")
    yield of("an empty range", CURRENT, CURRENT, HOUR, "nothing would be done, silently")
    yield of("longer than the range", CURRENT, CURRENT + NEXT, 2 * DAY, "nothing would be done, silently")
    yield of("a remainder", CURRENT, CURRENT + timedelta(hours=5), 2 * HOUR, "the rest would be left out, silently")
    half = timedelta(minutes=30)
    yield of("misaligned", CURRENT + half, CURRENT + NEXT + half, HOUR, "such rows block the maintenance service")
    yield of("two days", OLD, OLD + 2 * NEXT, DAY, "one call works on one day at most")


def incompatible_differences(theirs: pd.DataFrame, ours: list[dict[str, Any]]) -> list[str]:
    """The Python client lists partitions, ours groups of them, as the API's reference says."""
    groups: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in theirs.to_dict("records"):
        identity = ("view_set_name", "view_instance_id", "incompatible_schema_hash", "current_schema_hash")
        told = {k: row[k].hex() if isinstance(row[k], bytes) else row[k] for k in identity}
        empty = told | {"partition_count": 0, "total_size_bytes": 0, "file_paths": []}
        group = groups.setdefault(tuple(told.values()), empty)
        group["partition_count"] += 1
        group["total_size_bytes"] += row["file_size"]
        if row["file_path"]:
            group["file_paths"].append(row["file_path"])
    mine = [group | {"file_paths": sorted(group["file_paths"])} for group in ours]
    wanted = [group | {"file_paths": sorted(group["file_paths"])} for _, group in sorted(groups.items())]
    return value_differences(wanted, mine)


def incompatible() -> Iterator[Call]:
    listed = micromegas.admin.list_incompatible_partitions
    for view in (None, *VIEWS, "thread_spans", "async_events", "nothing"):
        more = {"view_set_name": view} if view else {}
        yield Call(
            f"admin.list_incompatible_partitions: {view or 'all'}",
            lambda c, more=more: listed(c, **more),
            {"call": "list_incompatible_partitions", **more},
            incompatible_differences,
        )
    yield Differing(
        "admin.list_incompatible_partitions: a view whose name holds a quote",
        lambda c: listed(c, "it's"),
        {"call": "list_incompatible_partitions", "view_set_name": "it's"},
        incompatible_differences,
        fails=True,
        reason="it is an unknown view like any other",
        answer=lambda groups: groups == [],
    )
