"""The Parquet files of the store: written once under a new name, read whole, never changed."""

from __future__ import annotations

import os
import uuid
from collections import OrderedDict
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from .types import Lake, PartitionRow, QueryError, ViewSet


class MissingFile(Exception):
    """A partition's file is not in the store. `causes`: what the real server says, from the outside in."""

    def __init__(self, lake: Lake, path: str) -> None:
        reason = "No such file or directory (os error 2)"
        where = f"Object at location {lake.store / path} not found: {reason}"
        self.causes = [f"Parquet error: External: {where}"] * 2 + [f"External: {where}", where, reason]
        super().__init__(self.causes[0])


def new_path(view_set: str, instance: str, begin: int) -> str:
    start = datetime.fromtimestamp(begin // 1_000_000_000, UTC)
    return f"views/{view_set}/{instance}/{start:%Y-%m-%d}/{start:%H-%M-%S}_{uuid.uuid4()}.parquet"


def write(lake: Lake, path: str, table: pa.Table) -> int:
    """Writes a partition's rows; answers the file's size."""
    file = lake.store / path
    try:
        pq.write_table(table, file, use_compliant_nested_type=False)
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, file, use_compliant_nested_type=False)
    return os.stat(file).st_size


def remove(lake: Lake, path: str) -> None:
    (lake.store / path).unlink(missing_ok=True)


#: Files are immutable and their names unique, so what was read once can be kept. A file must still be there each time.
_kept: OrderedDict[str, pa.Table] = OrderedDict()
_KEPT = 256


def read(lake: Lake, row: PartitionRow, view: ViewSet) -> pa.Table:
    """A partition's rows in the columns of the view; MissingFile, or QueryError where the file is no Parquet."""
    if row.file_path is None:
        return view.schema.empty_table()
    path = str(lake.store / row.file_path)
    if not os.path.exists(path):
        raise MissingFile(lake, row.file_path)
    table = _kept.get(path)
    if table is None:
        try:
            table = _conform(pq.ParquetFile(path).read(), view.schema)
        except pa.ArrowException as error:
            raise QueryError(f"Parquet error: {error}") from error
        _kept[path] = table
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return table if table.schema.equals(view.schema) else _conform(table, view.schema)


def _conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The rows in these columns: a column that an older file lacks is null or empty text, as schema evolution fills."""
    columns = []
    for field in schema:
        if field.name in table.column_names:
            columns.append(table.column(field.name).cast(field.type))
        else:
            columns.append(_filled(field, table.num_rows))
    return pa.table(columns, schema=schema)


def _filled(field: pa.Field, count: int) -> pa.Array:
    if field.nullable or not pa.types.is_dictionary(field.type):
        return pa.nulls(count, field.type)
    return pa.array([""] * count, field.type.value_type).dictionary_encode().cast(field.type)
