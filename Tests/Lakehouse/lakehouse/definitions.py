"""The view sets of a lake: those every server version brings, and those that CREATE MATERIALIZED VIEW adds."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from . import schemas, view_queries
from .types import EngineError, Lake, ViewSet, ViewStatement

HOUR = 3600
DAY = 24 * HOUR

#: Set: (update group, has global, instance of, reads, longest from source, longest by merging, event time, view maker).
BUILTIN: dict[str, tuple] = {
    "async_events": (None, False, "process", ("blocks",), HOUR, HOUR, ("time", "time"), True),
    "blocks": (1000, True, None, (), HOUR, DAY, ("begin_time", "insert_time"), False),
    "images": (None, False, "process", ("blocks",), HOUR, HOUR, ("time", "time"), True),
    "log_entries": (2000, True, "process", ("blocks",), HOUR, HOUR, ("time", "time"), True),
    "log_stats": (3000, True, None, ("blocks", "log_entries"), DAY, DAY, ("time_bin", "time_bin"), False),
    "measures": (2000, True, "process", ("blocks",), HOUR, HOUR, ("time", "time"), True),
    "net_spans": (None, False, "process", ("blocks",), HOUR, HOUR, ("begin_time", "end_time"), True),
    "otel_spans": (None, False, "process", ("blocks",), HOUR, HOUR, ("start_time", "end_time"), True),
    "processes": (2000, True, None, ("blocks",), DAY, DAY, ("insert_time", "last_update_time"), False),
    "streams": (2000, True, None, ("blocks",), DAY, DAY, ("insert_time", "last_update_time"), False),
    "thread_spans": (None, False, "stream", ("blocks", "streams", "processes"), HOUR, HOUR, ("begin", "end"), True),
}


def builtin(name: str, version: str, updated_at: int = 0) -> ViewSet:
    """A view set as `version` brings it."""
    group, has_global, instance_of, reads, source_delta, merge_delta, event_time, maker = BUILTIN[name]
    schema = schemas.columns(name, version)
    view = ViewSet(
        name=name,
        schema_hash=schemas.HASHES[version][name],
        schema=schema,
        schema_text=schemas.debug_text(schema),
        update_group=group,
        has_global=has_global,
        instance_of=instance_of,
        reads=reads,
        source_delta=source_delta,
        merge_delta=merge_delta,
        event_time=event_time,
        has_view_maker=maker,
        options=view_queries.builtin_options(name, version),
    )
    if name == "log_stats":
        # A query shows the merge query's columns: its sum is nullable, the count it sums is not.
        at = schema.get_field_index("count")
        view = replace(view, schema=schema.set(at, schema.field(at).with_nullable(True)))
        if version != "0.30":
            view = replace(
                view,
                definition_sql=view_queries.LOG_STATS_DEFINITION,
                updated_at=updated_at,
                updated_by="migration",
                source="ddl",
            )
    return view


class Definitions:
    """The view sets of one lake; user-defined ones live beside its catalog."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        upgraded = lake.catalog.meta("upgraded_at")
        updated_at = int(upgraded) if upgraded else lake.clock()
        self._builtin = {name: builtin(name, lake.version, updated_at) for name in BUILTIN}
        self._created: dict[str, ViewSet] = {}
        for key, value in lake.catalog.metas("view:"):
            self._created[key] = _decode(value)

    def all(self) -> Sequence[ViewSet]:
        return tuple(sorted([*self._builtin.values(), *self._created.values()], key=lambda view: view.name))

    def get(self, name: str) -> ViewSet | None:
        return self._created.get(name) or self._builtin.get(name)

    def put(self, view: ViewSet) -> None:
        with self._lake.catalog.transaction():
            self._lake.catalog.set_meta(f"view:{view.name}", _encode(view))
        self._created[view.name] = view

    def remove(self, name: str) -> None:
        with self._lake.catalog.transaction():
            self._lake.catalog.retire(name)
            self._lake.catalog.set_meta(f"view:{name}", None)
        del self._created[name]

    def is_created(self, name: str) -> bool:
        return name in self._created

    def is_builtin(self, name: str) -> bool:
        return name in self._builtin


def open(lake: Lake) -> Definitions:
    return Definitions(lake)


_REQUIRED = ("extract_query", "count_src_query", "merge_partitions_query", "update_group", "time_column")


def create_view(lake: Lake, statement: ViewStatement) -> str:
    """Runs CREATE [OR REPLACE] MATERIALIZED VIEW; answers "created" or "replaced"."""
    definitions: Definitions = lake.definitions
    name, options = statement.name, statement.options
    if definitions.is_builtin(name):
        raise EngineError(f"materialized view '{name}' conflicts with a built-in view set")
    exists = definitions.is_created(name)
    if exists and not statement.or_replace:
        raise EngineError(f"materialized view '{name}' already exists")
    missing = [option for option in _REQUIRED if option not in options]
    if missing:
        raise EngineError(f"missing option '{missing[0]}' in CREATE MATERIALIZED VIEW {name}")
    group = _group(options["update_group"])
    reads = _reads(definitions, name, statement.sql, group)
    definitions.put(view_of(statement, _planned(lake, options), group, reads, lake.clock()))
    return "replaced" if exists else "created"


def drop_view(lake: Lake, name: str) -> bool:
    """Runs DROP MATERIALIZED VIEW: its partitions go with it. False: there is no such view."""
    if not lake.definitions.is_created(name):
        return False
    lake.definitions.remove(name)
    return True


def view_of(
    statement: ViewStatement, schema: pa.Schema, group: int, reads: tuple[str, ...], updated_at: int
) -> ViewSet:
    """The view set that a statement defines, once its extract query was planned."""
    options = statement.options
    time_column = options["time_column"]
    if time_column not in schema.names:
        raise EngineError(f"time_column '{time_column}' is not a column of {statement.name}'s extract_query")
    text = schemas.debug_text(schema)
    return ViewSet(
        name=statement.name,
        schema_hash=hashlib.blake2b(text.encode(), digest_size=8).digest(),
        schema=schema,
        schema_text=text,
        update_group=group,
        has_global=True,
        instance_of=None,
        reads=reads,
        source_delta=_seconds(options.get("source_partition_delta", "1 hour")),
        merge_delta=_seconds(options.get("merge_partition_delta", "1 day")),
        event_time=(time_column, time_column),
        has_view_maker=False,
        definition_sql=statement.sql,
        options=dict(options),
        updated_at=updated_at // 1000 * 1000,
        updated_by=statement.user,
        source="ddl",
    )


def _planned(lake: Lake, options: dict[str, str]) -> pa.Schema:
    from . import sql, workers

    now = view_queries.rfc3339(lake.clock())
    text = options["extract_query"].replace("{begin}", now).replace("{end}", now)
    return workers.call(sql.plan, lake, text)


def _reads(definitions: Definitions, name: str, text: str, group: int) -> tuple[str, ...]:
    """The view sets whose names stand as identifiers in the definition."""
    words = {word.strip('"') for word in re.findall(r"""'[^']*'|"[^"]*"|[A-Za-z_]\w*""", text)}
    found = [view for view in definitions.all() if view.name in words and view.name != name]
    for view in found:
        if view.update_group is None or view.update_group >= group:
            raise EngineError(
                f"update_group {group} of {name} must be greater than that of {view.name}, which it reads"
            )
    return tuple(view.name for view in found)


def _group(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise EngineError(f"update_group must be an integer, got '{text}'") from None


_UNITS = {"second": 1, "minute": 60, "hour": HOUR, "day": DAY}


def _seconds(text: str) -> int:
    match = re.fullmatch(r"\s*(\d+)\s*(second|minute|hour|day)s?\s*", text)
    if match is None:
        raise EngineError(f"cannot read the duration '{text}'")
    return int(match[1]) * _UNITS[match[2]]


def _encode(view: ViewSet) -> str:
    fields = {key: value for key, value in view.__dict__.items() if key not in ("schema", "schema_hash")}
    fields["schema"] = view.schema.serialize().to_pybytes().hex()
    fields["schema_hash"] = view.schema_hash.hex()
    return json.dumps(fields)


def _decode(text: str) -> ViewSet:
    fields = json.loads(text)
    fields["schema"] = pa.ipc.read_schema(pa.py_buffer(bytes.fromhex(fields["schema"])))
    fields["schema_hash"] = bytes.fromhex(fields["schema_hash"])
    return ViewSet(**fields | {"reads": tuple(fields["reads"]), "event_time": tuple(fields["event_time"])})
