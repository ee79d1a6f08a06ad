"""The morning after a server upgrade.

Everything is relative to D, the UTC midnight before now, so nothing crosses an age or a day's border within an hour of
a run, at whatever minute it starts:

    D-11        lost: its telemetry is gone. The old rows are the last copy; the current `blocks` row counts nothing
    D-10…D-5    old hashes in every view, telemetry and payloads there (but for one process's threads on D-6)
    D-4…D-1     whole at the current hash: the maintenance service's two days back, and what it made since
    D           the hours that ended two hours ago or more

The server was upgraded at D-3 10:00, and its maintenance service first looked two days back at D-2 04:00: each view's
oldest row at the current hash was written more than a day before any moment of D.
"""

from __future__ import annotations

from pathlib import Path

from .layout import DAY, GLOBALS, HOUR, SECOND, Layout
from .programs import Rows, Run

LOST = -11
OLD = range(-10, -4)
CURRENT = range(-4, 0)
#: The day on which the payloads of one process's threads are gone.
THREADLESS = -6

#: Hours at which a program ran, on every day.
_RUNS = (5, 9, 14)
_MINUTE = 60 * SECOND
_OLD_VERSION = "0.30"
#: Views that the maintenance service merges into days.
_DAILY = ("blocks", "processes", "streams", "log_stats")


def build(directory: Path, version: str, now: int) -> None:
    layout = Layout(directory, version, now)
    midnight = now // DAY * DAY
    upgraded = midnight - 3 * DAY + 10 * HOUR
    rows, lost = Rows(), Rows()
    for day in (*OLD, *CURRENT, 0):
        for hour in _RUNS:
            if midnight + day * DAY + (hour + 1) * HOUR <= now:
                rows.add(_run(midnight, day, hour))
    for hour in _RUNS:
        lost.add(_run(midnight, LOST, hour))
    layout.telemetry(rows)
    layout.telemetry(lost)
    _lost_day(layout, version, midnight + LOST * DAY, upgraded + 6 * HOUR)
    for day in OLD:
        _old_day(layout, day, midnight + day * DAY)
    for day in OLD:
        _old_instances(layout, midnight, day)
    for day in CURRENT:
        _current_day(layout, version, midnight, day, upgraded)
    _today(layout, version, midnight, now)
    layout.lake.telemetry.remove_blocks(midnight + LOST * DAY, midnight + (LOST + 1) * DAY)
    _lose_threads(layout, midnight)
    layout.save("morning-after", upgraded_at=upgraded)


def _run(midnight: int, day: int, hour: int) -> Run:
    # Named by its day's number since 1970: the same day holds the same telemetry in every run.
    return Run(f"{midnight // DAY + day} {hour}", midnight + day * DAY + hour * HOUR + 15 * _MINUTE)


def _hourly(layout: Layout, name: str, version: str, begin: int, hours: int, updated: int | None = None) -> None:
    """One row an hour, written ten minutes after it ended (but not in the future), or at `updated`."""
    for n in range(hours):
        first = begin + n * HOUR
        written = min(first + HOUR + 10 * _MINUTE, layout.lake.clock() - _MINUTE)
        layout.add_global(name, version, first, first + HOUR, updated or written)


def _lost_day(layout: Layout, version: str, begin: int, rewritten: int) -> None:
    next_morning = begin + DAY + 4 * HOUR
    for name in ("log_entries", "measures"):
        _hourly(layout, name, _OLD_VERSION, begin, 24)
    for name in ("processes", "streams", "log_stats"):
        layout.add_global(name, _OLD_VERSION, begin, begin + DAY, next_morning)
    view = layout.view("blocks", version)
    layout.add(view, "global", view.schema.empty_table(), 0, begin, begin + DAY, rewritten)


def _old_day(layout: Layout, number: int, begin: int) -> None:
    next_morning = begin + DAY + 4 * HOUR
    for name in ("blocks", "log_entries", "measures"):
        _hourly(layout, name, _OLD_VERSION, begin, 24)
    daily = {"processes": number % 2 == 0, "streams": number % 2 == 0, "log_stats": number % 3 != 0}
    for name, whole in daily.items():
        if whole:
            layout.add_global(name, _OLD_VERSION, begin, begin + DAY, next_morning)
        else:
            _hourly(layout, name, _OLD_VERSION, begin, 24)


def _old_instances(layout: Layout, midnight: int, day: int) -> None:
    """What queries of two of the day's processes left."""
    begin = midnight + day * DAY
    asked = begin + 15 * HOUR
    blocks = layout.blocks(begin, begin + DAY)
    processes = list(dict.fromkeys(block["process_id"] for block in blocks))[:2]
    for process in processes:
        for name in ("log_entries", "measures", "async_events"):
            layout.add_instance(name, _OLD_VERSION, process, begin, begin + DAY, asked)
    for block in blocks:
        if block["process_id"] in processes and "cpu" in block["streams.tags"]:
            layout.add_instance("thread_spans", _OLD_VERSION, block["stream_id"], begin, begin + DAY, asked)


def _current_day(layout: Layout, version: str, midnight: int, day: int, upgraded: int) -> None:
    """Merged at 04:00 of the day after the next one; until then, and for views of an hour, by the hour."""
    begin = midnight + day * DAY
    # The service's first look back after the upgrade was at D-2 04:00.
    merged = max(begin + DAY, midnight - 2 * DAY) + 4 * HOUR
    for name in GLOBALS:
        if name in _DAILY and day < -1:
            layout.add_global(name, version, begin, begin + DAY, merged)
        elif begin < upgraded:
            _hourly(layout, name, version, begin, 24, updated=merged)
        else:
            _hourly(layout, name, version, begin, 24)


def _today(layout: Layout, version: str, midnight: int, now: int) -> None:
    hours = max(0, (now - midnight) // HOUR - 1)
    for name in GLOBALS:
        _hourly(layout, name, version, midnight, hours)


def _lose_threads(layout: Layout, midnight: int) -> None:
    """The payloads of one process's threads expired before the others: their spans cannot be made again."""
    begin = midnight + THREADLESS * DAY
    blocks = [block for block in layout.blocks(begin, begin + DAY) if "cpu" in block["streams.tags"]]
    if blocks:
        gone = [block["block_id"] for block in blocks if block["process_id"] == blocks[0]["process_id"]]
        layout.lake.telemetry.forget_payloads(gone)
