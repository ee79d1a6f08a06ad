"""What differs from one lake to another in texts that are otherwise equal, and log rows compared in spite of it."""

from __future__ import annotations

import re
from collections import Counter

_MASKS = [
    (re.compile(r"/?(?:[\w.-]+/)*views/[\w./-]+"), "PATH"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "UUID"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00| UTC)?"), "TIME"),
    (re.compile(r"(?<=sum_size=)\d+|(?<=completed in )[\d.]+"), "N"),
]


def masked(text: str) -> str:
    for pattern, name in _MASKS:
        text = pattern.sub(name, text)
    return text


def log_differences(theirs: list[str], ours: list[str]) -> list[str]:
    """Rows of one bucket come in order; buckets may interleave, so rows that name no bucket are only counted."""
    a, b = (Counter(map(masked, rows)) for rows in (theirs, ours))
    if a != b:
        return [f"rows: recorded more {dict(a - b)}, ours more {dict(b - a)}"]
    a, b = _by_bucket(theirs), _by_bucket(ours)
    if a != b:
        bucket = next(k for k in sorted(a.keys() | b.keys()) if a.get(k) != b.get(k))
        return [f"rows of {bucket}: recorded {a.get(bucket)}, ours {b.get(bucket)}"]
    return []


_BUCKET = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)\S* ?(?:UTC)?,? (\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)")


def _by_bucket(rows: list[str]) -> dict[tuple[str, ...], list[str]]:
    buckets: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        if match := _BUCKET.search(row):
            buckets.setdefault(match.groups(), []).append(masked(row))
    return buckets
