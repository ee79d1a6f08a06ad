"""Lakes with a hazard in them, and what is seen of a lake from outside: its rows, its clock, the calls it was sent."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conftest import Lakehouse

VERSIONS = ("0.30", "0.33")
versions = pytest.mark.parametrize("version", VERSIONS)
#: Five days back is of old schemas in every view; the four days since are whole at the current ones.
small = pytest.mark.lake("--scenario", "doubled-instances")
#: D-5 is old in every view, D-4…D-1 are current; its `log_entries` stand there in two old hashes.
OLD_DAY = "two-old-hashes"
#: What each global view is made from (contract §2).
READS = {
    "blocks": (),
    "processes": ("blocks",),
    "streams": ("blocks",),
    "log_entries": ("blocks",),
    "measures": ("blocks",),
    "log_stats": ("blocks", "log_entries"),
}
GLOBALS = tuple(READS)
HOUR, DAY = 3600, 86_400


@contextlib.contextmanager
def serving(*arguments: str | Path) -> Iterator[Lakehouse]:
    lakehouse = Lakehouse(*arguments)
    try:
        yield lakehouse
    finally:
        lakehouse.stop()


# Rows.


def identity(row: dict[str, Any]) -> tuple[Any, ...]:
    """What names a listed row, or one of the audit log, exactly."""
    if "view_set" in row:
        times = [datetime.fromisoformat(row[name]) for name in ("begin", "end")]
        return (row["view_set"], row["instance"], *times, row["schema_hash"], row["file_path"])
    times = [row["begin_insert_time"], row["end_insert_time"]]
    hash_text = row["file_schema_hash"].hex()
    return (row["view_set_name"], row["view_instance_id"], *times, hash_text, row["file_path"])


def catalog(lake: Lakehouse, where: str = "true") -> set[tuple[Any, ...]]:
    return {identity(row) for row in lake.partitions(where)}


def exactly(rows: list[dict[str, Any]]) -> list[str]:
    """Rows with all their columns, so that two listings can be held against each other."""
    return sorted(repr(sorted(row.items())) for row in rows)


def edit(lake: Lakehouse, sql: str, *values: object) -> None:
    """Changes the catalog behind the server's back."""
    directory = Path(lake.control("GET", "/state")["directory"])
    with contextlib.closing(sqlite3.connect(directory / "catalog.sqlite", timeout=5)) as database, database:
        assert database.execute(sql, values).rowcount > 0


def add_row(lake: Lakehouse, view_set: str, **changes: object) -> None:
    """A copy of an old row of a view with a file; times are moved by `days`."""
    days = int(changes.pop("days", 0)) * DAY * 10**9
    columns = ["view_set_name", "view_instance_id", "begin_insert_time", "end_insert_time", "min_event_time",
               "max_event_time", "updated", "file_path", "file_size", "file_schema_hash", "source_data_hash",
               "num_rows", "partition_format_version", "sort_order", "max_sort_key_time"]  # fmt: skip
    moved = {name: f"{name} + {days}" for name in columns if name.endswith("_time") or name == "updated"}
    values = ["?" if name in changes else moved.get(name, name) for name in columns]
    edit(
        lake,
        f"INSERT INTO partitions ({', '.join(columns)}) SELECT {', '.join(values)} FROM partitions "
        "WHERE view_set_name = ? AND file_path IS NOT NULL ORDER BY begin_insert_time LIMIT 1",
        *(changes[name] for name in columns if name in changes),
        view_set,
    )


def aged(lake: Lakehouse, view_set: str) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """The rows of a view that its retention takes, those with a file and those without; the lake's clock stops."""
    now = datetime.fromtimestamp(lake.control("GET", "/state")["now"] // 10**9, UTC)
    lake.control("POST", "/clock", {"now": now.isoformat().replace("+00:00", "Z"), "frozen": True})
    listed = lake.partitions(f"view_set_name = '{view_set}'")
    rows = {identity(row) for row in listed if now - row["end_insert_time"] > timedelta(days=4)}
    return {row for row in rows if row[-1]}, {row for row in rows if not row[-1]}


# Time.


def midnight(lakehouse: Lakehouse, day: int = 0) -> datetime:
    """The UTC midnight that begins the server's today, or a day so many days from it."""
    now = datetime.fromtimestamp(lakehouse.control("GET", "/state")["now"] / 1e9, UTC)
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=day)


def set_clock(lakehouse: Lakehouse, now: datetime) -> None:
    lakehouse.control("POST", "/clock", {"now": now.strftime("%Y-%m-%dT%H:%M:%SZ")})


def of_day(lakehouse: Lakehouse, day: int) -> str:
    begin, end = midnight(lakehouse, day).isoformat(), midnight(lakehouse, day + 1).isoformat()
    return f"begin_insert_time >= TIMESTAMP '{begin}' AND begin_insert_time < TIMESTAMP '{end}'"


# Calls.


@dataclass(frozen=True)
class Call:
    """A materialization as it was sent."""

    view_set: str
    begin: datetime
    end: datetime
    delta: int


SENT = re.compile(r"(?:materialize|regenerate)_partitions\('(\w+)',\s*'([^']+)',\s*'([^']+)',\s*(-?\d+)\)")


def materializations(lakehouse: Lakehouse) -> list[Call]:
    found = []
    for sql in lakehouse.mutators():
        if "materialize_partitions(" in sql or "regenerate_partitions(" in sql:
            view_set, begin, end, delta = SENT.search(sql).groups()
            found.append(Call(view_set, datetime.fromisoformat(begin), datetime.fromisoformat(end), int(delta)))
    return found


def retirements(lakehouse: Lakehouse) -> list[str]:
    return [sql for sql in lakehouse.mutators() if "retire_partition" in sql]


def assert_sent_once(lake: Lakehouse, count: int) -> None:
    sent = lake.mutators()
    assert len(sent) == len(set(sent)) == count, sent
