"""The source tables: processes, streams, blocks and payloads. Nothing here knows of partitions."""

from __future__ import annotations

import bisect
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from .types import Lake


@dataclass(frozen=True, slots=True)
class Process:
    process_id: str
    exe: str
    username: str
    realname: str
    computer: str
    distro: str
    cpu_brand: str
    tsc_frequency: int
    start_time: int
    start_ticks: int
    insert_time: int
    parent_process_id: str
    properties: bytes


@dataclass(frozen=True, slots=True)
class Stream:
    stream_id: str
    process_id: str
    dependencies_metadata: bytes
    objects_metadata: bytes
    tags: tuple[str, ...]
    properties: bytes
    insert_time: int
    format: str


@dataclass(frozen=True, slots=True)
class Block:
    block_id: str
    stream_id: str
    process_id: str
    begin_time: int
    begin_ticks: int
    end_time: int
    end_ticks: int
    nb_objects: int
    object_offset: int
    payload_size: int
    insert_time: int


_TABLES = {"processes": Process, "streams": Stream, "blocks": Block}


class Telemetry:
    """Rows in memory, written through to SQLite; payloads only there."""

    def __init__(self, path: Path | str) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(str(path), check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = MEMORY")
        self._db.execute("PRAGMA synchronous = OFF")
        for name, kind in _TABLES.items():
            columns = ", ".join(f.name for f in fields(kind))
            self._db.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns}, PRIMARY KEY ({fields(kind)[0].name}))")
        self._db.execute("CREATE TABLE IF NOT EXISTS payloads (process_id, stream_id, block_id PRIMARY KEY, payload)")
        self._db.commit()
        self.processes: dict[str, Process] = {}
        self.streams: dict[str, Stream] = {}
        self._blocks: dict[str, Block] = {}
        #: Blocks in order of (insert time, id), and their insert times, for searching.
        self._ordered: list[Block] = []
        self._times: list[int] = []
        self._load()

    def close(self) -> None:
        self._db.close()

    def blocks(self, begin: int | None = None, end: int | None = None) -> list[Block]:
        """Blocks inserted in [begin, end), in order of insertion, that have their stream and process."""
        with self._lock:
            first = 0 if begin is None else bisect.bisect_left(self._times, begin)
            last = len(self._times) if end is None else bisect.bisect_left(self._times, end)
            found = self._ordered[first:last]
        return [block for block in found if block.stream_id in self.streams and block.process_id in self.processes]

    def add(
        self,
        processes: Iterable[Process] = (),
        streams: Iterable[Stream] = (),
        blocks: Iterable[Block] = (),
        payloads: Iterable[tuple[str, str, str, bytes]] = (),
    ) -> None:
        """Writes rows that are not there yet; the others stay as they are."""
        with self._lock:
            for kept, name, rows in (
                (self.processes, "processes", processes),
                (self.streams, "streams", streams),
                (self._blocks, "blocks", blocks),
            ):
                fresh = {_key(row): row for row in rows if _key(row) not in kept}
                kept.update(fresh)
                self._write(name, fresh.values())
            self._db.executemany("INSERT OR IGNORE INTO payloads VALUES (?, ?, ?, ?)", payloads)
            self._db.commit()
            self._index()

    def payload(self, process_id: str, stream_id: str, block_id: str) -> bytes | None:
        with self._lock:
            found = self._db.execute(
                "SELECT payload FROM payloads WHERE block_id = ? AND stream_id = ? AND process_id = ?",
                [block_id, stream_id, process_id],
            ).fetchone()
        return found[0] if found else None

    def remove_payloads(self, begin: int, end: int) -> int:
        """Deletes the payloads of blocks inserted in [begin, end); answers how many."""
        with self._lock:
            ids = [block.block_id for block in self.blocks(begin, end)]
            self.forget_payloads(ids)
            return len(ids)

    def forget_payloads(self, block_ids: Iterable[str]) -> None:
        with self._lock:
            self._db.executemany("DELETE FROM payloads WHERE block_id = ?", [(block_id,) for block_id in block_ids])
            self._db.commit()

    def remove_blocks(self, begin: int, end: int) -> int:
        """Deletes blocks inserted in [begin, end) and their payloads, as the server's retention does."""
        with self._lock:
            count = self.remove_payloads(begin, end)
            gone = self.blocks(begin, end)
            self._db.executemany("DELETE FROM blocks WHERE block_id = ?", [(block.block_id,) for block in gone])
            self._db.commit()
            for block in gone:
                del self._blocks[block.block_id]
            self._index()
            return count

    def _index(self) -> None:
        self._ordered = sorted(self._blocks.values(), key=lambda block: (block.insert_time, block.block_id))
        self._times = [block.insert_time for block in self._ordered]

    def _write(self, name: str, rows: Iterable) -> None:
        places = ", ".join("?" * len(fields(_TABLES[name])))
        stored = [tuple("\n".join(v) if isinstance(v, tuple) else v for v in astuple(row)) for row in rows]
        self._db.executemany(f"INSERT OR IGNORE INTO {name} VALUES ({places})", stored)

    def _load(self) -> None:
        for values in self._db.execute("SELECT * FROM processes"):
            self.processes[values[0]] = Process(*values)
        for values in self._db.execute("SELECT * FROM streams"):
            tags = tuple(values[4].split("\n")) if values[4] else ()
            self.streams[values[0]] = Stream(*values[:4], tags, *values[5:])
        for values in self._db.execute("SELECT * FROM blocks"):
            self._blocks[values[0]] = Block(*values)
        self._index()


def open(lake: Lake) -> Telemetry:
    return Telemetry(lake.directory / "telemetry.sqlite")


def jsonb(properties: dict[str, str]) -> bytes:
    """A flat object of texts in JSONB, as the `properties` columns hold it."""
    keys = [key.encode() for key in sorted(properties)]
    values = [properties[key].encode() for key in sorted(properties)]
    head = (0x40000000 | len(keys)).to_bytes(4, "big")
    entries = b"".join((0x10000000 | len(text)).to_bytes(4, "big") for text in [*keys, *values])
    return head + entries + b"".join(keys) + b"".join(values)


def read_jsonb(data: bytes) -> dict[str, str]:
    """What `jsonb` wrote."""
    count = int.from_bytes(data[:4], "big") & 0x0FFFFFFF
    lengths = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") & 0x0FFFFFFF for i in range(2 * count)]
    texts, at = [], 4 + 8 * count
    for length in lengths:
        texts.append(data[at : at + length].decode())
        at += length
    return dict(zip(texts[:count], texts[count:], strict=True))


def _key(row: Process | Stream | Block) -> str:
    return getattr(row, fields(row)[0].name)
