"""Streams of little or nothing, of the most that is read, of an old version, and one to be damaged."""

import pyarrow as pa
import pyarrow.ipc

from stream_files import good, refused, save, written


def empty() -> None:
    schema = pa.schema([("i", pa.int64()), ("s", pa.string()), ("l", pa.list_(pa.string()))])
    good("no-batches", [], schema)
    good("no-rows", [pa.record_batch([[], [], []], schema=schema)])
    good("no-columns", [], pa.schema([]))


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


def damaged() -> None:
    """A stream with numbers that a test finds and changes."""
    words = pa.DictionaryArray.from_arrays(pa.array([4, 3, None], pa.int32()), pa.array(list("vwxyz")))
    lists = pa.array([[17], [18, 19], None], pa.list_(pa.int64()))
    rows = pa.record_batch([pa.array(["ab", None, "\u00e9"]), words, lists], ["text", "word", "list"])
    good("to-damage", [rows])
