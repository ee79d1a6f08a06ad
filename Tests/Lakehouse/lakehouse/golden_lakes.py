"""The lakes from which the sections of the golden calls start (`sequence.json`, `starts_from`).

Where a section starts from the lake that a listing shows, its catalog rows are those of the listing, and telemetry and
files are made to fit: as many objects in each hour, the same processes and threads, the same insert times.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from . import extract, instances, schemas, storage
from .catalog import count_bytes, source_count
from .layout import DAY, HOUR, SECOND, Layout
from .programs import MILLISECOND, Rows, Run
from .types import PartitionRow, ViewSet

_DAY_16, _DAY_18, _DAY_19 = (1_794_528_000 * SECOND + n * DAY for n in (3, 5, 6))


def golden_folder() -> Path:
    """Where the golden calls lie: beside the lakehouse, or where LAKEHOUSE_GOLDEN says."""
    return Path(os.environ.get("LAKEHOUSE_GOLDEN") or Path(__file__).parents[2] / "Golden")


def listing(server: str, call: str) -> list[PartitionRow]:
    """The rows that a golden call of list_partitions() answered."""
    answer = _answer(golden_folder() / server, call)
    names = [column["name"] for column in answer["schema"]]
    return [_row(dict(zip(names, values, strict=True))) for values in zip(*answer["columns"], strict=True)]


def _answer(folder: Path, call: str) -> dict:
    """The decoded answer: a file of its own as recorded, or within the call's file as the tests keep it."""
    recorded = folder / call / "expected.json"
    if recorded.exists():
        return json.loads(recorded.read_text())
    return json.loads((folder / f"{call}.json").read_text())["expected"]


def _row(values: dict) -> PartitionRow:
    for name in ("file_schema_hash", "source_data_hash"):
        values[name] = bytes.fromhex(values[name]["hex"])
    if values["sort_order"] is not None:
        values["sort_order"] = tuple(values["sort_order"])
    return PartitionRow(**values)


def _catalog(directory: Path, version: str, now: int) -> None:
    layout = Layout(directory, version, now)
    rows = listing("micromegas-0.30", "list-partitions")
    layout.telemetry(telemetry(rows))
    _add(layout, rows)
    layout.save("golden-catalog", upgraded_at=now - DAY)


def _read_back(directory: Path, version: str, now: int) -> None:
    """The same lake, log_entries and log_stats whole at the current hash."""
    layout = Layout(directory, version, now)
    rows = listing("micromegas-0.30", "list-partitions")
    layout.telemetry(telemetry(rows))
    kept = [row for row in rows if row.file_schema_hash == schemas.HASHES["0.30"][row.view_set_name]]
    _add(layout, [_counted(row) if row.view_set_name == "log_entries" else row for row in kept])
    layout.save("golden-read-back", upgraded_at=now - DAY)


def _counted(row: PartitionRow) -> PartitionRow:
    return replace(row, source_data_hash=count_bytes(row.num_rows))


def _who_may(directory: Path, version: str, now: int) -> None:
    (_catalog if version == "0.30" else _upgraded)(directory, version, now)


def _live(directory: Path, version: str, now: int) -> None:
    """The rows only: no call of that section reads more."""
    layout = Layout(directory, version, now)
    layout.rows = listing("micromegas-0.30", "list-partitions-live")
    layout.save("golden-live", upgraded_at=now - DAY)


def _upgraded(directory: Path, version: str, now: int) -> None:
    layout = Layout(directory, version, now)
    layout.telemetry(telemetry(listing("micromegas-0.30", "list-partitions")))
    _add(layout, listing("micromegas-0.33", "list-partitions-after-upgrade"))
    layout.save("golden-upgraded", upgraded_at=1_795_251_808_201_510_000)


def _shadow(directory: Path, version: str, now: int) -> None:
    layout = Layout(directory, version, now)
    rows = listing("micromegas-0.30", "list-partitions")
    layout.telemetry(telemetry(rows))
    _add(
        layout,
        [
            row
            for row in rows
            if row.view_set_name in ("blocks", "log_entries")
            and row.view_instance_id == "global"
            and _DAY_18 <= row.begin_insert_time < _DAY_19
        ],
    )
    layout.save("golden-shadow", upgraded_at=now - DAY)


def _failure(directory: Path, version: str, now: int) -> None:
    """log_stats of the 16th as one day, its count off by what makes it due; an input's file is gone."""
    layout, inputs = _sixteenth(directory, version, now)
    layout.add_global("log_stats", version, _DAY_16, _DAY_16 + DAY, now - HOUR, source_data_hash=count_bytes(1))
    gone = next(row for row in inputs if row.view_set_name == "log_entries" and row.num_rows)
    storage.remove(layout.lake, gone.file_path)
    layout.save("golden-failure", upgraded_at=now - DAY, gone=gone.file_path)


def _repair(directory: Path, version: str, now: int) -> None:
    """What the failure left: log_stats of the 16th empty with its full source. The input's file is back."""
    layout, _ = _sixteenth(directory, version, now)
    view = layout.view("log_stats", version)
    _, count = layout.compute(view, _DAY_16, _DAY_16 + DAY)
    layout.add(view, "global", view.schema.empty_table(), count, _DAY_16, _DAY_16 + DAY, now - HOUR)
    layout.save("golden-repair", upgraded_at=now - DAY)


def _sixteenth(directory: Path, version: str, now: int) -> tuple[Layout, list[PartitionRow]]:
    layout = Layout(directory, version, now)
    layout.telemetry(telemetry(listing("micromegas-0.30", "list-partitions")))
    rows = [
        row
        for row in listing("micromegas-0.33", "list-partitions-after-upgrade")
        if row.view_set_name != "log_stats"
        and row.view_instance_id == "global"
        and _DAY_16 <= row.begin_insert_time < _DAY_16 + DAY
    ]
    _add(layout, rows)
    return layout, rows


BUILDERS = {
    "golden-catalog": _catalog,
    "golden-read-back": _read_back,
    "golden-who-may": _who_may,
    "golden-live": _live,
    "golden-upgraded": _upgraded,
    "golden-shadow": _shadow,
    "golden-failure": _failure,
    "golden-repair": _repair,
}


#: (server, section) of `sequence.json`.
SECTIONS = {
    ("0.30", "catalog, queries, maintenance"): "golden-catalog",
    ("0.30", "log_entries and log_stats read back"): "golden-read-back",
    ("0.30", "who may"): "golden-who-may",
    ("0.30", "a lake at work"): "golden-live",
    ("0.33", "after the upgrade"): "golden-upgraded",
    ("0.33", "who may"): "golden-who-may",
    ("0.33", "shadow rebuild"): "golden-shadow",
    ("0.33", "a failure that commits"): "golden-failure",
    ("0.33", "its repair"): "golden-repair",
}


def telemetry(rows: list[PartitionRow]) -> Rows:
    """Telemetry that these rows could have been made from: one run in each hour that holds blocks."""
    found = Rows()
    for hour, run in _runs(rows):
        found.add(Run(name=f"golden {hour}", **run))
    return found


def _runs(rows: list[PartitionRow]) -> Iterator[tuple[int, dict]]:
    by_hour: dict[int, list[PartitionRow]] = defaultdict(list)
    for row in rows:
        by_hour[row.begin_insert_time // HOUR].append(row)
    for hour, within in sorted(by_hour.items()):
        filled = [row for row in within if row.view_set_name == "blocks" and row.num_rows]
        if filled:
            yield hour, _run(filled[0], within)


def _run(blocks: PartitionRow, within: list[PartitionRow]) -> dict:
    """The arguments of the Run that these rows of one hour were made from."""
    threads = [row for row in within if row.view_set_name == "thread_spans"]
    # The main thread, which alone has spans, comes last; a spanless thread's objects are its asynchronous events.
    threads.sort(key=lambda row: (row.num_rows, source_count(row)))
    counts = [source_count(row) for row in threads if not row.num_rows]
    while len(counts) < 2:
        counts.append((43, 61)[len(counts)])
    logs = next(row for row in within if row.view_set_name == "log_stats" and row.num_rows)
    metrics = next(row for row in within if row.view_set_name == "measures" and row.num_rows)
    own = [row for row in within if row.view_instance_id != "global" and row.view_set_name != "thread_spans"]
    inserted: dict[str | int, int] = {n: row.begin_insert_time for n, row in enumerate(threads)}
    for row in own:
        if row.view_set_name == "log_entries":
            inserted["log"] = row.begin_insert_time
    last = blocks.max_event_time
    for n in range(3):
        inserted.setdefault(n, last - (2 - n) * 2 * MILLISECOND)
    inserted.setdefault("log", last - 5 * MILLISECOND)
    inserted.setdefault("metrics", last - 6 * MILLISECOND)
    return {
        "start": blocks.min_event_time,
        "logs": source_count(logs),
        "metrics": metrics.num_rows,
        "spans": 301,
        "async_events": (*counts, 1828),
        "process_id": own[0].view_instance_id if own else None,
        "threads": tuple(row.view_instance_id for row in threads),
        "inserted": inserted,
    }


def _add(layout: Layout, rows: list[PartitionRow]) -> None:
    """These rows as they are, with a file behind each path but the `.old` ones."""
    for row in rows:
        if row.file_path is not None and not row.file_path.endswith(".old"):
            _write_file(layout, row)
    layout.rows += rows


def _write_file(layout: Layout, row: PartitionRow) -> None:
    view = _view_of(layout, row)
    if row.view_instance_id == "global":
        table, _ = layout.compute(view, row.begin_insert_time, row.end_insert_time)
    else:
        key, tag = ("stream_id" if view.instance_of == "stream" else "process_id"), extract.TAGS[view.name]
        blocks = layout.blocks(row.begin_insert_time, row.end_insert_time + 1)
        mine = [b for b in blocks if b[key] == row.view_instance_id and tag in b["streams.tags"]]
        table = instances.rows(view, layout.objects(tag, mine))
    if table.num_rows != row.num_rows:
        raise ValueError(f"{row.view_set_name}/{row.view_instance_id}: {table.num_rows} rows for {row.num_rows}")
    storage.write(layout.lake, row.file_path, table)


def _view_of(layout: Layout, row: PartitionRow) -> ViewSet:
    """The view as the version defined it that wrote the row; unknown hashes take the oldest."""
    version = "0.33" if row.file_schema_hash == schemas.HASHES["0.33"][row.view_set_name] else "0.30"
    return layout.view(row.view_set_name, version)
