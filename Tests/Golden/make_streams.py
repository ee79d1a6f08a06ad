"""Makes the Arrow IPC streams that the tests of ArrowIPC read, and what pyarrow finds in them.

    python Tests/Golden/make_streams.py [BIG_ENDIAN]

They hold what the recorded servers do not send. `streams/NAME.stream` goes with `NAME.json`: `schema`, `batches`
and `columns` as in README.md, `refused` with what the reader has to name, or `expands` with what row 1 of its column
has too much of to be made into a value, `values` or `bytes`. BIG_ENDIAN is a stream of another implementation, such as
data/arrow-ipc-stream/integration/1.0.0-bigendian/generated_primitive.stream of apache/arrow-testing, of which the
schema is kept.
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


BYTES = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view)


def run_values(array: pa.RunEndEncodedArray) -> list:
    rows, runs = [], values(array.values)
    for end, value in zip(array.run_ends.to_pylist(), runs, strict=True):
        rows += [value] * (end - len(rows))
    return rows[array.offset : array.offset + len(array)]


def union_values(array: pa.UnionArray) -> list:
    codes = list(range(array.type.num_fields)) if not array.type.type_codes else array.type.type_codes
    members = [values(array.field(index)) for index in range(array.type.num_fields)]
    rows = array.offsets.to_pylist() if array.type.mode == "dense" else range(len(array))
    return [members[codes.index(code)][row] for code, row in zip(array.type_codes.to_pylist(), rows, strict=True)]


def bounds(array: pa.Array):
    return zip(array.offsets[:-1], array.offsets[1:], array.is_valid(), strict=True)


def good(name: str, batches: list[pa.RecordBatch], schema: pa.Schema | None = None, **options) -> None:
    data = written(batches[0].schema if schema is None else schema, batches, **options)
    save(name, data, found(data))


def found(data: bytes) -> dict:
    """What pyarrow reads in a stream, everything validated."""
    reader = pa.ipc.open_stream(data)
    schema, read = reader.schema, list(reader)
    for batch in read:
        batch.validate(full=True)
    columns = [[value for batch in read for value in values(batch.column(i))] for i in range(len(schema))]
    fields = [{"name": f.name, "type": str(f.type), "nullable": f.nullable} for f in schema]
    return {"schema": fields, "batches": [batch.num_rows for batch in read], "columns": columns}


def refused(name: str, data: bytes, what: str) -> None:
    save(f"refused-{name}", data, {"refused": what})


def save(name: str, data: bytes, document: dict) -> None:
    (FOLDER / f"{name}.stream").write_bytes(data)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def column(name: str, kind: pa.DataType, *items) -> tuple[pa.Field, pa.Array]:
    return pa.field(name, kind), pa.array(items, kind)


def named(name: str, array: pa.Array) -> tuple[pa.Field, pa.Array]:
    return pa.field(name, array.type), array


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


def fixed() -> None:
    texts = (("1.50", None, "-0.01"), ("999999999999999999", None, "-7"), ("-" + "9" * 38, "1", None))
    kinds = (pa.decimal32(9, 2), pa.decimal64(18, 0), pa.decimal128(38, 0))
    columns = [
        column(f"d{kind.bit_width}", kind, *[text and Decimal(text) for text in items])
        for kind, items in zip(kinds, texts, strict=True)
    ]
    digits = [Decimal("-" + "9" * 56 + "." + "1" * 20), Decimal("0.00000000000000000010"), None]
    columns += [
        column("d256", pa.decimal256(76, 20), *digits),
        column("hundreds", pa.decimal128(5, -2), Decimal("1200"), None, Decimal("0")),
        column("zeros", pa.decimal256(40, 3), Decimal("1000000000.000"), Decimal("-4294967296.001"), None),
        column("b", pa.binary(3), b"abc", None, b"\x00\xff\x01"),
        column("none", pa.binary(0), b"", None, b""),
        column("l", pa.list_(pa.int8(), 2), [1, None], None, [3, 4]),
        column("texts", pa.list_(pa.list_(pa.string(), 1), 2), [["a"], None], None, [["b"], ["c"]]),
        column("i", pa.month_day_nano_interval(), (1, -2, 3), None, (-(2**31), 2**31 - 1, -(2**63))),
    ]
    rows = batch(*columns)
    good("fixed", [rows, rows.slice(1, 2)])


def maps() -> None:
    plain = pa.map_(pa.string(), pa.int8())
    sorted_keys = pa.map_(pa.int16(), pa.list_(pa.string()), keys_sorted=True)
    named = pa.map_(pa.field("k", pa.string(), nullable=False), pa.field("v", pa.bool_()))
    rows = batch(
        column("m", plain, [("a", 1), ("b", None)], None, [], [("a", 2)]),
        column("s", sorted_keys, [(1, ["x"]), (2, None)], [], None, [(3, [])]),
        column("n", named, [("a", True)], None, [], [("a", None), ("b", False)]),
        column("l", pa.list_(plain), [[("z", 1)], None], [], None, [[]]),
    )
    good("maps", [rows, rows.slice(1, 3)])


def unions() -> None:
    words, numbers = pa.array(["a", None, "c"]), pa.array([1, 2, None], pa.int16())
    codes = pa.array([7, 5, 7], pa.int8())
    sparse = pa.UnionArray.from_sparse(codes, [words, numbers], ["w", "n"], [5, 7])
    dense = pa.UnionArray.from_dense(codes, pa.array([0, 1, 2], pa.int32()), [words, numbers], ["w", "n"], [5, 7])
    plain = pa.UnionArray.from_sparse(pa.array([0, 1, 1], pa.int8()), [words, pa.nulls(3)])
    listed = pa.ListArray.from_arrays([0, 2, 2, 3], dense)
    rows = pa.record_batch([sparse, dense, plain, listed], ["sparse", "dense", "plain", "listed"])
    good("unions", [rows])
    good("unions-v4", [rows], metadata_version=pa.ipc.MetadataVersion.V4)


def views() -> None:
    words = ("", "twelve bytes", None, "thirteen byte", "日本🦉日本🦉", "x" * 40, "y" * 5)
    raw = [None if word is None else word.encode() + b"\xff" for word in words]
    encoded = pa.DictionaryArray.from_arrays(
        pa.array([5, 2, None, 1, 0, 3, 3], pa.int8()), pa.array(words, "string_view")
    )
    rows = batch(
        column("s", pa.string_view(), *words),
        column("b", pa.binary_view(), *raw),
        column("inline", pa.string_view(), *"abcdefg"),
        column("l", pa.list_(pa.string_view()), *[[word, "z" * 13] for word in words]),
        named("d", encoded),
    )
    good("views", [rows, rows.slice(3, 3)])
    numbers = pa.array([1, 2, None, 4, 5])
    overlapping = pa.ListViewArray.from_arrays([3, 0, 0, 5], [2, 4, 0, 0], numbers)
    large = pa.LargeListViewArray.from_arrays([3, 0, 0, 5], [2, 4, 0, 0], pa.array(["a", "b", None, "d", "e"]))
    rows = batch(
        named("o", overlapping),
        named("large", large),
        column("n", pa.list_view(pa.list_view(pa.bool_())), [[True], None], None, [], [[None, False], []]),
    )
    good("list-views", [rows])


def runs() -> None:
    def of(ends: pa.DataType, stops: list, items: pa.Array) -> pa.RunEndEncodedArray:
        return pa.RunEndEncodedArray.from_arrays(pa.array(stops, ends), items)

    rows = batch(
        named("short", of(pa.int16(), [2, 3, 7], pa.array(["a", None, "b"]))),
        named("int", of(pa.int32(), [1, 7], pa.array([1.5, -0.5]))),
        named("long", of(pa.int64(), [6, 7], pa.array(["x", "y"]).dictionary_encode())),
    )
    good("runs", [rows])


def deltas() -> None:
    def sent(name: str, *items: list, kind: pa.DataType, **options) -> None:
        stages = [pa.array([*range(len(part)), None], pa.int8()) for part in items]
        arrays = [
            pa.DictionaryArray.from_arrays(i, pa.array(part, kind)) for i, part in zip(stages, items, strict=True)
        ]
        batches = [pa.record_batch([array], ["x"]) for array in arrays]
        good(name, batches, emit_dictionary_deltas=True, **options)

    sent("delta", ["a"], ["a", "b", None], ["a", "b", None, "", "naïve"], ["z"], ["z", "a"], kind=pa.string())
    sent("delta-numbers", [1, 2], [1, 2, 3], [1, 2, 3, None, 5], kind=pa.int64())
    long = [letter * 2_000 for letter in "abc"]
    sent("delta-zstd", long[:1], long[:2], long, kind=pa.string(), compression="zstd")
    sent("delta-views", ["a" * 20], ["a" * 20, "b" * 13, "c"], kind=pa.string_view())
    inner = pa.DictionaryArray.from_arrays(pa.array([1, 0, None, 1], pa.int8()), pa.array(["p", "q"]))
    lists = pa.ListArray.from_arrays([0, 2, 3, 4], inner)
    outer = pa.DictionaryArray.from_arrays(pa.array([2, 0, None, 1], pa.int16()), lists)
    good("dictionary-of-dictionaries", [pa.record_batch([outer], ["d"])])


def extension() -> None:
    notes = {"ARROW:extension:name": "lakewarden.unknown", "ARROW:extension:metadata": "any"}
    field = pa.field("x", pa.binary(2), metadata=notes)
    good("extension", [pa.record_batch([pa.array([b"ab", None], pa.binary(2))], schema=pa.schema([field]))])


def deep() -> None:
    """Lists in lists, as deep as is read, and one deeper."""

    def lists(depth: int) -> pa.Schema:
        kind = pa.int8()
        for _ in range(depth):
            kind = pa.list_(kind)
        return pa.schema([("x", kind)])

    good("deep", [], lists(63))
    refused("too-deep", written(lists(64), []), "nested more than 64 deep")


def expanding() -> None:
    """Small streams with a large value in row 1: more than a million values, or more than 64 MiB of text."""

    def views() -> pa.Array:
        lists = pa.array([1] * 128, pa.int8())
        for _ in range(2):
            lists = pa.ListViewArray.from_arrays([0] * 128, [1] + [128] * 127, lists)
        return pa.ListViewArray.from_arrays([0, 0, 0], [1, 128, 1], lists)

    def expands(name: str, rows: pa.Array, what: str) -> None:
        batch = pa.record_batch([rows], ["x"])
        save(f"expands-{name}", written(batch.schema, [batch]), {"expands": what})

    many = 1 << 20
    expands("views", views(), "values")
    lists = {
        "nulls": (pa.nulls(many + 2), "values"),
        "runs": (pa.RunEndEncodedArray.from_arrays(pa.array([many + 2], pa.int32()), pa.array(["x"])), "values"),
        "names": (pa.StructArray.from_arrays([pa.nulls(9_000)], ["n" * 8_192]), "bytes"),
        "texts": (pa.DictionaryArray.from_arrays(pa.array([0] * 9_000, pa.int8()), pa.array(["t" * 8_192])), "bytes"),
    }
    for name, (elements, what) in lists.items():
        ends = [0, 1, len(elements) - 1, len(elements)]
        expands(name, pa.ListArray.from_arrays(ends, elements), what)
    inner = pa.ListArray.from_arrays([0, 1, 2_049], pa.nulls(2_049))
    indices = pa.array([0] + [1] * 1_024 + [0], pa.int8())
    outer = pa.ListArray.from_arrays([0, 1, 1_025, 1_026], pa.DictionaryArray.from_arrays(indices, inner))
    expands("dictionary", outer, "values")


def version4() -> None:
    rows = pa.record_batch([pa.array([1])], ["x"])
    good("metadata-v4", [rows], metadata_version=pa.ipc.MetadataVersion.V4)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.iterdir():
        path.unlink()
    kinds = (fixed, maps, unions, views, runs, deltas, extension, deep, expanding, version4)
    for make in (numbers, temporal, texts, nested, dictionaries, empty, compressed, damaged, *kinds):
        make()
    if len(sys.argv) > 1:
        data = Path(sys.argv[1]).read_bytes()
        (length,) = struct.unpack_from("<i", data, 4)
        refused("big-endian", data[: 8 + length], "big-endian")
    print(f"{len(list(FOLDER.glob('*.stream')))} streams, {sum(p.stat().st_size for p in FOLDER.iterdir())} bytes")


if __name__ == "__main__":
    main()
