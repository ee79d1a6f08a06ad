"""Telemetry of small programs: a process that ran once, with its streams, blocks and payloads."""

from __future__ import annotations

import uuid
import zlib
from dataclasses import dataclass, field

from . import payloads
from .telemetry import Block, Process, Stream, jsonb

MILLISECOND = 1_000_000
_SPACE = uuid.UUID("6f1f6f0e-8c1d-4d53-9f43-5b8e0a3c2f11")

#: (level, target) of log entries, and what they say.
_LOGS = (
    (4, "acme_game", "frame {n} drawn in {n} ms"),
    (4, "acme_game::assets", "loaded assets/level/{n}.pak"),
    (5, "acme_game::net", "received {n} packets"),
    (4, "acme_game::audio", "mixed {n} voices"),
    (5, "telemetry_sink", "sent block {n}"),
    (5, "telemetry_sink::http", "connection {n} kept"),
)
_METRICS = (("Frame Time", "seconds"), ("total_memory", "bytes"), ("used_memory", "bytes"), ("Sync Task", "count"))


@dataclass(frozen=True)
class Run:
    """One run of a program. Times are nanoseconds since 1970."""

    #: Names everything that is not given.
    name: str
    start: int
    logs: int = 8
    metrics: int = 8
    #: Thread spans of the main thread, and events of asynchronous spans on each thread, the main one last.
    spans: int = 5
    async_events: tuple[int, ...] = (2, 4, 6)
    process_id: str | None = None
    #: Stream ids of the threads, in the order of `async_events`.
    threads: tuple[str, ...] = ()
    #: When blocks were inserted: "log", "metrics" and a thread's number; others follow `start` by 150 ms and more.
    inserted: dict[str | int, int] = field(default_factory=dict)


@dataclass
class Rows:
    """Rows of the four telemetry tables."""

    processes: list[Process] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    payloads: list[tuple[str, str, str, bytes]] = field(default_factory=list)

    def add(self, run: Run) -> None:
        process = _process(run)
        self.processes.append(process)
        for number, count in enumerate(run.async_events):
            spans = run.spans if number == len(run.async_events) - 1 else 0
            names = {"thread-id": str(1000 + number), "thread-name": "main" if spans else "worker"}
            columns = _cpu_events(run.start, spans, count)
            known = run.threads[number] if number < len(run.threads) else None
            self._add_stream(run, process, "cpu", number, columns, names, known)
        self._add_stream(run, process, "log", "log", _log_entries(run))
        self._add_stream(run, process, "metrics", "metrics", _metrics(run))

    def _add_stream(
        self,
        run: Run,
        process: Process,
        tag: str,
        key: str | int,
        columns: dict[str, list],
        names: dict[str, str] | None = None,
        known: str | None = None,
    ) -> None:
        count = len(columns["time"])
        if count == 0:
            return
        stream_id = known or _id(run.name, "stream", str(key))
        block_id = _id(run.name, "block", str(key))
        inserted = run.inserted.get(key, run.start + (150 + 3 * len(self.streams) % 15) * MILLISECOND)
        payload = payloads.encode(tag, columns)
        self.streams.append(
            Stream(stream_id, process.process_id, b"\x80", b"\x80", (tag,), jsonb(names or {}), inserted, _FORMAT)
        )
        ticks = (1000, 1000 + (columns["time"][-1] - run.start))
        times = (run.start, columns["time"][-1] // 1000 * 1000)
        self.blocks.append(
            Block(
                block_id,
                stream_id,
                process.process_id,
                times[0],
                ticks[0],
                times[1],
                ticks[1],
                count,
                0,
                len(payload),
                inserted,
            )
        )
        self.payloads.append((process.process_id, stream_id, block_id, payload))


_FORMAT = "micromegas-transit"


def _process(run: Run) -> Process:
    return Process(
        process_id=run.process_id or _id(run.name, "process"),
        exe="acme-game",
        username="player",
        realname="A Player",
        computer="studio-07",
        distro="Debian GNU/Linux 12",
        cpu_brand="Example CPU 8-Core",
        tsc_frequency=0,
        start_time=run.start,
        start_ticks=1000,
        insert_time=run.start + 25 * MILLISECOND,
        parent_process_id="",
        properties=jsonb({"build": "release", "version": "1.4.2"}),
    )


def _times(start: int, count: int) -> list[int]:
    """`count` moments over 140 ms from `start`."""
    return [start + 140 * MILLISECOND * (n + 1) // (count + 1) for n in range(count)]


def _log_entries(run: Run) -> dict[str, list]:
    kinds = [_LOGS[n % len(_LOGS)] for n in range(run.logs)]
    return {
        "time": _times(run.start, run.logs),
        "level": [level for level, _, _ in kinds],
        "target": [target for _, target, _ in kinds],
        "msg": [text.format(n=n) for n, (_, _, text) in enumerate(kinds)],
    }


def _metrics(run: Run) -> dict[str, list]:
    kinds = [_METRICS[n % len(_METRICS)] for n in range(run.metrics)]
    return {
        "time": _times(run.start, run.metrics),
        "target": ["acme_game"] * run.metrics,
        "name": [name for name, _ in kinds],
        "unit": [unit for _, unit in kinds],
        "value": [0.25 * (n + 1) for n in range(run.metrics)],
    }


def _cpu_events(start: int, spans: int, async_events: int) -> dict[str, list]:
    """`spans` calls one after another, then events of asynchronous spans, beginnings and ends in turn."""
    kinds = ["thread"] * (2 * spans) + ["async"] * async_events
    count = len(kinds)
    names = [f"acme_game::{'call' if kind == 'thread' else 'task'}_{n // 2 % 7}" for n, kind in enumerate(kinds)]
    return {
        "kind": kinds,
        "event_type": ["begin" if n % 2 == 0 else "end" for n in range(count)],
        "time": _times(start, count),
        "span_id": [n // 2 for n in range(count)],
        "parent_span_id": [0] * count,
        "depth": [0] * count,
        "hash": [zlib.crc32(name.encode()) for name in names],
        "name": names,
        "filename": ["src/game.rs"] * count,
        "target": ["acme_game"] * count,
        "line": [10 + n // 2 % 7 for n in range(count)],
    }


def _id(*names: str) -> str:
    return str(uuid.uuid5(_SPACE, "/".join(names)))
