"""Streams of every type that values have, and of those that hold others."""

import struct
from decimal import Decimal

import pyarrow as pa

from stream_files import batch, column, good


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


def extension() -> None:
    notes = {"ARROW:extension:name": "lakewarden.unknown", "ARROW:extension:metadata": "any"}
    field = pa.field("x", pa.binary(2), metadata=notes)
    good("extension", [pa.record_batch([pa.array([b"ab", None], pa.binary(2))], schema=pa.schema([field]))])
