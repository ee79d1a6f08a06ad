"""Makes the Arrow IPC streams that the tests of ArrowIPC read, and what pyarrow finds in them.

    python Tests/Golden/make_streams.py [BIG_ENDIAN]

They hold what the recorded servers do not send. `streams/NAME.stream` goes with `NAME.json`: `schema`, `batches`
and `columns` as in README.md, or `refused` with what the reader has to name. BIG_ENDIAN is a stream of another
implementation, such as data/arrow-ipc-stream/integration/1.0.0-bigendian/generated_primitive.stream of
apache/arrow-testing, of which the schema is kept.
"""

import hashlib
import json
import struct
import sys
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc

FOLDER = Path(__file__).parent / "streams"


def written(schema: pa.Schema, batches: list[pa.RecordBatch], **options) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return sink.getvalue().to_pybytes()


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


def values(array: pa.Array) -> list:
    kind = array.type
    if pa.types.is_dictionary(kind):
        return values(array.dictionary_decode())
    if number := number_type(kind):
        return array.cast(number).to_pylist()
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return [None if value is None else {"hex": value.hex()} for value in array.to_pylist()]
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        items = values(array.values)
        return [items[s.as_py() : e.as_py()] if ok.as_py() else None for s, e, ok in bounds(array)]
    if pa.types.is_struct(kind):
        members = [values(array.field(index)) for index in range(kind.num_fields)]
        names = [field.name for field in kind]
        rows = [{name: member[row] for name, member in zip(names, members, strict=True)} for row in range(len(array))]
        return [row if ok.as_py() else None for row, ok in zip(rows, array.is_valid(), strict=True)]
    return array.to_pylist()


def bounds(array: pa.Array):
    return zip(array.offsets[:-1], array.offsets[1:], array.is_valid(), strict=True)


def good(name: str, batches: list[pa.RecordBatch], schema: pa.Schema | None = None, **options) -> None:
    data = written(batches[0].schema if schema is None else schema, batches, **options)
    read = list(pa.ipc.open_stream(data))
    schema = pa.ipc.open_stream(data).schema
    for batch in read:
        batch.validate(full=True)
    columns = [[value for batch in read for value in values(batch.column(i))] for i in range(len(schema))]
    fields = [{"name": f.name, "type": str(f.type), "nullable": f.nullable} for f in schema]
    save(name, data, {"schema": fields, "batches": [batch.num_rows for batch in read], "columns": columns})


def refused(name: str, data: bytes, what: str) -> None:
    save(f"refused-{name}", data, {"refused": what})


def save(name: str, data: bytes, document: dict) -> None:
    (FOLDER / f"{name}.stream").write_bytes(data)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def column(name: str, kind: pa.DataType, *items) -> tuple[pa.Field, pa.Array]:
    return pa.field(name, kind), pa.array(items, kind)


def batch(*columns: tuple[pa.Field, pa.Array]) -> pa.RecordBatch:
    return pa.record_batch([array for _, array in columns], schema=pa.schema([field for field, _ in columns]))


def numbers() -> None:
    integers = []
    for bits in (8, 16, 32, 64):
        top = 1 << (bits - 1)
        integers.append(column(f"i{bits}", getattr(pa, f"int{bits}")(), -top, None, top - 1, 0, -1))
        integers.append(column(f"u{bits}", getattr(pa, f"uint{bits}")(), 2 * top - 1, None, top, 0, 1))
    floats = [
        column("f16", pa.float16(), -0.5, None, 65504.0, 2.0**-24, 1.0),
        column("f32", pa.float32(), -0.5, None, 3.4028234663852886e38, 2.0**-149, 1.0),
        column("f64", pa.float64(), -0.1, None, 1.7976931348623157e308, 5e-324, 1.0),
    ]
    rows = batch(*integers, *floats)
    good("numbers", [rows, rows.slice(1, 3), rows.slice(5)])


def temporal() -> None:
    units = ("s", "ms", "us", "ns")
    columns = [column("d32", pa.date32(), 20_000, None, -1), column("d64", pa.date64(), 86_400_000, None, -86_400_000)]
    columns += [column(f"t-{u}", pa.time32(u) if u in ("s", "ms") else pa.time64(u), 1, None, 86_399) for u in units]
    columns += [column(f"ts-{u}", pa.timestamp(u), 1, None, -1) for u in units]
    columns += [column(f"tz-{u}", pa.timestamp(u, "Europe/Paris"), 1, None, -1) for u in units]
    columns += [column(f"du-{u}", pa.duration(u), 1, None, -(1 << 62)) for u in units]
    good("temporal", [batch(*columns)])


def texts() -> None:
    words = ("", "a", None, "naïve ☃", "日本🦉", None, "x" * 40)
    raw = [None if word is None else word.encode() + b"\xff" for word in words]
    rows = batch(
        column("s", pa.string(), *words),
        column("ls", pa.large_string(), *words),
        column("b", pa.binary(), *raw),
        column("lb", pa.large_binary(), *raw),
        column("flag", pa.bool_(), True, None, False, True, True, None, False),
        column("nothing", pa.null(), *[None] * 7),
    )
    good("texts", [rows, rows.slice(3, 3)])
    # Text that nulls cover may be anything, here half a character.
    offsets, data = struct.pack("<4i", 0, 1, 2, 3), b"a\xc3b"
    buffers = [pa.py_buffer(b"\x05"), pa.py_buffer(offsets), pa.py_buffer(data)]
    hidden = pa.Array.from_buffers(pa.string(), 3, buffers, 1)
    good("text-under-null", [pa.record_batch([hidden], ["s"])])


def nested() -> None:
    pairs = pa.struct([pa.field("k", pa.string(), nullable=False), pa.field("v", pa.null())])
    rows = batch(
        column("list", pa.list_(pa.int64()), [1, None], None, [], [2]),
        column("large", pa.large_list(pa.field("tag", pa.string(), nullable=False)), ["a"], None, [], ["b", ""]),
        column("lists", pa.list_(pa.list_(pa.bool_())), [[True], None], [[]], None, [[None, False]]),
        column("struct", pa.struct([("a", pa.int64()), ("b", pa.string())]), {"a": 1, "b": None}, None, {}, {"b": "x"}),
        column("pairs", pa.list_(pairs), [{"k": "x"}], None, [], [{"k": "y"}, {"k": "z"}]),
        column("empty", pa.struct([]), {}, None, {}, {}),
    )
    good("nested", [rows, rows.slice(1, 2)])


def dictionaries() -> None:
    def words(kind: pa.DataType, *items) -> pa.DictionaryArray:
        return pa.array(items, pa.string()).dictionary_encode().cast(pa.dictionary(kind, pa.string()))

    for kind in (pa.int8(), pa.uint16(), pa.int64(), pa.uint64()):
        good(f"dictionary-{kind}", [pa.record_batch([words(kind, "a", None, "b", "a")], ["d"])])
    first, second = (words(pa.int32(), *items) for items in (("a", "b", None), ("c", None, "b", "d")))
    good("dictionary-replaced", [pa.record_batch([array], ["d"]) for array in (first, second, first)])
    holes = pa.DictionaryArray.from_arrays(pa.array([0, 1, None], pa.int32()), pa.array([None, "b"]))
    values = pa.DictionaryArray.from_arrays(
        pa.array([1, 0, 1], pa.int16()), pa.array([[1, 2], None], pa.list_(pa.int8()))
    )
    inner = words(pa.int32(), "x", "y", "x")
    listed = pa.ListArray.from_arrays([0, 2, 3, 3], inner)
    inside = pa.StructArray.from_arrays([words(pa.int8(), "p", "q", None)], ["m"])
    rows = pa.record_batch([holes, values, listed, inside], ["holes", "lists", "listed", "inside"])
    good("dictionary-nested", [rows])
    none = pa.DictionaryArray.from_arrays(pa.array([None, None], pa.int32()), pa.array([], pa.string()))
    good("dictionary-of-nothing", [pa.record_batch([none], ["d"])])


def empty() -> None:
    schema = pa.schema([("i", pa.int64()), ("s", pa.string()), ("l", pa.list_(pa.string()))])
    good("no-batches", [], schema)
    good("no-rows", [pa.record_batch([[], [], []], schema=schema)])
    good("no-columns", [], pa.schema([]))


def compressed() -> None:
    """Buffers that shrink, one that does not and is stored as it is, empty ones, and a dictionary's."""
    words = pa.array([None if row % 7 == 0 else "word" * (row % 4) for row in range(300)])
    noise = pa.array([hashlib.sha256(str(row).encode()).digest()[: row % 33] for row in range(40)] * 7 + [b""] * 20)
    columns = [pa.array(range(300)), words, noise, words.dictionary_encode(), pa.nulls(300, pa.int8())]
    rows = pa.record_batch(columns, ["i", "s", "b", "d", "n"])
    for codec in ("lz4", "zstd"):
        good(codec, [rows, rows.slice(17, 5), rows.slice(0, 0)], compression=codec)
    rows = batch(column("i", pa.int64(), *[7] * 40), column("l", pa.list_(pa.string()), *[["x", None, "yz"]] * 40))
    for codec in ("lz4", "zstd"):
        good(f"{codec}-small", [rows], compression=codec)


def damaged() -> None:
    """A stream with numbers that a test finds and changes."""
    words = pa.DictionaryArray.from_arrays(pa.array([4, 3, None], pa.int32()), pa.array(list("vwxyz")))
    lists = pa.array([[17], [18, 19], None], pa.list_(pa.int64()))
    rows = pa.record_batch([pa.array(["ab", None, "\u00e9"]), words, lists], ["text", "word", "list"])
    good("to-damage", [rows])


def refusals() -> None:
    def of(kind: pa.DataType, *items) -> bytes:
        rows = pa.record_batch([pa.array(items, kind)], ["x"])
        return written(rows.schema, [rows])

    refused("decimal", of(pa.decimal128(5, 2), Decimal("1.50")), "the type Decimal")
    refused("map", of(pa.map_(pa.string(), pa.int8()), [("a", 1)]), "the type Map")
    refused("view", of(pa.string_view(), "a"), "the type Utf8View")
    refused("fixed", of(pa.binary(2), b"ab"), "the type FixedSizeBinary")
    refused("list", of(pa.list_(pa.int8(), 2), [1, 2]), "the type FixedSizeList")
    refused("interval", of(pa.month_day_nano_interval(), (1, 2, 3)), "the type Interval")
    union = pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])])
    rows = pa.record_batch([union], ["x"])
    refused("union", written(rows.schema, [rows]), "the type Union")
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([2], pa.int32()), pa.array(["a"]))
    rows = pa.record_batch([runs], ["x"])
    refused("runs", written(rows.schema, [rows]), "the type RunEndEncoded")
    arrays = [pa.array(items).dictionary_encode() for items in (["a"], ["a", "b"])]
    rows = [pa.record_batch([array], ["x"]) for array in arrays]
    refused("delta", written(rows[0].schema, rows, emit_dictionary_deltas=True), "isDelta")
    rows = pa.record_batch([pa.array([1])], ["x"])
    good("metadata-v4", [rows], metadata_version=pa.ipc.MetadataVersion.V4)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.iterdir():
        path.unlink()
    for make in (numbers, temporal, texts, nested, dictionaries, empty, compressed, damaged, refusals):
        make()
    if len(sys.argv) > 1:
        data = Path(sys.argv[1]).read_bytes()
        (length,) = struct.unpack_from("<i", data, 4)
        refused("big-endian", data[: 8 + length], "big-endian")
    print(f"{len(list(FOLDER.glob('*.stream')))} streams, {sum(p.stat().st_size for p in FOLDER.iterdir())} bytes")


if __name__ == "__main__":
    main()
