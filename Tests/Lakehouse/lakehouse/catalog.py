"""The catalog of partitions: a SQLite table, where one transaction is one commit, listed as Arrow.

Uniqueness as in PostgreSQL's exclusion constraint: two rows of the same view set, instance and hash may not overlap in
their half-open insert ranges; zero-width ranges never conflict, and rows of other hashes may lie anywhere.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from . import schemas
from .types import Lake, PartitionRow

LISTING = pa.schema(
    [
        pa.field("view_set_name", pa.utf8(), False),
        pa.field("view_instance_id", pa.utf8(), False),
        pa.field("begin_insert_time", schemas.TIME, False),
        pa.field("end_insert_time", schemas.TIME, False),
        pa.field("min_event_time", schemas.TIME, True),
        pa.field("max_event_time", schemas.TIME, True),
        pa.field("updated", schemas.TIME, False),
        pa.field("file_path", pa.utf8(), True),
        pa.field("file_size", pa.int64(), False),
        pa.field("file_schema_hash", pa.binary(), False),
        pa.field("source_data_hash", pa.binary(), False),
        pa.field("num_rows", pa.int64(), False),
        pa.field("partition_format_version", pa.int32(), False),
        pa.field("sort_order", schemas.TAGS, True),
        pa.field("max_sort_key_time", schemas.TIME, True),
    ]
)

#: A million rows that never change are kept beside the table, as Arrow: what `write_bulk` wrote.
BULK_FILE = "catalog.arrow"

_COLUMNS = ", ".join(LISTING.names)
_TABLES = f"""
CREATE TABLE IF NOT EXISTS partitions ({_COLUMNS});
CREATE INDEX IF NOT EXISTS by_view ON partitions (view_set_name, view_instance_id, begin_insert_time);
CREATE INDEX IF NOT EXISTS by_path ON partitions (file_path);
CREATE INDEX IF NOT EXISTS by_begin ON partitions (begin_insert_time);
CREATE TABLE IF NOT EXISTS temporary_files (file_path, file_size, expiration);
CREATE TABLE IF NOT EXISTS meta (key PRIMARY KEY, value);
"""


class OverlapError(Exception):
    """An insert that the uniqueness rule forbids; the text is PostgreSQL's."""


class Catalog:
    def __init__(self, path: Path | str, lock: contextlib.AbstractContextManager) -> None:
        self._lock = lock
        self._db = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        self._db.executescript("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;" + _TABLES)
        self._depth = 0
        #: The last listing, and the state of the file it was made from: another replica may write to it too.
        self._listing: pa.Table | None = None
        self._listed_at = -1
        bulk = Path(path).with_name(BULK_FILE)
        self._bulk = _read_bulk(bulk) if bulk.exists() else None

    def close(self) -> None:
        self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """One commit; an exception rolls everything back. Inside another one it is part of that."""
        with self._lock:
            if self._depth:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            else:
                self._db.execute("COMMIT")
                self._listing = None
            finally:
                self._depth -= 1

    def snapshot(self) -> pa.Table:
        """All committed rows, as list_partitions() lists them."""
        with self._lock:
            (state,) = self._db.execute("PRAGMA data_version").fetchone()
            if self._listing is None or state != self._listed_at:
                self._listed_at = state
                order = "ORDER BY view_set_name, view_instance_id, begin_insert_time, end_insert_time"
                rows = self._db.execute(f"SELECT {_COLUMNS} FROM partitions {order}").fetchall()
                listing = _listing(rows)
                if self._bulk is not None:
                    listing = pa.concat_tables([self._bulk, listing])
                self._listing = listing
            return self._listing

    def rows(
        self,
        view_set: str,
        instance: str | None = None,
        schema_hash: bytes | None = None,
        begin: int | None = None,
        end: int | None = None,
    ) -> list[PartitionRow]:
        """Rows in order of begin; those that overlap [begin, end) if given, a zero-width row counting as a point."""
        where, values = "view_set_name = ?", [view_set]
        if instance is not None:
            where, values = f"{where} AND view_instance_id = ?", [*values, instance]
        if schema_hash is not None:
            where, values = f"{where} AND file_schema_hash = ?", [*values, schema_hash]
        if end is not None:
            where, values = f"{where} AND begin_insert_time < ?", [*values, end]
        if begin is not None:
            point = "(begin_insert_time = end_insert_time AND end_insert_time = ?)"
            where, values = f"{where} AND (end_insert_time > ? OR {point})", [*values, begin, begin]
        return self._select(f"WHERE {where} ORDER BY begin_insert_time, file_path", values)

    def overlapping(self, begin: int, end: int) -> list[PartitionRow]:
        """Rows of all views with begin < `end` and end > `begin`: what a materialization sees of the catalog."""
        where = "WHERE begin_insert_time < ? AND end_insert_time > ? ORDER BY begin_insert_time, file_path"
        return self._select(where, [end, begin])

    def contained(self, view_set: str, instance: str, begin: int, end: int) -> list[PartitionRow]:
        """Rows of any hash within [begin, end], both ends inclusive: what a new partition of that range replaces."""
        where = "WHERE view_set_name = ? AND view_instance_id = ? AND begin_insert_time >= ? AND end_insert_time <= ?"
        return self._select(f"{where} ORDER BY begin_insert_time, rowid", [view_set, instance, begin, end])

    def exact(self, view_set: str, instance: str, begin: int, end: int) -> list[PartitionRow]:
        """Rows of any hash with this very range."""
        where = "WHERE view_set_name = ? AND view_instance_id = ? AND begin_insert_time = ? AND end_insert_time = ?"
        return self._select(f"{where} ORDER BY rowid", [view_set, instance, begin, end])

    def touching(self, view_set: str, instance: str, begin: int, end: int) -> list[PartitionRow]:
        """Rows of any hash whose closed range meets [begin, end]: what just-in-time views look at."""
        where = "WHERE view_set_name = ? AND view_instance_id = ? AND begin_insert_time <= ? AND end_insert_time >= ?"
        return self._select(f"{where} ORDER BY begin_insert_time, rowid", [view_set, instance, end, begin])

    def by_file(self, path: str) -> list[PartitionRow]:
        return self._select("WHERE file_path = ?", [path])

    def insert(self, row: PartitionRow) -> None:
        """Adds a row; OverlapError where the uniqueness rule forbids it."""
        begin, end = row.begin_insert_time, row.end_insert_time
        if begin > end:
            raise OverlapError("range lower bound must be less than or equal to range upper bound")
        if begin != end:
            where = (
                "view_set_name = ? AND view_instance_id = ? AND file_schema_hash = ? AND begin_insert_time < ? "
                "AND end_insert_time > ? AND begin_insert_time != end_insert_time"
            )
            values = [row.view_set_name, row.view_instance_id, row.file_schema_hash, end, begin]
            if self._db.execute(f"SELECT 1 FROM partitions WHERE {where} LIMIT 1", values).fetchone():
                raise OverlapError(
                    "error returned from database: conflicting key value violates exclusion constraint "
                    '"lakehouse_partitions_no_overlap"'
                )
        self._db.execute(f"INSERT INTO partitions ({_COLUMNS}) VALUES ({'?,' * 14}?)", _stored(row))

    def load(self, rows: list[PartitionRow]) -> None:
        """Adds rows as they are, without a check: how a scenario lays a lake out."""
        with self.transaction():
            self._db.executemany(
                f"INSERT INTO partitions ({_COLUMNS}) VALUES ({'?,' * 14}?)", [_stored(row) for row in rows]
            )

    def delete(self, rows: list[PartitionRow], expiration: int | None = None) -> None:
        """Removes these rows; their files are queued for deletion at `expiration`."""
        for row in rows:
            self._db.execute(
                "DELETE FROM partitions WHERE rowid = (SELECT rowid FROM partitions WHERE view_set_name = ? "
                "AND view_instance_id = ? AND begin_insert_time = ? AND end_insert_time = ? AND file_schema_hash = ? "
                "AND file_path IS ? AND updated = ? LIMIT 1)",
                [
                    row.view_set_name,
                    row.view_instance_id,
                    row.begin_insert_time,
                    row.end_insert_time,
                    row.file_schema_hash,
                    row.file_path,
                    row.updated,
                ],
            )
            if expiration is not None and row.file_path is not None:
                self.queue_file(row, expiration)

    def queue_file(self, row: PartitionRow, expiration: int) -> None:
        self._db.execute("INSERT INTO temporary_files VALUES (?, ?, ?)", [row.file_path, row.file_size, expiration])

    def queued_files(self) -> list[str]:
        with self._lock:
            return [path for (path,) in self._db.execute("SELECT file_path FROM temporary_files ORDER BY rowid")]

    def retire(self, view_set: str) -> None:
        """Removes every row of a view set."""
        self._db.execute("DELETE FROM partitions WHERE view_set_name = ?", [view_set])

    def meta(self, key: str) -> str | None:
        with self._lock:
            found = self._db.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
        return found[0] if found else None

    def metas(self, prefix: str) -> list[tuple[str, str]]:
        with self._lock:
            found = self._db.execute("SELECT key, value FROM meta WHERE key LIKE ? ORDER BY key", [f"{prefix}%"])
            return [(key[len(prefix) :], value) for key, value in found.fetchall()]

    def set_meta(self, key: str, value: str | None) -> None:
        if value is None:
            self._db.execute("DELETE FROM meta WHERE key = ?", [key])
        else:
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [key, value])

    def _select(self, where: str, values: list) -> list[PartitionRow]:
        with self._lock:
            found = self._db.execute(f"SELECT {_COLUMNS} FROM partitions {where}", values).fetchall()
        return [_row(values) for values in found]


def open(lake: Lake) -> Catalog:
    return Catalog(lake.directory / "catalog.sqlite", lake.lock)


def source_count(row: PartitionRow) -> int:
    return int.from_bytes(row.source_data_hash, "little", signed=True)


def count_bytes(count: int) -> bytes:
    """source_data_hash as the server stores it: a little-endian Int64."""
    return count.to_bytes(8, "little", signed=True)


def write_bulk(directory: Path, listing: pa.Table) -> None:
    with pa.OSFile(str(directory / BULK_FILE), "wb") as sink, pa.ipc.new_file(sink, LISTING) as writer:
        writer.write_table(listing, max_chunksize=64 * 1024)


def _read_bulk(path: Path) -> pa.Table:
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def _stored(row: PartitionRow) -> tuple:
    order = "\n".join(row.sort_order) if row.sort_order is not None else None
    return (
        row.view_set_name,
        row.view_instance_id,
        row.begin_insert_time,
        row.end_insert_time,
        row.min_event_time,
        row.max_event_time,
        row.updated,
        row.file_path,
        row.file_size,
        row.file_schema_hash,
        row.source_data_hash,
        row.num_rows,
        row.partition_format_version,
        order,
        row.max_sort_key_time,
    )


def _row(values: tuple) -> PartitionRow:
    order = values[13]
    return PartitionRow(*values[:13], tuple(order.split("\n")) if order is not None else None, values[14])


def _listing(rows: list[tuple]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [[] for _ in LISTING]
    columns[13] = [None if order is None else order.split("\n") for order in columns[13]]
    return pa.table([pa.array(values, field.type) for values, field in zip(columns, LISTING, strict=True)], LISTING)
