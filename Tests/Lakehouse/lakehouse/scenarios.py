"""The lakes that can be asked for by name. Each is written to a folder, to be opened as a Lake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from . import golden_lakes, hazards, morning_after, synthetic
from .layout import DAY, HOUR, Layout
from .programs import Rows, Run


def _empty(directory: Path, version: str, now: int) -> None:
    """No telemetry, no partition."""
    Layout(directory, version, now).save("empty", upgraded_at=now - DAY)


def _telemetry_only(directory: Path, version: str, now: int) -> None:
    """Two days of telemetry, an hour's run every six, of which nothing is materialized yet."""
    layout = Layout(directory, version, now)
    midnight = now // DAY * DAY
    rows = Rows()
    for hour in range(-48, 0, 6):
        rows.add(Run(f"run {hour}", midnight + hour * HOUR + HOUR // 4))
    layout.telemetry(rows)
    layout.save("telemetry-only", upgraded_at=now - 30 * DAY)


_BUILDERS: dict[str, Callable[[Path, str, int], None]] = {
    "empty": _empty,
    "telemetry-only": _telemetry_only,
    "morning-after": morning_after.build,
    "threads-lost": morning_after.build_threads_lost,
    "stale": synthetic.stale,
    "partitions-2000": synthetic.two_thousand,
    "partitions-1000000": synthetic.million,
    **hazards.BUILDERS,
    **golden_lakes.BUILDERS,
}

#: The lake that a section of the golden calls (server, section) starts from.
GOLDEN = golden_lakes.SECTIONS

NAMES: tuple[str, ...] = tuple(_BUILDERS)


def build(name: str, directory: Path, version: str, now: int) -> None:
    """Writes the lake `name` as a server of `version` would have it at `now`; ValueError for an unknown name."""
    if name not in _BUILDERS:
        raise ValueError(f"scenario {name!r} is none of {', '.join(NAMES)}")
    directory.mkdir(parents=True, exist_ok=True)
    _BUILDERS[name](directory, version, now)
