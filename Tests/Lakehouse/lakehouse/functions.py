"""The server's table and scalar functions, as one statement sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
from datafusion import Expr, SessionContext, Table, udf, udtf

from . import catalog, engine
from .clock import TimeError, parse_rfc3339, timestamp_array
from .types import Lake, QueryError
from .views import LazyDataset, Scope, run_on_engine_thread, view_dataset

TIME = pa.timestamp("ns", "+00:00")


class PlanError(QueryError):
    """An argument that a function does not take."""


class Arguments:
    """Constant arguments of a table function; they arrive folded."""

    def __init__(self, expressions: tuple[Expr, ...]) -> None:
        self._expressions = expressions

    def _value(self, index: int, ordinal: str, expected: str) -> pa.Scalar:
        if index >= len(self._expressions):
            raise PlanError(f"Error during planning: Missing {ordinal} argument, expected {expected}")
        expression = self._expressions[index]
        if expression.variant_name() != "Literal":
            raise PlanError(f"Error during planning: the {ordinal} argument is no constant, expected {expected}")
        value = expression.python_value()
        return value if isinstance(value, pa.Scalar) else pa.scalar(value)

    def text(self, index: int, ordinal: str, expected: str) -> str:
        value = self._value(index, ordinal, expected).as_py()
        if not isinstance(value, str):
            raise PlanError(f"Error during planning: can't convert {value!r} to {expected}")
        return value

    def time(self, index: int, ordinal: str) -> int:
        expected = "a UTC nanoseconds timestamp"
        value = self._value(index, ordinal, expected)
        if pa.types.is_timestamp(value.type) and value.is_valid:
            return value.cast(pa.timestamp("ns")).value
        if isinstance(value.as_py(), str):
            try:
                return parse_rfc3339(value.as_py())
            except TimeError as error:
                raise TimeError(f"External error: {error}") from None
        raise PlanError(f"Error during planning: can't convert {value.as_py()!r} to {expected}")

    def integer(self, index: int, ordinal: str, expected: str) -> int:
        value = self._value(index, ordinal, expected).as_py()
        if not isinstance(value, int):
            raise PlanError(f"Error during planning: can't convert {value!r} to {expected}")
        return value


def register(ctx: SessionContext, scope: Scope) -> None:
    """All functions that this caller has on this server version."""

    def table(name: str, make: Callable[[Arguments], LazyDataset]) -> None:
        def call(*expressions: Expr) -> Table:
            try:
                return Table(make(Arguments(expressions)))
            except Exception as error:
                scope.error = error
                raise

        ctx.register_udtf(udtf(call, name))

    for name, make in _table_functions(scope).items():
        table(name, make)
    _register_scalars(ctx, scope)


def _table_functions(scope: Scope) -> dict[str, Callable[[Arguments], LazyDataset]]:
    lake = scope.lake

    def listing(columns: list[str] | None) -> Iterator[pa.RecordBatch]:
        visible = scope.identity.visible(lake.catalog.snapshot())
        yield from (visible if columns is None else visible.select(columns)).to_batches()

    def view_instance(arguments: Arguments) -> LazyDataset:
        name = arguments.text(0, "first", "view_set_name: String")
        instance = arguments.text(1, "2nd", "view_instance_id: String")
        view = lake.definitions.get(name)
        if view is None:
            raise PlanError(f"Error during planning: view set {name} not found")
        return view_dataset(scope, view, instance)

    def walk(function: Callable) -> Callable[[Arguments], LazyDataset]:
        def call(arguments: Arguments) -> LazyDataset:
            view = arguments.text(0, "first", "view_set_name: String")
            # The real server counts these from two.
            begin, end = arguments.time(1, "3rd"), arguments.time(2, "4th")
            delta = arguments.integer(3, "5th", "a number of seconds(i64)")
            return scope.log_rows(lambda: function(lake, view, begin, end, delta))

        return call

    def retire_partitions(arguments: Arguments) -> LazyDataset:
        view = arguments.text(0, "first", "view_set_name: String")
        instance = arguments.text(1, "2nd", "view_instance_id: String")
        begin, end = arguments.time(2, "3rd"), arguments.time(3, "4th")
        return scope.log_rows(lambda: engine.retire_range(lake, view, instance, begin, end))

    functions = {
        "list_partitions": lambda _: scope.dataset(catalog.LISTING, listing),
        "list_view_sets": lambda _: scope.dataset(VIEW_SETS, lambda _: [view_sets(lake)]),
        "view_instance": view_instance,
    }
    if scope.identity.admin:
        functions["materialize_partitions"] = walk(engine.materialize)
        functions["regenerate_partitions"] = walk(engine.regenerate)
        functions["retire_partitions"] = retire_partitions
        if lake.version != "0.30":
            functions["list_view_set_definitions"] = lambda _: scope.dataset(
                VIEW_SET_DEFINITIONS, lambda _: [view_set_definitions(lake)]
            )
    return functions


VIEW_SETS = pa.schema(
    [
        pa.field("view_set_name", pa.string(), nullable=False),
        pa.field("current_schema_hash", pa.binary(), nullable=False),
        pa.field("schema", pa.string(), nullable=False),
        pa.field("has_view_maker", pa.bool_(), nullable=False),
        pa.field("global_instance_available", pa.bool_(), nullable=False),
    ]
)
VIEW_SET_DEFINITIONS = pa.schema(
    [
        pa.field("view_set_name", pa.string(), nullable=False),
        pa.field("definition_sql", pa.string()),
        pa.field("update_group", pa.int32()),
        pa.field("updated_at", TIME),
        pa.field("updated_by", pa.string()),
        pa.field("source", pa.string(), nullable=False),
    ]
)


def view_sets(lake: Lake) -> pa.RecordBatch:
    sets = lake.definitions.all()
    columns = [
        pa.array([v.name for v in sets], pa.string()),
        pa.array([v.schema_hash for v in sets], pa.binary()),
        pa.array([v.schema_text for v in sets], pa.string()),
        pa.array([v.has_view_maker for v in sets], pa.bool_()),
        pa.array([v.has_global for v in sets], pa.bool_()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=VIEW_SETS)


def view_set_definitions(lake: Lake) -> pa.RecordBatch:
    sets = lake.definitions.all()
    columns = [
        pa.array([v.name for v in sets], pa.string()),
        pa.array([v.definition_sql for v in sets], pa.string()),
        pa.array([v.update_group for v in sets], pa.int32()),
        timestamp_array([v.updated_at for v in sets]),
        pa.array([v.updated_by for v in sets], pa.string()),
        pa.array([v.source for v in sets], pa.string()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=VIEW_SET_DEFINITIONS)


def _register_scalars(ctx: SessionContext, scope: Scope) -> None:
    lake = scope.lake

    def scalar(name: str, function: Callable, inputs: list[pa.DataType], output: pa.DataType, kind="volatile") -> None:
        def call(*arguments: pa.Array) -> pa.Array:
            try:
                return function(*arguments)
            except Exception as error:
                scope.error = error
                raise

        ctx.register_udf(udf(call, inputs, output, kind, name))

    def get_payload(*ids: pa.Array) -> pa.Array:
        rows = zip(*(c.to_pylist() for c in ids), strict=True)
        return pa.array([engine.get_payload(lake, *row) for row in rows], pa.binary())

    def retire_by_file(paths: pa.Array) -> pa.Array:
        return messages(engine.retire_by_file, paths.to_pylist())

    def retire_by_metadata(*columns: pa.Array) -> pa.Array:
        return messages(engine.retire_by_metadata, list(zip(*map(_plain, columns), strict=True)))

    def messages(retire: Callable[[Lake, list[Any]], list[str]], rows: list[Any]) -> pa.Array:
        answers = run_on_engine_thread(lambda: retire(lake, rows))
        if len(answers) != len(rows):
            if len(rows) != 1:
                raise QueryError(
                    "Arrow error: Invalid argument error: all columns in a record batch must have the same length"
                )
            scope.replaced_messages = answers
            answers = answers[:1]
        return pa.array(answers, pa.string())

    # The real now would not be that of the lake's clock.
    for name in ("now", "current_timestamp"):
        scalar(name, lambda: timestamp_array([lake.clock()]), [], TIME, "immutable")
    scalar("get_payload", get_payload, [pa.string()] * 3, pa.binary())
    if scope.identity.admin:
        key = [pa.string(), pa.string(), TIME, TIME] + ([] if lake.version == "0.30" else [pa.binary()])
        scalar("retire_partition_by_file", retire_by_file, [pa.string()], pa.string())
        scalar("retire_partition_by_metadata", retire_by_metadata, key, pa.string())


def _plain(column: pa.Array) -> list[Any]:
    return (column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column).to_pylist()
