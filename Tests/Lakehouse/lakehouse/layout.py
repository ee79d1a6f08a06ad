"""Lays a lake out at rest: telemetry first, then catalog rows with the files that belong to them.

Every row is computed from the telemetry, the way the engine computes it; only its times and hashes are chosen freely.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from . import definitions, extract, instances, sources
from .programs import Rows
from .types import VERSIONS, Lake, PartitionRow, ViewSet

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR

GLOBALS = ("blocks", "processes", "streams", "log_entries", "measures", "log_stats")


#: Hashes of a server before the oldest that we know: what is old on a lake of 0.30. Its columns are those of 0.30.
OLDER = {
    "async_events": b"\x02",
    "blocks": b"\x02",
    "log_entries": b"\x05",
    "log_stats": bytes.fromhex("0f1e2d3c4b5a6978"),
    "measures": b"\x06",
    "processes": bytes.fromhex("1f2e3d4c5b6a7988"),
    "streams": bytes.fromhex("2f3e4d5c6b7a8998"),
    "thread_spans": b"\x02",
}


class NoFaults:
    def check(self, point: str, n: int = 0, **context: object) -> None:
        """Nothing goes wrong while a lake is laid out."""


class Layout:
    """One lake in the making; `save` writes the catalog."""

    def __init__(self, directory: Path, version: str, now: int) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.lake = Lake(directory, version, lambda: now, NoFaults())
        self.rows: list[PartitionRow] = []
        self._views = {(name, v): definitions.builtin(name, v) for v in VERSIONS for name in definitions.BUILTIN}
        self._blocks: extract.SourceBlocks | None = None
        self._objects: dict[tuple[str, str], list[tuple[dict, pa.RecordBatch]]] = {}

    def view(self, name: str, version: str | None = None) -> ViewSet:
        return self._views[name, version or self.lake.version]

    def telemetry(self, rows: Rows) -> None:
        self.lake.telemetry.add(rows.processes, rows.streams, rows.blocks, rows.payloads)
        self._blocks = None

    def blocks(self, begin: int, end: int) -> extract.SourceBlocks:
        """Telemetry's blocks inserted in [begin, end) as rows of the `blocks` view."""
        if self._blocks is None:
            view = self.view("blocks", "0.33")
            found = extract.block_rows(view, self.lake.telemetry, self.lake.telemetry.blocks())
            self._blocks = extract.plain_rows(found)
        return [block for block in self._blocks if begin <= block["insert_time"] < end]

    def old_view(self, name: str) -> ViewSet:
        """A view as the server defined it before its upgrade."""
        view = self.view(name, "0.30")
        return replace(view, schema_hash=OLDER[name]) if self.lake.version == "0.30" else view

    def add_global(
        self, name: str, version: str | ViewSet, begin: int, end: int, updated: int, **changes: object
    ) -> None:
        """The global partition of [begin, end) as `version` made it at `updated`; `changes` to its row come last."""
        view = self.view(name, version) if isinstance(version, str) else version
        table, count = self.compute(view, begin, end)
        self.add(view, "global", table, count, begin, end, updated, **changes)

    def add_instance(
        self, name: str, version: str | ViewSet, instance: str, begin: int, end: int, updated: int, copies: int = 1
    ) -> None:
        """The just-in-time partition of an instance's blocks inserted in [begin, end), each so many times."""
        view = self.view(name, version) if isinstance(version, str) else version
        key, tag = ("stream_id" if view.instance_of == "stream" else "process_id"), extract.TAGS[name]
        blocks = [block for block in sources.tagged(self.blocks(begin, end), tag) if block[key] == instance]
        blocks = blocks * copies
        if not blocks:
            return
        table = instances.rows(view, self.objects(tag, blocks))
        times = [block["insert_time"] for block in blocks]
        count = sum(block["nb_objects"] for block in blocks)
        self.add(view, instance, table, count, min(times), max(times), updated)

    def compute(self, view: ViewSet, begin: int, end: int) -> tuple[pa.Table, int]:
        """The rows of a global view over [begin, end), and its source count."""
        blocks = self.blocks(begin, end)
        if view.name == "blocks":
            return extract.block_rows(view, self.lake.telemetry, self.lake.telemetry.blocks(begin, end)), len(blocks)
        if view.name in ("processes", "streams"):
            return extract.distinct(view, blocks), len(blocks)
        tag = "metrics" if view.name == "measures" else "log"
        blocks = sources.tagged(blocks, tag)
        count = sum(block["nb_objects"] for block in blocks)
        if view.name == "log_stats":
            entries = extract.entries(self.view("log_entries"), self.objects("log", blocks))
            return extract.log_stats(view, [entries], begin, end), count
        return extract.entries(view, self.objects(tag, blocks)), count

    def objects(self, tag: str, blocks: extract.SourceBlocks) -> list[tuple[dict, pa.RecordBatch]]:
        return sources.read_objects(self.lake, tag, blocks)[0]

    def add(
        self,
        view: ViewSet,
        instance: str,
        table: pa.Table,
        count: int,
        begin: int,
        end: int,
        updated: int,
        **changes: object,
    ) -> None:
        row = sources.write_partition(self.lake, view, instance, table, count, begin, end, updated, sources.order(view))
        self.rows.append(replace(row, **changes))

    def save(self, scenario: str, **meta: object) -> None:
        catalog = self.lake.catalog
        catalog.load(self.rows)
        with catalog.transaction():
            for key, value in {"scenario": scenario, **meta}.items():
                catalog.set_meta(key, str(value))
        self.lake.close()
