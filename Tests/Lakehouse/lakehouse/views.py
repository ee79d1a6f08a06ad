"""Tables whose rows are made when they are read: views over Parquet files, listings, mutators' log rows.

DataFusion plans a pyarrow dataset without reading it, and reads it through `get_fragments`; a dataset whose fragments
hand out a generator therefore does nothing in a prepare or an EXPLAIN, streams its rows as they come, and is closed by
a LIMIT that has enough.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from . import engine
from .clock import timestamp_array
from .types import Lake, LogRows, PartitionRow, QueryError, ViewSet

BATCH_ROWS = 8192
LOG_SCHEMA = pa.schema(
    [pa.field("time", pa.timestamp("ns", "+00:00"), nullable=False), pa.field("msg", pa.string(), nullable=False)]
)
MakeBatches = Callable[[list[str] | None], Iterable[pa.RecordBatch]]


class Scanner:
    def __init__(self, dataset: LazyDataset, columns: list[str] | None, filter: ds.Expression | pa.Scalar | None):
        self._dataset, self._columns, self._filter = dataset, columns, filter

    @property
    def projected_schema(self) -> pa.Schema:
        schema = self._dataset.schema
        return schema if self._columns is None else pa.schema([schema.field(c) for c in self._columns])

    def to_batches(self) -> Iterator[pa.RecordBatch]:
        # DataFusion leaves each filter that it could translate to the scanner alone; it may name any column.
        condition, names = self._filter, self.projected_schema.names
        if isinstance(condition, pa.Scalar):
            if not condition.as_py():
                return
            condition = None
        for batch in self._dataset.batches(names if condition is None else None):
            if condition is not None:
                batch = batch.filter(condition)
            for start in range(0, batch.num_rows, BATCH_ROWS):
                yield batch.slice(start, BATCH_ROWS).select(names)


class Fragment:
    def __init__(self, dataset: LazyDataset) -> None:
        self._dataset = dataset

    def scanner(self, *_: object, columns=None, filter=None, **__: object) -> Scanner:
        return Scanner(self._dataset, columns, filter)


class LazyDataset(ds.InMemoryDataset):
    """A dataset of the batches that `batches(columns)` makes when it is scanned; None asks for all columns."""

    def __init__(self, schema: pa.Schema, batches: MakeBatches) -> None:
        super().__init__(schema.empty_table())
        self.batches = batches

    def get_fragments(self, filter=None) -> Iterator[Fragment]:
        return iter([Fragment(self)])

    def scanner(self, *_: object, columns=None, filter=None, **__: object) -> Scanner:
        return Scanner(self, columns, filter)


@dataclass(frozen=True)
class Identity:
    """Who calls: what they may do and which partitions they see (`all`, `instances`: no global one, `nothing`)."""

    name: str
    admin: bool
    sees: str = "all"

    def may_see(self, instance: str) -> bool:
        return self.sees == "all" or (self.sees == "instances" and instance != "global")

    def visible(self, listing: pa.Table) -> pa.Table:
        if self.sees == "all":
            return listing
        if self.sees == "nothing":
            return listing.slice(0, 0)
        return listing.filter(pc.not_equal(listing.column("view_instance_id"), "global"))


#: The server itself, computing a view from others.
SERVER = Identity("server", admin=False)


@dataclass
class Scope:
    """What one statement may read, how it failed, and what has to be closed after it."""

    lake: Lake
    identity: Identity
    #: Event times of `query_range_begin` and `…_end`.
    event_range: tuple[int, int] | None = None
    #: Insert times, for the engine's own queries.
    insert_range: tuple[int | None, int | None] = (None, None)
    #: The exception a function of ours raised: DataFusion hands on only its text, within a traceback.
    error: BaseException | None = None
    #: Messages that a scalar function gave where it was asked for one row.
    replaced_messages: list[str] | None = None
    steps: list[Steps] = field(default_factory=list)

    def dataset(self, schema: pa.Schema, batches: MakeBatches) -> LazyDataset:
        """A lazy dataset whose failure is kept."""

        def kept(columns: list[str] | None) -> Iterator[pa.RecordBatch]:
            try:
                yield from batches(columns)
            except Exception as error:
                self.error = error
                raise

        return LazyDataset(schema, kept)

    def log_rows(self, start: Callable[[], LogRows]) -> LazyDataset:
        """What an engine's generator says, row by row."""

        def batches(_: list[str] | None) -> Iterator[pa.RecordBatch]:
            steps = Steps(start)
            self.steps.append(steps)
            for time, message in steps:
                yield pa.RecordBatch.from_arrays([timestamp_array([time]), pa.array([message])], schema=LOG_SCHEMA)

        return self.dataset(LOG_SCHEMA, batches)

    def close(self) -> None:
        for steps in self.steps:
            steps.close()


def view_dataset(scope: Scope, view: ViewSet, instance: str) -> LazyDataset:
    """The rows of a view's instance: those of its files at the current hash."""

    def batches(columns: list[str] | None) -> Iterator[pa.RecordBatch]:
        if instance != "global" and view.instance_of is not None:
            begin, end = scope.event_range or (None, None)
            run_on_engine_thread(lambda: engine.ensure_instance(scope.lake, view.name, instance, begin, end))
        if not scope.identity.may_see(instance):
            return
        rows = scope.lake.catalog.rows(view.name, instance, view.schema_hash, *scope.insert_range)
        paths = [row.file_path for row in rows if row.file_path and _in_event_range(row, scope.event_range)]
        if "merge_partitions_query" in view.options and len(paths) > 1:
            yield from _merged(scope, view, paths, columns)
        else:
            for path in paths:
                yield from _read(scope, view, path, columns)

    return scope.dataset(view.schema, batches)


def _merged(scope: Scope, view: ViewSet, paths: list[str], columns: list[str] | None) -> Iterator[pa.RecordBatch]:
    """A view that a query defines is read through its merge query: an id of two partitions is one row."""
    batches = [batch for path in paths for batch in _read(scope, view, path, None)]
    table = pa.Table.from_batches(batches, view.schema)
    merged = run_on_engine_thread(lambda: engine.merged(scope.lake, view, table))
    for batch in merged.to_batches(BATCH_ROWS):
        yield batch if columns is None else batch.select(columns)


def _in_event_range(row: PartitionRow, wanted: tuple[int, int] | None) -> bool:
    if wanted is None or row.min_event_time is None or row.max_event_time is None:
        return True
    return row.min_event_time <= wanted[1] and row.max_event_time >= wanted[0]


def _read(scope: Scope, view: ViewSet, path: str, columns: list[str] | None) -> Iterator[pa.RecordBatch]:
    file = scope.lake.store / path
    names = view.schema.names if columns is None else columns
    needed = list(names)
    if scope.event_range is not None:
        needed += [c for c in dict.fromkeys(view.event_time) if c not in needed]
    schema = pa.schema([view.schema.field(c) for c in needed])
    try:
        parquet = pq.ParquetFile(file)
    except FileNotFoundError:
        raise QueryError(
            f"Parquet error: External: Object at location {file} not found: No such file or directory (os error 2)"
        ) from None
    with parquet:
        for batch in parquet.iter_batches(BATCH_ROWS, columns=needed) if needed else _only_counted(parquet):
            batch = _conform(batch, schema)
            if scope.event_range is not None:
                first, last = (pc.field(c) for c in view.event_time)
                begin, end = (pa.scalar(t, pa.timestamp("ns", "+00:00")) for t in scope.event_range)
                batch = batch.filter((last >= begin) & (first <= end))
            yield batch.select(names)


def _only_counted(parquet: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    """Batches without columns, for count(*)."""
    rows = pa.RecordBatch.from_arrays([pa.nulls(parquet.metadata.num_rows)], ["row"])
    yield rows.select([])


def _conform(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    if not schema.names:
        return batch
    columns = [batch.column(f.name) for f in schema]
    columns = [c if c.type == f.type else c.cast(f.type) for c, f in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def run_on_engine_thread(work: Callable[[], object]) -> object:
    """For work that uses DataFusion and is asked for from within DataFusion."""
    with ThreadPoolExecutor(1, "engine") as thread:
        return thread.submit(work).result()


class Steps:
    """Runs an engine's generator, each step on one thread of its own: DataFusion, on whose threads the rows are asked
    for, panics when it is called within itself."""

    def __init__(self, start: Callable[[], LogRows]) -> None:
        self._start = start
        self._rows: LogRows | None = None
        self._thread = ThreadPoolExecutor(1, "steps")
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._closed = False

    def __iter__(self) -> Iterator[tuple[int, str]]:
        try:
            while (row := self._step()) is not None:
                yield row
        finally:
            self.close()

    def _step(self) -> tuple[int, str] | None:
        with self._lock:
            return None if self._stopped.is_set() else self._thread.submit(self._next).result()

    def _next(self) -> tuple[int, str] | None:
        if self._rows is None:
            self._rows = self._start()
        return next(self._rows, None)

    def close(self) -> None:
        """Waits for the step that is running, which is the last; what it commits stays."""
        self._stopped.set()
        with self._lock:
            if not self._closed:
                self._closed = True
                if self._rows is not None:
                    self._thread.submit(self._rows.close).result()
                self._thread.shutdown()
