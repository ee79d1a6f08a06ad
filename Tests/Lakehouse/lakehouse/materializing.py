"""materialize_partitions and regenerate_partitions, bucket by bucket, as the real server walks them.

Both see the catalog as it was when the call began. A bucket is computed from the rows of the current hash of what the
view reads; writing it replaces every row of any hash within its range, in one commit. The damage that follows from this
(a wrong order, a missing file) is the contract's section 4.
"""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator

import pyarrow as pa

from . import sources, storage
from .catalog import OverlapError, source_count
from .types import EngineError, FaultRaised, Lake, LogRows, PartitionRow, QueryError, ViewSet
from .view_queries import display, rfc3339

SECOND = 1_000_000_000
BUG = (
    "This issue was likely caused by a bug in DataFusion's code. Please help us to resolve this by filing a bug report "
    "in our issue tracker: https://github.com/apache/datafusion/issues"
)


#: Finds the rows that a partition replaces: (lake, view set, instance, begin, end).
Replaces = Callable[[Lake, str, str, int, int], list[PartitionRow]]


class Failure(Exception):
    """An error with its contexts, from the outside in, as Rust's anyhow prints them.

    `aftermath`: what still happens once materialize told the failure: a writer whose rows stop coming commits what it
    has. Regenerate rolls back instead.
    """

    def __init__(self, *causes: str, aftermath: Callable[[], LogRows] | None = None) -> None:
        self.causes = list(causes)
        self.aftermath = aftermath
        super().__init__(causes[0])

    def text(self) -> str:
        first, *rest = self.causes
        if not rest:
            return first
        if len(rest) == 1:
            return f"{first}\n\nCaused by:\n    {rest[0]}"
        numbered = "\n".join(f"    {i}: {cause}" for i, cause in enumerate(rest))
        return f"{first}\n\nCaused by:\n{numbered}"


@contextlib.contextmanager
def context(*texts: str) -> Iterator[None]:
    """Puts these contexts around a failure inside."""
    try:
        yield
    except Failure as failure:
        failure.causes[:0] = texts
        raise
    except storage.MissingFile as error:
        raise Failure(*texts, *error.causes) from error
    except (QueryError, FaultRaised) as error:
        raise Failure(*texts, str(error)) from error


class Snapshot:
    """The partitions that overlapped the call's range when it began."""

    def __init__(self, rows: list[PartitionRow]) -> None:
        self._rows: dict[str, list[PartitionRow]] = defaultdict(list)
        for row in rows:
            if row.view_instance_id == "global":
                self._rows[row.view_set_name].append(row)

    def overlapping(self, view_set: str, begin: int, end: int, schema_hash: bytes | None) -> list[PartitionRow]:
        return [
            row
            for row in self._rows.get(view_set, ())
            if row.begin_insert_time < end
            and row.end_insert_time > begin
            and (schema_hash is None or row.file_schema_hash == schema_hash)
        ]


def materialize(lake: Lake, view_set: str, begin: int, end: int, delta: int) -> LogRows:
    """`delta` in seconds. Failures are rows; the stream itself ends well."""
    try:
        with context("materialize_partitions_impl"):
            call = _Call(lake, view_set, begin, end)
            if delta <= 0 and lake.version != "0.30":
                raise Failure(
                    "materialize_partition_range: partition_time_delta must be positive, "
                    f"got TimeDelta {{ secs: {delta}, nanos: 0 }}"
                )
            yield from call.materialize_range(begin, end, delta * SECOND)
    except Failure as failure:
        yield lake.clock(), failure.text()
        if failure.aftermath is not None:
            yield from failure.aftermath()


def regenerate(lake: Lake, view_set: str, begin: int, end: int, delta: int) -> LogRows:
    """`delta` in seconds. A failure ends the stream with EngineError, and what was there stays."""
    try:
        with context("regenerate_partitions_impl"):
            call = _Call(lake, view_set, begin, end)
            if delta <= 0 or end - begin < delta * SECOND or (end - begin) % (delta * SECOND):
                raise Failure(
                    f"regenerate_partitions: delta (PT{delta}S) does not exactly tile the requested range "
                    f"[{rfc3339(begin)}, {rfc3339(end)}] -- range/delta must exactly cover the partition(s) being "
                    "regenerated."
                )
            for bucket in range(begin, end, delta * SECOND):
                yield from call.regenerate_bucket(bucket, bucket + delta * SECOND)
    except Failure as failure:
        raise EngineError(f"Internal error: {failure.text()}\n{BUG}") from failure


class _Call:
    """One call of a mutator: the view it is about and the catalog as it found it."""

    def __init__(self, lake: Lake, view_set: str, begin: int, end: int) -> None:
        view = lake.definitions.get(view_set)
        if view is None or not view.has_global:
            raise Failure(f"can't find view {view_set}")
        self.lake = lake
        self.view = view
        self.snapshot = Snapshot(lake.catalog.overlapping(begin, end))
        self.buckets = 0

    def materialize_range(self, begin: int, end: int, delta: int) -> LogRows:
        first, last = begin, begin + delta
        while last <= end:
            with context("materialize_partition"):
                yield from self._materialize(first, last)
            first, last = last, last + delta

    def _materialize(self, begin: int, end: int) -> LogRows:
        with context("make_batch_partition_spec"):
            source = sources.make(self.lake, self.view, self.snapshot, begin, end)
        about = f"[{rfc3339(begin)}, {rfc3339(end)}] {self.view.name} global"
        existing = self.snapshot.overlapping(self.view.name, begin, end, self.view.schema_hash)
        for row in existing:
            if row.begin_insert_time < begin or row.end_insert_time > end:
                where = f"[{rfc3339(row.begin_insert_time)}, {rfc3339(row.end_insert_time)}]"
                yield self._row(f"{about}: found overlapping partition {where}, aborting the update")
                return
        before = sum(source_count(row) for row in existing)
        if not existing:
            yield self._row(f"{about}: matching partitions not found")
        elif source.count != before:
            counts = f"({source.count} vs {before})"
            told = f"existing partitions do not match source data {counts} : creating a new partition"
            yield self._row(f"{about}: {told}")
        elif len(existing) == 1:
            yield self._row(f"{about}: already up to date, nb_source_events={source.count}")
            return
        else:
            yield from self._merge_or_divide(existing, begin, end, about)
            return
        longest = self.view.source_delta * SECOND
        if end - begin > longest:
            with context("materialize_partition_range"):
                yield from self.materialize_range(begin, end, longest)
        else:
            with context("writing partition"):
                yield from self._write(source, begin, end)

    def _merge_or_divide(self, existing: list[PartitionRow], begin: int, end: int, about: str) -> LogRows:
        longest = self.view.merge_delta * SECOND
        if end - begin <= longest:
            with context("create_merged_partition"):
                yield from self._merge(existing, begin, end, about)
        elif all(row.end_insert_time - row.begin_insert_time == longest for row in existing):
            yield self._row(f"{about}: subpartitions already present")
        else:
            with context("materialize_partition_range"):
                yield from self.materialize_range(begin, end, longest)

    def _merge(self, existing: list[PartitionRow], begin: int, end: int, about: str) -> LogRows:
        size = sum(row.file_size for row in existing)
        yield self._row(f"{about}: merging {len(existing)} partitions sum_size={size}")
        started = time.monotonic()
        self._begin_bucket(begin, end)
        with context("view.merge_partitions"):
            table = sources.merge(self.lake, self.view, [row for row in existing if row.num_rows])
        yield from self._commit(table, sum(source_count(row) for row in existing), begin, end)
        yield self._row(f"{about}: merge completed in {time.monotonic() - started:.3f}s")

    def regenerate_bucket(self, begin: int, end: int) -> LogRows:
        with context("regenerate_partition"):
            for row in self.snapshot.overlapping(self.view.name, begin, end, None):
                if row.begin_insert_time < begin or row.end_insert_time > end:
                    raise Failure(
                        "verify_force_regeneration_alignment",
                        f"regenerate_partitions: regeneration bucket [{rfc3339(begin)}, {rfc3339(end)}] does not fully "
                        f"contain existing partition [{rfc3339(row.begin_insert_time)}, "
                        f"{rfc3339(row.end_insert_time)}] for {self.view.name}/global -- the requested range/delta "
                        "must exactly cover the partition(s) being regenerated",
                    )
            with context("make_batch_partition_spec"):
                source = sources.make(self.lake, self.view, self.snapshot, begin, end)
            with context("writing partition"):
                yield from self._write(source, begin, end)

    def _write(self, source: sources.Source, begin: int, end: int) -> LogRows:
        yield self._row(f"writing [{self.view.name}, global] {rfc3339(begin)} {rfc3339(end)}")
        if source.blocks is not None:
            yield self._row(f"reading {source.blocks} blocks")
        try:
            with context():
                self._begin_bucket(begin, end)
                table, skipped = source.rows()
        except Failure as failure:
            if source.by_query:
                failure.aftermath = lambda: self._commit(None, source.count, begin, end)
            raise
        for causes in skipped:
            yield self._row(Failure("processing source block", *causes).text())
        yield from self._commit(table, source.count, begin, end, source.sort_order)

    def _begin_bucket(self, begin: int, end: int) -> None:
        number = self.buckets
        self.buckets += 1
        self.lake.faults.check("bucket", number, view_set=self.view.name, begin=begin, end=end)

    def _commit(
        self, table: pa.Table | None, count: int, begin: int, end: int, order: tuple[str, ...] | None = None
    ) -> LogRows:
        yield from commit(self.lake, self.view, "global", table, count, begin, end, order or sources.order(self.view))

    def _row(self, text: str) -> tuple[int, str]:
        return self.lake.clock(), text


def commit(
    lake: Lake,
    view: ViewSet,
    instance: str,
    table: pa.Table | None,
    count: int,
    begin: int,
    end: int,
    order: tuple[str, ...] | None = None,
    sort_key: int | None = None,
    replaces: Replaces | None = None,
) -> LogRows:
    """Writes the rows (None: there are none) and commits one partition in the place of all within its range.

    Nothing is held between the yields; the rows to replace are looked up again in the transaction. `replaces` finds
    them, where it is another rule than `contained`.
    """
    table = table if table is not None else view.schema.empty_table()
    if table.num_rows == 0:
        about = f"[{view.name}, {instance}] {rfc3339(begin)} {rfc3339(end)}"
        yield lake.clock(), f"creating empty partition record for {about}"
    row = sources.write_partition(lake, view, instance, table, count, begin, end, lake.clock(), order, sort_key)
    try:
        yield from _replace(lake, row, replaces or contained)
    except BaseException:
        if row.file_path is not None and not lake.catalog.by_file(row.file_path):
            storage.remove(lake, row.file_path)
        raise


def _replace(lake: Lake, row: PartitionRow, replaces: Replaces) -> LogRows:
    begin, end = row.begin_insert_time, row.end_insert_time
    where = {"view_set": row.view_set_name, "begin": begin, "end": end}
    about = f"view={row.view_set_name}/{row.view_instance_id} time_range=[{display(begin)}, {display(end)}]"
    count = source_count(row)
    yield lake.clock(), f"[PARTITION_WRITE_START] {about} source_rows={count} - lock acquired"
    old = replaces(lake, row.view_set_name, row.view_instance_id, begin, end)
    if old:
        yield lake.clock(), f"[RETIRE_FOUND] {about} found_partitions={len(old)}"
    for other in old:
        if other.file_path is not None:
            yield lake.clock(), f"adding out of date partition {other.file_path} to temporary files to be deleted"
    with context("insert_partition"):
        lake.faults.check("before_commit", **where)
    try:
        with lake.catalog.transaction():
            old = replaces(lake, row.view_set_name, row.view_instance_id, begin, end)
            lake.catalog.delete(old, expiration(lake))
            lake.catalog.insert(row)
    except OverlapError as error:
        yield lake.clock(), f"[PARTITION_INSERT_ERROR] {about} source_rows={count} error={error}"
        raise Failure(
            "insert_partition",
            f"new partition {row.view_set_name}/{row.view_instance_id} [{rfc3339(begin)}, {rfc3339(end)}] overlaps an "
            "existing partition that this write's retire step (Containment) did not replace, so this write cannot "
            f"replace it (likely a concurrent materialization or merge). Postgres detail: {error}",
        ) from error
    with context():
        lake.faults.check("after_commit", **where)


def contained(lake: Lake, view_set: str, instance: str, begin: int, end: int) -> list[PartitionRow]:
    """Rows of any hash that a partition of this range replaces; a zero-width one only its own equals."""
    if begin == end:
        return lake.catalog.exact(view_set, instance, begin, end)
    return lake.catalog.contained(view_set, instance, begin, end)


def expiration(lake: Lake) -> int:
    """When a retired file may be deleted: an hour from now."""
    return lake.clock() + 3600 * SECOND
