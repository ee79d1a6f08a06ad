"""Streams whose values are not simply laid out: dictionaries and what changes them, compression, views, runs."""

import hashlib

import pyarrow as pa

from stream_files import batch, column, good, named


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
