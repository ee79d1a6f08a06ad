"""Statements: DataFusion's, one session each, and the DDL of materialized views, which DataFusion does not parse."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
from datafusion import DataFrame, SessionConfig, SessionContext, SQLOptions, Table

from . import definitions, functions, wire
from .clock import TimeError
from .types import Lake, NotFound, QueryError, ViewStatement
from .views import SERVER, Scope, view_dataset

_BUG = (
    ".\nThis issue was likely caused by a bug in DataFusion's code. Please help us to resolve this by filing a bug "
    "report in our issue tracker: https://github.com/apache/datafusion/issues"
)


class Refused(Exception):
    """A statement's failure as the caller reads it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def session(scope: Scope) -> SessionContext:
    """What one statement sees: the global views and the functions, for this caller."""
    # One partition, or order and the sizes of batches would vary from run to run.
    ctx = SessionContext(SessionConfig().with_target_partitions(1).with_batch_size(8192))
    functions.register(ctx, scope)
    for view in scope.lake.definitions.all():
        if view.has_global:
            ctx.register_table(view.name, Table(view_dataset(scope, view, "global")))
    return ctx


_READ_ONLY = SQLOptions().with_allow_ddl(False).with_allow_dml(False)


@dataclass
class Statement:
    """A planned statement. `rows()` runs it."""

    scope: Scope
    frame: DataFrame
    schema: pa.Schema
    preserve_dictionary: bool

    @property
    def wire_schema(self) -> pa.Schema:
        return self.schema if self.preserve_dictionary else wire.hydrated_schema(self.schema)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Batches with exactly the announced schema; DataFusion's own can differ in what may be null."""
        announced = self.wire_schema
        try:
            for raw in self.frame.execute_stream():
                batch = self._with_messages(raw.to_pyarrow())
                columns = [
                    c if c.type == f.type else c.cast(f.type) for c, f in zip(batch.columns, announced, strict=True)
                ]
                if columns:
                    yield pa.RecordBatch.from_arrays(columns, schema=announced)
        except Refused:
            raise
        except Exception as error:
            raise Refused("INTERNAL", dressed("error building data stream", _told(self.scope, error))) from error
        finally:
            self.scope.close()

    def _with_messages(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The answer of a retire function that has other rows than it was asked for."""
        messages, self.scope.replaced_messages = self.scope.replaced_messages, None
        if messages is None:
            return batch
        if batch.num_columns != 1:
            raise QueryError(
                "Arrow error: Invalid argument error: all columns in a record batch must have the same length"
            )
        return pa.RecordBatch.from_arrays([pa.array(messages, pa.string())], schema=batch.schema)


def prepare(scope: Scope, text: str, limit: int | None = None, preserve_dictionary: bool = False) -> Statement:
    """Plans a statement; nothing runs."""
    try:
        frame = session(scope).sql_with_options(text, _READ_ONLY)
        if limit is not None:
            frame = frame.limit(limit)
        return Statement(scope, frame, frame.schema(), preserve_dictionary)
    except Exception as error:
        told = _told(scope, error)
        code = "INTERNAL" if isinstance(scope.error, TimeError) else "INVALID_ARGUMENT"
        raise Refused(code, dressed("error building dataframe", _located(told, text))) from error


def dressed(what: str, message: str) -> str:
    return f"{what}: {message} (query_id={uuid.uuid4()})"


def _told(scope: Scope, error: BaseException) -> str:
    """DataFusion's words, or those of our function that failed within it."""
    if scope.error is not None:
        kept = scope.error
        whole = isinstance(kept, (QueryError, TimeError)) or str(kept).startswith("Internal error: ")
        return str(kept) if whole else f"Internal error: {kept}{_BUG}"
    return str(error).removeprefix("DataFusion error: ").replace(".\nValid fields are", ". Valid fields are")


_NAMED = re.compile(
    r"table '(?:datafusion\.public\.)?(?P<table>[^']+)' not found|Invalid function '(?P<function>[^']+)'"
    r"|No field named (?P<field>[^.\s]+(?:\.[^.\s]+)*)\."
)


def _located(message: str, sql: str) -> str:
    """The real server's planning errors say where and repeat the nearest name."""
    match = _NAMED.search(message)
    if match is None:
        return message
    name = next(g for g in match.groups() if g)
    if name not in sql:
        return message
    before = sql[: re.search(rf"(?<!\w){re.escape(name)}(?!\w)|$", sql).start()]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    message += f" (at line {line}, column {column})"
    near = re.search(r"Did you mean '([^']+)'\?", message)
    return f"{message}\nnote: Possible function '{near.group(1)}'" if near else message


# For the engine's own queries.


def run(
    lake: Lake, text: str, begin: int | None = None, end: int | None = None, tables: dict[str, pa.Table] | None = None
) -> pa.Table:
    """A query over the partitions whose insert times overlap [begin, end), and the given tables."""
    statement = _internal(lake, text, begin, end, tables)
    try:
        return pa.Table.from_batches(statement.batches(), statement.wire_schema)
    except Refused as error:
        raise QueryError(_undressed(str(error))) from error


def plan(lake: Lake, text: str, tables: dict[str, pa.Table] | None = None) -> pa.Schema:
    return _internal(lake, text, None, None, tables).schema


def _internal(
    lake: Lake, text: str, begin: int | None, end: int | None, tables: dict[str, pa.Table] | None
) -> Statement:
    scope = Scope(lake, SERVER, insert_range=(begin, end))
    ctx = session(scope)
    for name, table in (tables or {}).items():
        ctx.register_record_batches(name, [table.to_batches()])
    try:
        frame = ctx.sql_with_options(text, _READ_ONLY)
        return Statement(scope, frame, frame.schema(), preserve_dictionary=True)
    except Exception as error:
        raise QueryError(_told(scope, error)) from error


def _undressed(message: str) -> str:
    return re.sub(r"^error building data stream: | \(query_id=[-0-9a-f]+\)$", "", message)


# CREATE and DROP MATERIALIZED VIEW

_CREATE = re.compile(
    r"\s*CREATE\s+(?P<replace>OR\s+REPLACE\s+)?MATERIALIZED\s+VIEW\s+(?P<name>\w+)\s+WITH\s*\((?P<options>.*)\)\s*;?\s*",
    re.IGNORECASE | re.DOTALL,
)
_DROP = re.compile(r"\s*DROP\s+MATERIALIZED\s+VIEW\s+(?P<name>\w+)\s*;?\s*", re.IGNORECASE)
_OPTION = re.compile(
    r"\s*(?P<key>\w+)\s*=\s*(?:\$\$(?P<dollars>.*?)\$\$|'(?P<text>(?:[^']|'')*)'|(?P<number>\d+))\s*(?:,|$)", re.DOTALL
)
_STATUS = pa.schema(
    [pa.field("view_set_name", pa.string(), nullable=False), pa.field("status", pa.string(), nullable=False)]
)


def view_statement(scope: Scope, text: str) -> pa.RecordBatch | None:
    """Runs the DDL of materialized views; None for every other statement."""
    create, drop = _CREATE.fullmatch(text), _DROP.fullmatch(text)
    if scope.lake.version == "0.30" or not (create or drop):
        return None
    if not scope.identity.admin:
        raise Refused("PERMISSION_DENIED", "CREATE/DROP MATERIALIZED VIEW requires admin privileges")
    name = (create or drop).group("name")
    try:
        if create:
            replace = create.group("replace") is not None
            options = _options(create.group("options"))
            statement = ViewStatement(name, replace, options, text.strip(), scope.identity.name)
            status = definitions.create_view(scope.lake, statement)
        else:
            if not definitions.drop_view(scope.lake, name):
                raise NotFound(f"materialized view '{name}' does not exist")
            status = "dropped"
    except NotFound as error:
        raise Refused("NOT_FOUND", str(error)) from error
    except Exception as error:
        raise Refused("INVALID_ARGUMENT", str(error)) from error
    return pa.RecordBatch.from_arrays([pa.array([name]), pa.array([status])], schema=_STATUS)


def _options(text: str) -> dict[str, str]:
    options, at = {}, 0
    while text[at:].strip():
        match = _OPTION.match(text, at)
        if match is None:
            raise Refused("INVALID_ARGUMENT", f"cannot parse the options at: {text[at:].strip()[:40]}")
        value = next(v for v in match.group("dollars", "text", "number") if v is not None)
        options[match.group("key").lower()] = value.replace("''", "'") if match.group("text") is not None else value
        at = match.end()
    return options
