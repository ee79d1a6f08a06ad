"""The lakes from which the sections of the golden calls start (`sequence.json`, `starts_from`).

Telemetry is made first, a program's run in each hour that had one, with as many log entries and measures as the real
ones; every row of the catalog is computed from it. No recorded answer is read: what the requests name stands here.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from . import storage
from .catalog import count_bytes
from .layout import DAY, GLOBALS, HOUR, SECOND, Layout
from .programs import Rows, Run
from .types import PartitionRow

_SPACE = uuid.UUID("6f1f6f0e-8c1d-4d53-9f43-5b8e0a3c2f12")
_NOVEMBER = 1_793_491_200 * SECOND

#: (day of November 2026, hour) of each run: (log entries, measures).
RUNS = {
    (13, 0): (124, 905),
    (15, 12): (124, 905),
    (16, 7): (130, 908),
    (16, 8): (124, 905),
    (17, 5): (127, 905),
    (17, 6): (124, 905),
    (17, 7): (124, 905),
    (17, 8): (124, 905),
    (18, 5): (124, 905),
    (18, 6): (127, 905),
    (18, 8): (124, 905),
}
DAYS = (13, 15, 16, 17, 18)

#: Names that the requests hold: processes and main threads of runs, files of rows of an old hash.
PROCESSES = {(17, 5): "c7e09f78-35db-4321-a4f4-fc6c10f99f32"}
MAIN_THREADS = {(17, 8): "411deb24-314f-4867-9a08-4609ca6182f4"}
OLD_FILES = {
    (17, 5): "views/log_entries/global/2026-11-17/05-00-00_ce5513e4-3aff-4676-b7fc-f975bd32069f.parquet.old",
    (17, 6): "views/log_entries/global/2026-11-17/06-00-00_ee43a7dd-b840-4f5f-b262-3e5fddf431cf.parquet.old",
    (17, 7): "views/log_entries/global/2026-11-17/07-00-00_7f9c02f3-374b-474f-878f-fa06de59d893.parquet.old",
    (17, 8): "views/log_entries/global/2026-11-17/08-00-00_d5491ca2-523c-40ee-9ae3-21b707309d50.parquet.old",
}
#: Old hashes that no version of ours has.
OLD_LOG_ENTRIES, OLD_MEASURES = b"\x05", b"\x06"


def _day(number: int) -> int:
    return _NOVEMBER + (number - 1) * DAY


def _hour(day: int, hour: int) -> int:
    return _day(day) + hour * HOUR


def _process(run: tuple[int, int]) -> str:
    return PROCESSES.get(run) or str(uuid.uuid5(_SPACE, f"process {run}"))


def _threads(run: tuple[int, int]) -> tuple[str, ...]:
    """Two that have asynchronous events only, and the main thread, which has spans."""
    main = MAIN_THREADS.get(run) or str(uuid.uuid5(_SPACE, f"main {run}"))
    return str(uuid.uuid5(_SPACE, f"first {run}")), str(uuid.uuid5(_SPACE, f"second {run}")), main


def _telemetry() -> Rows:
    rows = Rows()
    for run, (logs, metrics) in RUNS.items():
        start = _hour(*run) + 15 * 60 * SECOND + 21 * SECOND
        rows.add(
            Run(
                name=f"golden {run}",
                start=start,
                logs=logs,
                metrics=metrics,
                spans=301,
                async_events=(43, 61, 1828),
                process_id=_process(run),
                threads=_threads(run),
            )
        )
    return rows


def _layout(directory: Path, version: str, now: int) -> Layout:
    layout = Layout(directory, version, now)
    layout.telemetry(_telemetry())
    return layout


def _add_hours(layout: Layout, day: int, version: str, updated: int, views: Iterable[str] = GLOBALS) -> None:
    """A day's rows of these views by the hour, as `version` made them."""
    for view in views:
        for hour in range(24):
            begin = _hour(day, hour)
            layout.add_global(view, version, begin, begin + HOUR, updated)


def _add_seventeenth(layout: Layout, updated: int, by_day: tuple[str, ...]) -> None:
    """The 17th as 0.30 made it: some views by the day, and the just-in-time rows of its runs."""
    _add_hours(layout, 17, "0.30", updated, [view for view in GLOBALS if view not in by_day])
    for view in by_day:
        layout.add_global(view, "0.30", _day(17), _day(18), updated)
    for run in RUNS:
        if run[0] == 17:
            begin = _hour(*run)
            if run != (17, 8):
                for view in ("async_events", "log_entries"):
                    layout.add_instance(view, "0.30", _process(run), begin, begin + HOUR, updated)
            for thread in _threads(run):
                layout.add_instance("thread_spans", "0.30", thread, begin, begin + HOUR, updated)


def _add_twins(layout: Layout) -> None:
    """A twin of an old hash for each row of log_entries of the 17th, with no file behind its path."""
    rows = [r for r in layout.rows if r.view_set_name == "log_entries" and r.begin_insert_time // DAY * DAY == _day(17)]
    for row in rows:
        named = OLD_FILES.get((17, (row.begin_insert_time - _day(17)) // HOUR))
        path = row.file_path and (named if row.view_instance_id == "global" else f"{row.file_path}.old")
        updated = row.updated - 3 * DAY
        layout.rows.append(replace(row, file_schema_hash=OLD_LOG_ENTRIES, file_path=path, updated=updated))


def _changed(layout: Layout, view: str, begin: int, end: int, **changes: object) -> None:
    """Changes what the catalog says of the rows of a view."""

    def change(row: PartitionRow) -> PartitionRow:
        found = row.view_set_name == view and row.view_instance_id == "global" and begin <= row.begin_insert_time < end
        return replace(row, **changes) if found else row

    layout.rows = [change(row) for row in layout.rows]


def _retire(layout: Layout, chosen: Callable[[PartitionRow], bool]) -> None:
    layout.rows = [row for row in layout.rows if not chosen(row)]


def _add_maintained(layout: Layout, updated: int) -> None:
    """The 17th after streams were merged; twins of it and rows of the 13th that were retired are gone."""
    _add_seventeenth(layout, updated, ("processes", "streams"))
    _add_twins(layout)
    gone = {OLD_FILES[17, hour] for hour in (5, 6, 7)}
    _retire(layout, lambda row: row.file_path in gone)
    _retire(layout, lambda r: r.file_schema_hash == OLD_LOG_ENTRIES and r.view_instance_id == _process((17, 6)))
    hours = [_hour(13, hour) for hour in (1, 2, 3, 5, 6)]
    _retire(layout, lambda row: row.view_set_name == "log_entries" and row.begin_insert_time in hours)


def _five_days(directory: Path, version: str, now: int) -> Layout:
    layout = _layout(directory, version, now)
    for day in DAYS:
        if day != 17:
            _add_hours(layout, day, "0.30", now - DAY)
    _add_seventeenth(layout, now - DAY, ("processes",))
    return layout


def _catalog(directory: Path, version: str, now: int) -> None:
    layout = _five_days(directory, version, now)
    _add_twins(layout)
    _changed(layout, "measures", _day(16), _day(17), file_schema_hash=OLD_MEASURES)
    _changed(layout, "log_entries", _hour(16, 8), _hour(16, 9), source_data_hash=count_bytes(7))
    layout.save("golden-catalog", upgraded_at=now - DAY)


def _read_back(directory: Path, version: str, now: int) -> None:
    """The same lake, log_entries and log_stats whole at the current hash."""
    _five_days(directory, version, now).save("golden-read-back", upgraded_at=now - DAY)


def _live(directory: Path, version: str, now: int) -> None:
    """The maintained lake, and what the maintenance service makes of telemetry that arrives: seconds, then minutes."""
    layout = _layout(directory, version, now)
    for day in (13, 15, 16, 18):
        _add_hours(layout, day, "0.30", now - DAY)
    _add_hours(layout, 14, "0.30", now - DAY, ["blocks"])
    _add_maintained(layout, now - DAY)
    minute = 60 * SECOND
    second_rows = (now // minute - 2) * minute
    arriving = Rows()
    for n in range(0, 300, 10):
        arriving.add(Run(f"golden live {n}", second_rows - 4 * minute + n * SECOND, logs=5, metrics=5))
    layout.telemetry(arriving)
    for view in GLOBALS:
        for n in range(4):
            begin = second_rows - (4 - n) * minute
            layout.add_global(view, version, begin, begin + minute, now)
        for n in range(102):
            begin = second_rows + n * SECOND
            layout.add_global(view, version, begin, begin + SECOND, now)
    layout.save("golden-live", upgraded_at=now - DAY)


def _upgraded(directory: Path, version: str, now: int) -> None:
    """The maintained lake under old hashes, but for the 16th, most of which was materialized since."""
    layout = _layout(directory, version, now)
    for day in (13, 15, 18):
        _add_hours(layout, day, "0.30", now - DAY)
    _add_hours(layout, 16, "0.33", now - HOUR)
    _retire(layout, lambda row: row.view_set_name == "log_entries" and 0 <= row.begin_insert_time - _day(16) < 5 * HOUR)
    _add_maintained(layout, now - DAY)
    layout.save("golden-upgraded", upgraded_at=now - DAY)


def _who_may(directory: Path, version: str, now: int) -> None:
    (_catalog if version == "0.30" else _upgraded)(directory, version, now)


def _shadow(directory: Path, version: str, now: int) -> None:
    """The 18th of blocks and log_entries in hours of an old hash only."""
    layout = _layout(directory, version, now)
    _add_hours(layout, 18, "0.30", now - DAY, ("blocks", "log_entries"))
    layout.save("golden-shadow", upgraded_at=now - DAY)


def _sixteenth(directory: Path, version: str, now: int) -> Layout:
    layout = _layout(directory, version, now)
    _add_hours(layout, 16, version, now - DAY, [view for view in GLOBALS if view != "log_stats"])
    return layout


def _failure(directory: Path, version: str, now: int) -> None:
    """log_stats of the 16th as one day, its count off by what makes it due; an input's file is gone."""
    layout = _sixteenth(directory, version, now)
    gone = next(row.file_path for row in layout.rows if row.view_set_name == "log_entries" and row.file_path)
    layout.add_global("log_stats", version, _day(16), _day(17), now - HOUR, source_data_hash=count_bytes(1))
    storage.remove(layout.lake, gone)
    layout.save("golden-failure", upgraded_at=now - DAY, gone=gone)


def _repair(directory: Path, version: str, now: int) -> None:
    """What the failure left: log_stats of the 16th empty with its full source. The input's file is back."""
    layout = _sixteenth(directory, version, now)
    view = layout.view("log_stats", version)
    _, count = layout.compute(view, _day(16), _day(17))
    layout.add(view, "global", view.schema.empty_table(), count, _day(16), _day(17), now - HOUR)
    layout.save("golden-repair", upgraded_at=now - DAY)


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
