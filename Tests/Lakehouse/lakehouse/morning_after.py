"""The morning after a server upgrade.

Everything is relative to D, the UTC midnight before now, so nothing crosses an age or a day's border within an hour of
a run, at whatever minute it starts:

    D-11        lost: its telemetry is gone. The old rows are the last copy; the current `blocks` row counts nothing
    D-10…D-5    old hashes in every view, telemetry and payloads there (`threads-lost`: but for one process's on D-6)
    D-4…D-1     whole at the current hash: the maintenance service's two days back, and what it made since
    D           the hours that ended two hours ago or more

The server was upgraded at D-3 10:00, and its maintenance service first looked two days back at D-2 04:00: each view's
oldest row at the current hash was written more than a day before any moment of D.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from .layout import DAY, GLOBALS, HOUR, SECOND, Layout
from .programs import Rows, Run
from .types import ViewSet

LOST = -11
OLD = range(-10, -4)
CURRENT = range(-4, 0)
#: The day on which the payloads of one process's threads are gone.
THREADLESS = -6

#: Hours at which a program ran, on every day.
_RUNS = (5, 9, 14)
_MINUTE = 60 * SECOND
#: Views that the maintenance service merges into days.
_DAILY = ("blocks", "processes", "streams", "log_stats")


def build(directory: Path, version: str, now: int) -> None:
    _build("morning-after", directory, version, now)


def build_threads_lost(directory: Path, version: str, now: int) -> None:
    """The same, but what some old just-in-time rows were made from is gone."""
    _build("threads-lost", directory, version, now)


def _build(name: str, directory: Path, version: str, now: int) -> None:
    layout = Layout(directory, version, now)
    midnight = now // DAY * DAY
    lost = midnight + LOST * DAY
    layout.telemetry(telemetry(midnight, (LOST, *OLD, *CURRENT, 0), now))
    _lost_day(layout, lost, upgraded_at(midnight) + 6 * HOUR)
    for day in OLD:
        old_day(layout, midnight, day)
        old_instances(layout, midnight, day)
    for day in CURRENT:
        current_day(layout, midnight, day)
    _today(layout, midnight, now)
    layout.lake.telemetry.remove_blocks(lost, lost + DAY)
    if name == "threads-lost":
        _lose_threads(layout, midnight)
    layout.save(name, upgraded_at=upgraded_at(midnight))


def telemetry(midnight: int, days: Iterable[int], now: int) -> Rows:
    """The runs of these days that ended before now. The same day holds the same telemetry in every run."""
    rows = Rows()
    for day in days:
        for hour in _RUNS:
            begin = midnight + day * DAY + hour * HOUR
            if begin + HOUR <= now:
                rows.add(Run(f"{midnight // DAY + day} {hour}", begin + 15 * _MINUTE))
    return rows


def hourly(layout: Layout, view: ViewSet, begin: int, hours: int, updated: int | None = None) -> None:
    """One row an hour, written ten minutes after it ended (but not in the future), or at `updated`."""
    for n in range(hours):
        first = begin + n * HOUR
        written = min(first + HOUR + 10 * _MINUTE, layout.lake.clock() - _MINUTE)
        layout.add_global(view.name, view, first, first + HOUR, updated or written)


def _lost_day(layout: Layout, begin: int, rewritten: int) -> None:
    next_morning = begin + DAY + 4 * HOUR
    for name in ("log_entries", "measures"):
        hourly(layout, layout.old_view(name), begin, 24)
    for name in ("processes", "streams", "log_stats"):
        layout.add_global(name, layout.old_view(name), begin, begin + DAY, next_morning)
    view = layout.view("blocks")
    layout.add(view, "global", view.schema.empty_table(), 0, begin, begin + DAY, rewritten)


def old_day(layout: Layout, midnight: int, number: int) -> None:
    """A day as the server left it before its upgrade: some views by the day, which ones differs from day to day."""
    begin = midnight + number * DAY
    daily = {"processes": number % 2 == 0, "streams": number % 2 == 0, "log_stats": number % 3 != 0}
    for name in GLOBALS:
        if daily.get(name):
            layout.add_global(name, layout.old_view(name), begin, begin + DAY, begin + DAY + 4 * HOUR)
        else:
            hourly(layout, layout.old_view(name), begin, 24)


def old_instances(layout: Layout, midnight: int, day: int) -> None:
    """What queries of two of the day's processes left."""
    begin = midnight + day * DAY
    asked = begin + 15 * HOUR
    blocks = layout.blocks(begin, begin + DAY)
    processes = list(dict.fromkeys(block["process_id"] for block in blocks))[:2]
    for process in processes:
        for name in ("log_entries", "measures", "async_events"):
            layout.add_instance(name, layout.old_view(name), process, begin, begin + DAY, asked)
    spans = layout.old_view("thread_spans")
    for block in blocks:
        if block["process_id"] in processes and "cpu" in block["streams.tags"]:
            layout.add_instance("thread_spans", spans, block["stream_id"], begin, begin + DAY, asked)


def current_day(layout: Layout, midnight: int, day: int, views: Callable[[str], ViewSet] | None = None) -> None:
    """Merged at 04:00 of the day after the next one; until then, and for views of an hour, by the hour."""
    begin = midnight + day * DAY
    # The service's first look back after the upgrade was at D-2 04:00.
    merged = max(begin + DAY, midnight - 2 * DAY) + 4 * HOUR
    for name in GLOBALS:
        view = (views or layout.view)(name)
        if name in _DAILY and day < -1:
            layout.add_global(name, view, begin, begin + DAY, merged)
        elif begin < upgraded_at(midnight):
            hourly(layout, view, begin, 24, updated=merged)
        else:
            hourly(layout, view, begin, 24)


def upgraded_at(midnight: int) -> int:
    return midnight - 3 * DAY + 10 * HOUR


def _today(layout: Layout, midnight: int, now: int) -> None:
    hours = max(0, (now - midnight) // HOUR - 1)
    for name in GLOBALS:
        hourly(layout, layout.view(name), midnight, hours)


def _lose_threads(layout: Layout, midnight: int) -> None:
    """The payloads of one process's threads expired before the others: their spans cannot be made again."""
    begin = midnight + THREADLESS * DAY
    blocks = [block for block in layout.blocks(begin, begin + DAY) if "cpu" in block["streams.tags"]]
    if blocks:
        gone = [block["block_id"] for block in blocks if block["process_id"] == blocks[0]["process_id"]]
        layout.lake.telemetry.forget_payloads(gone)
