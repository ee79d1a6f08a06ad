"""What a call came to on either side, and what tells the two apart."""

from __future__ import annotations

import contextlib
import io
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

import values
from processes import ROOT

sys.path.insert(0, str(ROOT / "Tests/Lakehouse"))

from lakehouse.masks import masked

#: gRPC's codes by the kinds of errors that our client tells apart.
CODES = {
    "invalid query": {3},
    "function missing": {3},
    "failed while running": {2, 10, 13, 15},
    "unauthenticated": {16},
    "permission denied": {7},
    "resource exhausted": {8},
    "denied by rule": {8},
    "unavailable": {14},
    "insecure": {14},
    "deadline exceeded": {4},
    "not found": {5},
    "unimplemented": {12},
}


@dataclass
class Outcome:
    """What a Python call returned, printed or raised."""

    value: Any = None
    printed: str = ""
    error: Exception | None = None

    def __str__(self) -> str:
        return f"{type(self.error).__name__}: {self.error}" if self.error else f"{self.value!r} {self.printed}"


def outcome(call: Callable[[], Any]) -> Outcome:
    printed = io.StringIO()
    # The client's middleware writes errors to standard error, too.
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        try:
            value = call()
        except Exception as error:
            return Outcome(printed=printed.getvalue(), error=error)
    return Outcome(value, printed.getvalue())


# Errors

#: pyarrow's words for gRPC's codes; the code itself stands behind only where a stream failed.
_KINDS = {
    "invalid argument": 3,
    "timed out": 4,
    "not found": 5,
    "unauthorized": 7,
    "internal": 13,
    "unavailable": 14,
    "unauthenticated": 16,
}
_DRESS = re.compile(
    r"Flight returned (?P<kind>[\w ]+) error, with message: (?P<words>.*?)"
    r"(?:\. gRPC client debug context: .*?grpc_status:(?P<code>\d+).*)?",
    re.S,
)


def undressed(text: str) -> str:
    """A text with a server's message in it without what pyarrow puts around that, ids masked."""
    before, mark, rest = text.partition("Flight returned ")
    match = _DRESS.fullmatch(mark + rest)
    return masked(before + match["words"] if match else text)


def status(error: Exception) -> int | None:
    """gRPC's code; None of an error that the Python client itself raised."""
    match = _DRESS.fullmatch(str(error))
    if match is None:
        return None
    return int(match["code"]) if match["code"] else _KINDS.get(match["kind"])


def error_differences(theirs: Exception, ours: dict[str, str], words: bool = True) -> list[str]:
    """`words`: whether the message is the server's, not each client's own. Two refusals are equal."""
    found = []
    code = status(theirs)
    if code is None:
        refused = ours["code"] == "refused"
        return [] if refused else [f"theirs fails by itself, {type(theirs).__name__}: {theirs}; ours {ours}"]
    if code not in CODES.get(ours["code"], set()):
        found.append(f"gRPC code: theirs {code}, ours “{ours['code']}”")
    if words and undressed(str(theirs)) != masked(ours["message"]):
        found.append(f"message: theirs {undressed(str(theirs))!r}, ours {masked(ours['message'])!r}")
    return found


# Tables


def table_differences(theirs: pa.Table, ours: dict[str, Any]) -> list[str]:
    """Schemas with nullability and index types, and all values; the order of a dictionary's entries is the server's."""
    found = []
    mine = values.table(ours)
    if shown(theirs.schema) != shown(mine.schema):
        found.append(f"schema: theirs {shown(theirs.schema)}, ours {shown(mine.schema)}")
    elif theirs.num_rows != mine.num_rows:
        found.append(f"rows: theirs {theirs.num_rows}, ours {mine.num_rows}")
    else:
        for n, name in enumerate(theirs.column_names):
            a, b = plain(theirs.column(n)), plain(mine.column(n))
            if not a.equals(b):
                found.append(f"column {name}: theirs {a.to_pylist()[:20]}, ours {b.to_pylist()[:20]}")
    return found


def shown(schema: pa.Schema) -> list[tuple[str, str, bool]]:
    return [(field.name, str(field.type), field.nullable) for field in schema]


def plain(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece, its dictionary looked up."""
    pieces = [c.dictionary_decode() if pa.types.is_dictionary(c.type) else c for c in column.chunks]
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_list(kind) and pa.types.is_dictionary(kind.value_type):
        return pa.array([piece.to_pylist() for piece in pieces])
    # pyarrow has no concatenation of nothing.
    return pa.concat_arrays([pc.cast(p, kind) for p in pieces]) if pieces else pa.array([], kind)


def stream_differences(theirs: list[pa.RecordBatch], ours: dict[str, Any]) -> list[str]:
    """Batches of the same sizes with the same rows."""
    sizes = [batch.num_rows for batch in theirs]
    if sizes != ours["batches"]:
        return [f"rows by batch: theirs {sizes}, ours {ours['batches']}"]
    # A stream of the Python client that has no batch shows no columns either.
    return table_differences(pa.Table.from_batches(theirs), ours) if theirs else []


def frame_differences(theirs: pd.DataFrame, ours: dict[str, Any]) -> list[str]:
    """A table of ours as pandas shows it."""
    table = values.table(ours)
    for n, column in enumerate(table.columns):
        # As the Python client does: pandas has no categories of lists and structs.
        if pa.types.is_dictionary(column.type) and pa.types.is_nested(column.type.value_type):
            table = table.set_column(n, table.field(n).name, plain(column))
    mine = table.to_pandas()
    if list(theirs.dtypes.map(_kind)) != list(mine.dtypes.map(_kind)):
        return [f"types: theirs {dict(theirs.dtypes)}, ours {dict(mine.dtypes)}"]
    try:
        pd.testing.assert_frame_equal(_without_categories(theirs), _without_categories(mine), check_exact=True)
    except AssertionError as error:
        return [f"frame: {error}"]
    return []


def _kind(dtype: Any) -> str:
    return f"category of {dtype.categories.dtype}" if isinstance(dtype, pd.CategoricalDtype) else str(dtype)


def _without_categories(frame: pd.DataFrame) -> pd.DataFrame:
    """A category's values rather than its place in a dictionary whose order is the server's."""
    series = [
        column.astype(object) if isinstance(column.dtype, pd.CategoricalDtype) else column
        for _, column in frame.items()
    ]
    return pd.concat(series, axis=1) if series else frame


def schema_differences(theirs: Any, ours: dict[str, Any]) -> list[str]:
    """Of prepared statements."""
    mine = (ours["query"], shown(values.schema(ours["columns"])))
    if (theirs.query, shown(theirs.dataset_schema)) != mine:
        return [f"prepared: theirs {theirs.query!r} {shown(theirs.dataset_schema)}, ours {mine}"]
    return []


def value_differences(theirs: Any, ours: Any) -> list[str]:
    return [] if theirs == ours else [f"value: theirs {theirs!r}, ours {ours!r}"]
