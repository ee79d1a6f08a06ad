"""Faults on request: what goes wrong, where, how often.

A fault is a JSON object given to the control port. `point` says where it strikes:

    retire_row     a row of a batch of a retire function is an ERROR row
    forget         a batch of a retire function is answered with success and not committed
    bucket         a bucket of a materialization fails as a query over a missing file fails
    before_commit  with `delay` the commit comes late; without, nothing is committed and a failure row follows
    after_commit   after the commit, before the row that follows it
    call           a call is refused with `code` and `text` before anything runs
    message        after `n` messages (the schema is the first) the stream ends with `code`; OK: it ends early

and these say when: `n` the how manyth (rows and buckets from 0), `sql` a pattern that the statement must match,
`times` how often (1 if not said, -1 for ever), and any name that the point tells of (`view_set`, `begin`, `end`).
`delay` seconds pass first, or fewer where the faults are cleared meanwhile: so a test holds a call up until it has
done its part, however long that takes. A fault with a delay and no `text` or `code` only delays.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Any

from .types import FaultRaised

POINTS = ("retire_row", "forget", "bucket", "before_commit", "after_commit", "call", "message")


@dataclass
class Fault:
    point: str
    n: int | None = None
    sql: str | None = None
    text: str | None = None
    code: str | None = None
    delay: float = 0.0
    times: int = 1
    where: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, wish: dict[str, Any]) -> Fault:
        """From JSON; ValueError if it names no point."""
        if wish.get("point") not in POINTS:
            raise ValueError(f"point must be one of {', '.join(POINTS)}")
        known = {k: wish[k] for k in ("point", "n", "sql", "text", "code", "delay", "times") if k in wish}
        return cls(**known, where={k: v for k, v in wish.items() if k not in known})

    def strikes(self, point: str, n: int, context: dict[str, Any]) -> bool:
        return (
            self.times != 0
            and self.point == point
            and (self.n is None or self.n == n)
            and (self.sql is None or re.search(self.sql, str(context.get("sql", ""))) is not None)
            and all(context.get(k) == v for k, v in self.where.items())
        )

    @property
    def only_delays(self) -> bool:
        return self.delay > 0 and self.text is None and self.code is None


class Faults:
    """The faults that are set. `struck` counts, by point, how often they struck."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._cleared = threading.Event()
        self.struck: dict[str, int] = {}

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()
            self.struck.clear()
            self._cleared.set()
            self._cleared = threading.Event()

    def find(self, point: str, n: int = 0, **context: object) -> Fault | None:
        """The first fault that strikes here, after its delay; it is used up once more."""
        with self._lock:
            fault = next((f for f in self._faults if f.strikes(point, n, context)), None)
            if fault is None:
                return None
            fault.times -= fault.times > 0
            self.struck[point] = self.struck.get(point, 0) + 1
            cleared = self._cleared
        cleared.wait(fault.delay)
        return None if fault.only_delays else fault

    def check(self, point: str, n: int = 0, **context: object) -> None:
        fault = self.find(point, n, **context)
        if fault is not None:
            raise FaultRaised(fault.text or f"fault at {point} {n}")
