"""The server's now, and the texts of times."""

from __future__ import annotations

import re
import threading
import time
from datetime import UTC, datetime

import pyarrow as pa

SECOND = 1_000_000_000
_UNITS = {"s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND, "d": 86400 * SECOND}
_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)")


class TimeError(ValueError):
    """Text that is no time; says what the real server's parser says."""


def parse_rfc3339(text: str) -> int:
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise TimeError("premature end of input" if len(text) < 20 else "input contains invalid characters")
    day, clock, fraction, zone = match.groups()
    try:
        whole = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if zone in 'Zz' else zone}")
    except ValueError as error:
        raise TimeError("input is out of range") from error
    return int(whole.timestamp()) * SECOND + int((fraction or "0").ljust(9, "0"))


def http_date(now: int) -> str:
    return datetime.fromtimestamp(now // SECOND, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


def timestamp_array(times: list[int | None]) -> pa.Array:
    return pa.array(times, pa.int64()).cast(pa.timestamp("ns", "+00:00"))


class Clock:
    """Callable: nanoseconds since 1970. It runs on from what it was set to, or stands still."""

    def __init__(self, setting: str | None = None) -> None:
        self._lock = threading.Lock()
        self._offset = 0
        self._frozen: int | None = None
        if setting:
            self.set(setting)

    def __call__(self) -> int:
        with self._lock:
            return time.time_ns() + self._offset if self._frozen is None else self._frozen

    def set(self, setting: str, frozen: bool = False) -> None:
        """`2026-11-21T08:16:05Z`, or how far from the true now: `+36h`, `-10d`."""
        relative = re.fullmatch(r"([+-])(\d+)([smhd])", setting)
        real = time.time_ns()
        if relative:
            sign, count, unit = relative.groups()
            now = real + int(sign + count) * _UNITS[unit]
        else:
            now = parse_rfc3339(setting)
        with self._lock:
            self._offset = now - real
            self._frozen = now if frozen else None
