"""What pyarrow finds in an Arrow IPC stream, as the documents of `streams/` have it (README.md)."""

import pyarrow as pa
import pyarrow.ipc

BYTES = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view)


def found(data: bytes) -> dict:
    """What pyarrow reads in a stream, everything validated."""
    reader = pa.ipc.open_stream(data)
    schema, read = reader.schema, list(reader)
    for batch in read:
        batch.validate(full=True)
    columns = [[value for batch in read for value in values(batch.column(i))] for i in range(len(schema))]
    fields = [{"name": f.name, "type": str(f.type), "nullable": f.nullable} for f in schema]
    return {"schema": fields, "batches": [batch.num_rows for batch in read], "columns": columns}


def values(array: pa.Array) -> list:
    kind = array.type
    if pa.types.is_dictionary(kind):
        items = values(array.dictionary)
        return [None if index is None else items[index] for index in array.indices.to_pylist()]
    if number := number_type(kind):
        return array.cast(number).to_pylist()
    if pa.types.is_decimal(kind):
        return [None if value is None else {"decimal": format(value, "f")} for value in array.to_pylist()]
    if isinstance(array.type, pa.FixedSizeBinaryType) or any(of(kind) for of in BYTES):
        return [None if value is None else {"hex": value.hex()} for value in array.to_pylist()]
    if pa.types.is_run_end_encoded(kind):
        return run_values(array)
    if pa.types.is_union(kind):
        return union_values(array)
    if pa.types.is_map(kind):
        pairs = [list(pair) for pair in zip(values(array.keys), values(array.items), strict=True)]
        return [pairs[s.as_py() : e.as_py()] if ok.as_py() else None for s, e, ok in bounds(array)]
    if pa.types.is_fixed_size_list(kind):
        items, size = values(array.values), kind.list_size
        return [items[i * size : (i + 1) * size] if ok.as_py() else None for i, ok in enumerate(array.is_valid())]
    if isinstance(array, (pa.ListViewArray, pa.LargeListViewArray)):
        items = values(array.values)
        places = zip(array.offsets.to_pylist(), array.sizes.to_pylist(), array.is_valid().to_pylist(), strict=True)
        return [items[start : start + size] if ok else None for start, size, ok in places]
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        items = values(array.values)
        return [items[s.as_py() : e.as_py()] if ok.as_py() else None for s, e, ok in bounds(array)]
    if pa.types.is_struct(kind):
        members = [values(array.field(index)) for index in range(kind.num_fields)]
        names = [field.name for field in kind]
        rows = [{name: member[row] for name, member in zip(names, members, strict=True)} for row in range(len(array))]
        return [row if ok.as_py() else None for row, ok in zip(rows, array.is_valid(), strict=True)]
    return array.to_pylist()


def number_type(kind: pa.DataType) -> pa.DataType | None:
    """The integer that a temporal value counts in."""
    if (
        pa.types.is_timestamp(kind)
        or pa.types.is_duration(kind)
        or pa.types.is_time64(kind)
        or pa.types.is_date64(kind)
    ):
        return pa.int64()
    return pa.int32() if pa.types.is_date32(kind) or pa.types.is_time32(kind) else None


def run_values(array: pa.RunEndEncodedArray) -> list:
    rows, runs = [], values(array.values)
    for end, value in zip(array.run_ends.to_pylist(), runs, strict=True):
        rows += [value] * (end - len(rows))
    return rows[array.offset : array.offset + len(array)]


def union_values(array: pa.UnionArray) -> list:
    if not len(array):  # pyarrow 26 looks for buffers there that are none
        return []
    codes = list(range(array.type.num_fields)) if not array.type.type_codes else array.type.type_codes
    members = [values(array.field(index)) for index in range(array.type.num_fields)]
    rows = array.offsets.to_pylist() if array.type.mode == "dense" else range(len(array))
    return [members[codes.index(code)][row] for code, row in zip(array.type_codes.to_pylist(), rows, strict=True)]


def bounds(array: pa.Array):
    return zip(array.offsets[:-1], array.offsets[1:], array.is_valid(), strict=True)
