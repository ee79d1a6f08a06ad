"""format_datetime and parse_time_delta, over the texts of the golden answers and more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pandas as pd
from micromegas.time import format_datetime, parse_time_delta

from call import Call, Differing
from comparing import value_differences
from processes import ROOT

#: What the Python client reads and ours refuses, and why.
LAX_DELTAS = {
    "1h ": "what follows the unit is ignored",
    "1h30m": "the 30 minutes are ignored",
    "1hour": "what follows the unit is ignored",
    "٣h": "digits of other scripts",
    "１h": "digits of other scripts",
}
LAX_TIMES = {
    "2024-01-01T12:00Z": "RFC 3339 has seconds",
    "20240101T120000Z": "RFC 3339 has separators",
    "2024-W01-1T00:00:00Z": "RFC 3339 has no weeks",
    "2024-01-01T12:00:00+05": "RFC 3339's offsets have minutes",
    "2024-01-01T12:00:00.Z": "RFC 3339's fractions have digits",
}
MORE_DELTAS = ("1m", "59m", "24h", "365d", "000d", "999999999d")
BAD_DELTAS = ("1000000000d", "+1h", "1e3h", "h1")
MORE_TIMES = (
    "1970-01-01T00:00:00Z",
    "2024-02-29T23:59:59.999999Z",
    "2024-12-31T23:59:59.9999999Z",
    "2024-01-01T12:00:00.1+14:00",
    "2024-01-01T12:00:00.000000+00:00",
    "2024-01-01T12:00:00-00:00",
)
BAD_TIMES = ("2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z")


def calls() -> Iterator[Call]:
    golden = json.loads((ROOT / "Tests/Golden/python-api/time-utilities.json").read_text())
    deltas, times = (
        {g["input"]: "error" in g for g in golden[f]} for f in ("parse_time_delta", "format_datetime_of_text")
    )
    deltas |= dict.fromkeys((*MORE_DELTAS, *LAX_DELTAS), False) | dict.fromkeys(BAD_DELTAS, True)
    for text, fails in deltas.items():
        yield text_call("parse_time_delta", text, lambda t: int(parse_time_delta(t).total_seconds()), LAX_DELTAS, fails)
    times |= dict.fromkeys((*MORE_TIMES, *LAX_TIMES), False) | dict.fromkeys(BAD_TIMES, True)
    for text, fails in times.items():
        yield text_call("format_datetime", text, format_datetime, LAX_TIMES, fails)
    yield from moments()


def text_call(name: str, text: str, theirs: Callable[[str], Any], lax: dict[str, str], fails: bool) -> Call:
    ours = {"call": name, "text": text}
    title = f"{name}: {text!r}"
    if text in lax:
        return Differing(title, lambda _: theirs(text), ours, value_differences, reason=lax[text])
    return Call(title, lambda _: theirs(text), ours, value_differences, fails=fails)


def moments() -> Iterator[Call]:
    """datetimes and pandas' timestamps: our times are all in UTC, whatever zone they were given in."""
    given = {
        "a datetime": datetime(2024, 1, 1, 12, tzinfo=UTC),
        "microseconds": datetime(2024, 1, 1, 12, 0, 0, 5, tzinfo=UTC),
        "before 1970": datetime(1969, 7, 20, 20, 17, 40, 500000, tzinfo=UTC),
        "pandas' timestamp": pd.Timestamp("2024-01-01T12:00:00.25Z"),
        "nanoseconds": pd.Timestamp("2024-01-01T12:00:00.123456789Z"),
        "a nanosecond before 1970": pd.Timestamp(-1, tz="UTC"),
    }
    for name, moment in given.items():
        yield moment_call(name, moment)
    yield moment_call(
        "a datetime of another zone",
        datetime(2024, 1, 1, 12, tzinfo=timezone(timedelta(hours=-5))),
        reason="a Timestamp is an instant: the same one, in UTC",
        answer="2024-01-01T17:00:00+00:00",
    )


def moment_call(name: str, moment: datetime, reason: str = "", answer: str = "") -> Call:
    ours = {"call": "format_datetime_of_time", "nanoseconds": pd.Timestamp(moment).value}
    title, theirs = f"format_datetime: {name}", lambda _: format_datetime(moment)
    if reason:
        return Differing(title, theirs, ours, value_differences, reason=reason, answer=lambda told: told == answer)
    return Call(title, theirs, ours, value_differences)
