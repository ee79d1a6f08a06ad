"""Lakes without a server, and the golden calls as calls of the engine."""

from __future__ import annotations

import json
import re
from pathlib import Path

from lakehouse import engine, scenarios
from lakehouse.catalog import source_count
from lakehouse.clock import parse_rfc3339
from lakehouse.layout import NoFaults
from lakehouse.types import FaultRaised, Lake, PartitionRow

#: The copy of the golden calls; its README tells the format.
GOLDEN = Path(__file__).resolve().parents[2] / "Golden"

#: The clock when the golden calls were made.
GOLDEN_NOW = parse_rfc3339("2026-11-21T08:16:08Z")
DAY = 86_400 * 1_000_000_000
HOUR = 3_600 * 1_000_000_000

_MASKS = (
    (re.compile(r"Object at location \S+\.parquet"), "Object at location PATH"),
    (re.compile(r"views/\S+\.parquet(\.old)?"), "PATH"),
    (re.compile(r"\d+"), "N"),
)


class PlannedFaults:
    """Raises at the points that a test names, as often as it says."""

    def __init__(self) -> None:
        self.wishes: dict[str, list[int | None]] = {}

    def at(self, point: str, n: int | None = None) -> None:
        self.wishes.setdefault(point, []).append(n)

    def check(self, point: str, n: int = 0, **context: object) -> None:
        wishes = self.wishes.get(point, [])
        for wish in wishes:
            if wish is None or wish == n:
                wishes.remove(wish)
                raise FaultRaised(f"asked for at {point}")


def open_lake(name: str, version: str, directory: Path, now: int = GOLDEN_NOW, faults: object = None) -> Lake:
    """A fresh lake of the scenario."""
    scenarios.build(name, directory, version, now)
    return Lake(directory, version, lambda: now, faults or NoFaults())


def template(text: str) -> str:
    """A message with ids, paths, times and numbers masked."""
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text


def recorded(server: str, name: str) -> tuple[str, list[str]]:
    """The statement of a golden call, and the templates of its message rows."""
    document = json.loads((GOLDEN / server / f"{name}.json").read_text())
    return document["call"]["sql"], [template(text) for text in document["expected"]["columns"][-1]]


def recorded_columns(server: str, name: str) -> dict[str, list]:
    """What a golden call answered, by column."""
    answer = json.loads((GOLDEN / server / f"{name}.json").read_text())["expected"]
    return dict(zip([column["name"] for column in answer["schema"]], answer["columns"], strict=True))


def replay(lake: Lake, server: str, name: str) -> tuple[list[str], list[str]]:
    """Runs a golden materialization on the engine; the templates of its rows, and those that were recorded."""
    sql, expected = recorded(server, name)
    view, begin, end, delta = re.search(r"\('(.*?)','(.*?)','(.*?)',(\d+)\)", sql).groups()
    walk = engine.regenerate if name.startswith("regenerate") else engine.materialize
    rows = walk(lake, view, parse_rfc3339(begin), parse_rfc3339(end), int(delta))
    return [template(text) for _, text in rows], expected


def messages(rows) -> list[str]:
    return [text for _, text in rows]


def current(lake: Lake, view: str, begin: int, end: int, instance: str = "global") -> list[PartitionRow]:
    """Rows that queries see."""
    return lake.catalog.rows(view, instance, lake.definitions.get(view).schema_hash, begin, end)


def old(lake: Lake, view: str, begin: int, end: int) -> list[PartitionRow]:
    """Global rows that queries silently ignore."""
    schema_hash = lake.definitions.get(view).schema_hash
    return [row for row in lake.catalog.rows(view, "global", None, begin, end) if row.file_schema_hash != schema_hash]


def rows_of(rows: list[PartitionRow]) -> int:
    return sum(row.num_rows for row in rows)


def sources_of(rows: list[PartitionRow]) -> int:
    return sum(source_count(row) for row in rows)
