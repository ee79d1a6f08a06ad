"""What the parts of the lakehouse say to one another.

The front (wire, service, sql, views, faults, golden) knows of the engine (catalog, telemetry, engine, definitions,
scenarios) only what stands here, and the other way round. Times are nanoseconds since 1970 UTC, as int, everywhere.

Signatures of the modules that are not classes here:

    engine.materialize(lake, view_set: str, begin: int, end: int, delta: int)   -> LogRows     delta in seconds
    engine.regenerate(lake, view_set: str, begin: int, end: int, delta: int)    -> LogRows     raises EngineError
    engine.retire_range(lake, view_set: str, instance: str, begin: int, end: int) -> LogRows
    engine.retire_by_file(lake, paths: list[str | None])                        -> list[str]   one message a path
    engine.retire_by_metadata(lake, rows: list[tuple])                          -> list[str]   perhaps one row more
    engine.ensure_instance(lake, view_set, instance, begin, end)                -> None        raises EngineError
    engine.get_payload(lake, process_id, stream_id, block_id)                   -> bytes       raises EngineError
    engine.merged(lake, view: ViewSet, table: pa.Table)                         -> pa.Table    by its merge query
    engine.bulk_ingest(lake, table_name: str, table: pa.Table)                  -> int         raises EngineError
    definitions.create_view(lake, statement: ViewStatement)                     -> str         "created", "replaced"
    definitions.drop_view(lake, name: str)                                      -> bool        False: there was none
    scenarios.build(name: str, directory: Path, version: str, now: int)         -> None        a lake to be opened
    scenarios.NAMES                                                             -> tuple[str, ...]
    scenarios.GOLDEN    (server, section) of the goldens' sequence.json to the scenario that the section starts from:
                        dict[tuple[str, str], str]. No scenario reads a recorded answer, list-partitions' included: it
                        computes its rows from telemetry of its own, and takes from the goldens no more than the names
                        that their requests hold (four `.old` paths, instances)

and what the front offers to the engine (for log_stats and user-defined views), to be called on a thread of the engine
only, never inside a DataFusion call:

    sql.run(lake, text, begin=None, end=None, tables={"source": pa.Table})      -> pa.Table    raises QueryError
    sql.plan(lake, text, tables={…})                                            -> pa.Schema   raises QueryError

`begin` and `end` there are insert times: only partitions that overlap [begin, end) are read. Global views by name.
"""

from __future__ import annotations

import contextlib
import copy
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pyarrow as pa

VERSIONS = ("0.30", "0.33")

#: One log row of a mutator: (time, msg). A generator commits between its yields and, when it is closed (GeneratorExit,
#: which `LIMIT 1` or a cancelled call cause), does nothing more. All steps of one generator run on one thread.
LogRows = Generator[tuple[int, str], None, None]


class EngineError(Exception):
    """A failure with the text the real server gives, without the dress (`error building data stream: …`)."""


class QueryError(Exception):
    """A query that did not plan or run; its text is what DataFusion says, undressed."""


class NotFound(Exception):
    """gRPC NOT_FOUND with this text."""


@dataclass(frozen=True, slots=True)
class PartitionRow:
    """A row of the catalog, as list_partitions() shows it."""

    view_set_name: str
    view_instance_id: str
    begin_insert_time: int
    end_insert_time: int
    min_event_time: int | None
    max_event_time: int | None
    updated: int
    file_path: str | None
    file_size: int
    file_schema_hash: bytes
    source_data_hash: bytes
    num_rows: int
    partition_format_version: int = 2
    sort_order: tuple[str, ...] | None = None
    max_sort_key_time: int | None = None


@dataclass(frozen=True)
class ViewSet:
    """A view set as one server version defines it."""

    name: str
    schema_hash: bytes
    #: Columns as the Parquet files hold them and as a query with `preserve_dictionary` shows them.
    schema: pa.Schema
    #: The debug text of list_view_sets().
    schema_text: str
    #: None: just in time.
    update_group: int | None
    has_global: bool
    #: Whose id the other instances carry: "process", "stream" or None.
    instance_of: str | None
    reads: tuple[str, ...]
    #: Longest partition made from source, longest by merging, in seconds.
    source_delta: int
    merge_delta: int
    #: Columns that hold a row's event time: (first, last); a query range prunes on them.
    event_time: tuple[str, str]
    has_view_maker: bool
    #: For views of the DDL: the statement, its options, when and by whom.
    definition_sql: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    updated_at: int | None = None
    updated_by: str | None = None
    source: str = "builtin"


@dataclass(frozen=True)
class ViewStatement:
    """CREATE [OR REPLACE] MATERIALIZED VIEW, parsed."""

    name: str
    or_replace: bool
    #: extract_query, count_src_query, merge_partitions_query, update_group, time_column, … as texts.
    options: dict[str, str]
    sql: str
    user: str


class Catalog(Protocol):
    def snapshot(self) -> pa.Table:
        """All rows with the exact schema of list_partitions() on this server version."""

    def rows(
        self,
        view_set: str,
        instance: str | None = None,
        schema_hash: bytes | None = None,
        begin: int | None = None,
        end: int | None = None,
    ) -> list[PartitionRow]:
        """Rows in order of begin; those that overlap [begin, end) if given, a zero-width row counting as a point."""

    def transaction(self) -> contextlib.AbstractContextManager:
        """One transaction is one commit; an exception rolls it back. Holds the catalog's lock."""


class Definitions(Protocol):
    def all(self) -> Sequence[ViewSet]: ...

    def get(self, name: str) -> ViewSet | None: ...


class Faults(Protocol):
    """Asked by the engine at named points; does nothing unless a fault was set through the control port."""

    def check(self, point: str, n: int = 0, **context: object) -> None:
        """May sleep, or raise FaultRaised.

        "retire_row" (n: index in its batch; raised: this row is an ERROR row with the fault's text);
        "forget" (raised: a batch that was answered with success is not committed);
        "bucket" (n: buckets begun in this call; view_set, begin, end; raised: this bucket fails the way a query over
        a missing file fails); "before_commit" (view_set, begin, end; sleeps: commit late; raised: nothing is
        committed and the text becomes a failure row); "after_commit" (view_set, begin, end).
        """


class FaultRaised(Exception):
    """A fault that was asked for."""


class Lake:
    """One lakehouse: a directory with a catalog, telemetry and Parquet files, served at one version."""

    def __init__(self, directory: Path, version: str, clock: Callable[[], int], faults: Faults) -> None:
        from . import catalog, definitions, telemetry

        if version not in VERSIONS:
            raise ValueError(f"version {version!r} is none of {', '.join(VERSIONS)}")
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.version = version
        #: The server's now. Every `updated`, every log row's time and the `date` header come from it.
        self.clock = clock
        self.faults = faults
        #: Parquet files stand under it at the catalog's relative paths.
        self.store = directory / "store"
        self.lock = threading.RLock()
        self.catalog: Catalog = catalog.open(self)
        self.telemetry = telemetry.open(self)
        self.definitions: Definitions = definitions.open(self)

    def replica(self, version: str) -> Lake:
        """A server of another version on the same catalog, telemetry and files. Not to be closed."""
        from . import definitions

        other = copy.copy(self)
        other.version = version
        other.definitions = definitions.open(other)
        return other

    def close(self) -> None:
        self.catalog.close()
        self.telemetry.close()
