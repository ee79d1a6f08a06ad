"""Small lakes with one thing about them that an agent must notice. All are relative to D, the midnight before now.

Each has telemetry of D-6…D-1, D-4…D-1 whole at the current hash as on the morning after, and D-5 old, with this
difference:

    newer-rows         D-4…D-1 were written by another version than the one that is served, after its newest rows
    not-soaked         the server was upgraded two hours ago: of the current hash there is only what came since
    misaligned         an old row of log_entries with data starts at ten past the hour
    fine-rows          the old rows of log_entries with data are of one second
    two-old-hashes     log_entries of D-5 stands there twice, in two old hashes
    doubled-instances  on D-4 each row of a process's log_entries instance stands there twice
    no-payloads        D-5's payloads are gone, its blocks are not
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from .layout import DAY, GLOBALS, HOUR, SECOND, Layout
from .morning_after import CURRENT, current_day, hourly, old_day, old_instances, telemetry, upgraded_at

OLD = -5
_MINUTE = 60 * SECOND
_EVEN_OLDER = b"\x01"


def _start(directory: Path, version: str, now: int) -> tuple[Layout, int]:
    layout = Layout(directory, version, now)
    midnight = now // DAY * DAY
    layout.telemetry(telemetry(midnight, range(OLD - 1, 0), now))
    return layout, midnight


def _base(directory: Path, version: str, now: int) -> tuple[Layout, int]:
    layout, midnight = _start(directory, version, now)
    old_day(layout, midnight, OLD)
    old_instances(layout, midnight, OLD)
    for day in CURRENT:
        current_day(layout, midnight, day)
    return layout, midnight


def _newer_rows(directory: Path, version: str, now: int) -> None:
    layout, midnight = _start(directory, version, now)
    other = "0.33" if version == "0.30" else "0.30"
    begin = midnight + OLD * DAY
    for name in GLOBALS:
        hourly(layout, layout.view(name), begin, 24)
    for day in CURRENT:
        current_day(layout, midnight, day, lambda name: layout.view(name, other))
    layout.save("newer-rows", upgraded_at=begin - DAY)


def _not_soaked(directory: Path, version: str, now: int) -> None:
    layout, midnight = _start(directory, version, now)
    for day in (OLD, *CURRENT):
        old_day(layout, midnight, day)
    hour = now // HOUR * HOUR
    for name in GLOBALS:
        hourly(layout, layout.view(name), hour - 2 * HOUR, 1)
    layout.save("not-soaked", upgraded_at=hour - 2 * HOUR)


def _misaligned(directory: Path, version: str, now: int) -> None:
    layout, midnight = _base(directory, version, now)
    begin = midnight + OLD * DAY + 5 * HOUR
    _drop(layout, "log_entries", begin, begin + 2 * HOUR)
    old = layout.old_view("log_entries")
    for first, last in ((0, 10), (10, 70), (70, 120)):
        layout.add_global("log_entries", old, begin + first * _MINUTE, begin + last * _MINUTE, begin + DAY)
    layout.save("misaligned", upgraded_at=upgraded_at(midnight))


def _fine_rows(directory: Path, version: str, now: int) -> None:
    layout, midnight = _base(directory, version, now)
    old = layout.old_view("log_entries")
    day = midnight + OLD * DAY
    for block in layout.blocks(day, day + DAY):
        if "log" in block["streams.tags"]:
            begin = block["insert_time"] // HOUR * HOUR
            second = block["insert_time"] // SECOND * SECOND
            _drop(layout, "log_entries", begin, begin + HOUR)
            for first, last in ((begin, second), (second, second + SECOND), (second + SECOND, begin + HOUR)):
                layout.add_global("log_entries", old, first, last, begin + HOUR)
    layout.save("fine-rows", upgraded_at=upgraded_at(midnight))


def _two_old_hashes(directory: Path, version: str, now: int) -> None:
    layout, midnight = _base(directory, version, now)
    older = replace(layout.old_view("log_entries"), schema_hash=_EVEN_OLDER)
    hourly(layout, older, midnight + OLD * DAY, 24)
    layout.save("two-old-hashes", upgraded_at=upgraded_at(midnight))


def _doubled_instances(directory: Path, version: str, now: int) -> None:
    layout, midnight = _base(directory, version, now)
    begin = midnight + CURRENT[0] * DAY
    process = layout.blocks(begin, begin + DAY)[0]["process_id"]
    view = layout.view("log_entries")
    layout.add_instance("log_entries", view, process, begin, begin + DAY, begin + 2 * DAY, copies=2)
    layout.save("doubled-instances", upgraded_at=upgraded_at(midnight))


def _no_payloads(directory: Path, version: str, now: int) -> None:
    layout, midnight = _base(directory, version, now)
    layout.lake.telemetry.remove_payloads(midnight + OLD * DAY, midnight + (OLD + 1) * DAY)
    layout.save("no-payloads", upgraded_at=upgraded_at(midnight))


def _drop(layout: Layout, name: str, begin: int, end: int) -> None:
    """Takes a view's global rows within [begin, end) out of the lake."""
    layout.rows = [
        row
        for row in layout.rows
        if row.view_set_name != name
        or row.view_instance_id != "global"
        or row.begin_insert_time < begin
        or row.end_insert_time > end
    ]


BUILDERS: dict[str, Callable[[Path, str, int], None]] = {
    "newer-rows": _newer_rows,
    "not-soaked": _not_soaked,
    "misaligned": _misaligned,
    "fine-rows": _fine_rows,
    "two-old-hashes": _two_old_hashes,
    "doubled-instances": _doubled_instances,
    "no-payloads": _no_payloads,
}
