"""Makes Arrow IPC streams of every kind of column, in any kind of other, and what pyarrow finds in them.

    python Tests/Golden/random_streams.py FOLDER SEED COUNT

The tests of Sources/ArrowIPC have it run on the spot. A seed always makes the same streams. `NAME.stream` goes with
`NAME.json` as in make_streams.py; `compression` and `emit_dictionary_deltas` are drawn as well.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from stream_files import written
from stream_values import found

Draw = random.Random
INDICES = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]
WORDS = ("", "a", "naïve ☃", "日本🦉", "twelve bytes", "thirteen byte", "x" * 40)


@dataclass
class Kind:
    """A type, and what makes so many rows of it."""

    type: pa.DataType
    rows: Callable[[int], pa.Array]


def of_items(draw: Draw, kind: pa.DataType, item: Callable[[], object], nulls: bool = True) -> Kind:
    def value() -> object:
        return None if nulls and draw.random() < 0.25 else item()

    return Kind(kind, lambda count: pa.array([value() for _ in range(count)], kind))


def leaf(draw: Draw, nulls: bool = True) -> Kind:
    def of(kind: pa.DataType, item: Callable[[], object]) -> Kind:
        return of_items(draw, kind, item, nulls)

    def integer(kind: pa.DataType) -> Kind:
        low = 0 if pa.types.is_unsigned_integer(kind) else -(1 << kind.bit_width - 1)
        high = -low - 1 if low else (1 << kind.bit_width) - 1
        return of(kind, lambda: draw.choice((low, high, 0, 1, draw.randint(low, high))))

    def decimal(kind: pa.DataType) -> Kind:
        def item() -> Decimal:
            digits = tuple(draw.randrange(10) for _ in range(draw.randint(1, kind.precision)))
            return Decimal((draw.randrange(2), digits, -kind.scale))

        return of(kind, item)

    def number(kind: pa.DataType, bits: int) -> Kind:
        high = (1 << bits - 1) - 1
        whole = of_items(draw, pa.int32() if bits == 32 else pa.int64(), lambda: draw.randint(-high, high), nulls)
        return Kind(kind, lambda count: whole.rows(count).view(kind))

    def word() -> str:
        return draw.choice(WORDS)

    def raw() -> bytes:
        return draw.randbytes(draw.choice((0, 1, 12, 13, 40)))

    unit, fine = draw.choice(("s", "ms", "us", "ns")), draw.choice(("us", "ns"))
    zone = draw.choice((None, "UTC", "+00:00", "Europe/Paris"))
    coarse = draw.choice(("s", "ms"))
    small, size = draw.choice((pa.float16(), pa.float32())), draw.choice((0, 1, 7, 16))
    return draw.choice(
        [
            lambda: integer(draw.choice(INDICES)),
            lambda: of(small, lambda: draw.choice((0.0, -0.5, 1.0, 2.0**-10, 1024.0))),
            lambda: of(pa.float64(), lambda: draw.uniform(-1e300, 1e300)),
            lambda: of(pa.bool_(), lambda: draw.random() < 0.5),
            lambda: of(draw.choice((pa.string(), pa.large_string(), pa.string_view())), word),
            lambda: of(draw.choice((pa.binary(), pa.large_binary(), pa.binary_view())), raw),
            lambda: of(pa.binary(size), lambda: draw.randbytes(size)),
            lambda: decimal(draw.choice((pa.decimal32(9, 2), pa.decimal64(18, 5)))),
            lambda: decimal(draw.choice((pa.decimal128(38, 9), pa.decimal128(7, -3), pa.decimal256(76, 38)))),
            lambda: number(pa.date32(), 32),
            lambda: of(pa.date64(), lambda: draw.randint(-30_000, 30_000) * 86_400_000),
            lambda: of(pa.time32(coarse), lambda: draw.randrange(86_400)),
            lambda: of(pa.time64(fine), lambda: draw.randrange(86_400_000_000)),
            lambda: number(pa.timestamp(unit, zone), 64),
            lambda: number(pa.duration(unit), 64),
            lambda: of(
                pa.month_day_nano_interval(),
                lambda: (draw.randint(-99, 99), -1, draw.randint(-(1 << 62), 1 << 62)),
            ),
            lambda: Kind(pa.null(), pa.nulls) if nulls else integer(pa.int8()),
        ]
    )()


def mask(draw: Draw, count: int) -> pa.Array:
    return pa.array([draw.random() < 0.25 for _ in range(count)], pa.bool_())


def lists(draw: Draw, inner: Kind) -> Kind:
    """Lists between offsets, null ones with elements of their own left out."""
    is_large = draw.random() < 0.5
    made = (pa.large_list if is_large else pa.list_)(pa.field("item", inner.type))

    def rows(count: int) -> pa.Array:
        lengths = [draw.randrange(4) for _ in range(count)]
        offsets = [sum(lengths[:n]) for n in range(count + 1)]
        array = pa.LargeListArray if is_large else pa.ListArray
        width = pa.int64() if is_large else pa.int32()
        return array.from_arrays(pa.array(offsets, width), inner.rows(offsets[-1]), type=made, mask=mask(draw, count))

    return Kind(made, rows)


def list_views(draw: Draw, inner: Kind) -> Kind:
    """Lists anywhere in their elements, over one another too."""
    is_large = draw.random() < 0.5
    made = (pa.large_list_view if is_large else pa.list_view)(pa.field("item", inner.type))

    def rows(count: int) -> pa.Array:
        elements = inner.rows(6)
        offsets = [draw.randrange(7) for _ in range(count)]
        sizes = [draw.randint(0, 6 - offset) for offset in offsets]
        array = pa.LargeListViewArray if is_large else pa.ListViewArray
        width = pa.int64() if is_large else pa.int32()
        return array.from_arrays(
            pa.array(offsets, width), pa.array(sizes, width), elements, type=made, mask=mask(draw, count)
        )

    return Kind(made, rows)


def fixed_lists(draw: Draw, inner: Kind) -> Kind:
    size = draw.randint(1, 3)
    made = pa.list_(pa.field("item", inner.type), size)

    def rows(count: int) -> pa.Array:
        return pa.FixedSizeListArray.from_arrays(inner.rows(size * count), type=made, mask=mask(draw, count))

    return Kind(made, rows)


def structs(draw: Draw, members: list[Kind]) -> Kind:
    fields = [pa.field(f"m{n}", member.type) for n, member in enumerate(members)]

    def rows(count: int) -> pa.Array:
        return pa.StructArray.from_arrays(
            [member.rows(count) for member in members], fields=fields, mask=mask(draw, count)
        )

    return Kind(pa.struct(fields), rows)


def maps(draw: Draw, inner: Kind) -> Kind:
    keys = of_items(draw, pa.string(), lambda: draw.choice(WORDS), nulls=False)
    made = pa.map_(keys.type, inner.type)

    def rows(count: int) -> pa.Array:
        ends = [0]
        for _ in range(count):
            ends.append(ends[-1] + draw.randrange(3))
        return pa.MapArray.from_arrays(pa.array(ends, pa.int32()), keys.rows(ends[-1]), inner.rows(ends[-1]), type=made)

    return Kind(made, rows)


def unions(draw: Draw, members: list[Kind]) -> Kind:
    is_dense = draw.random() < 0.5
    codes = draw.sample(range(128), len(members))
    names = [f"u{n}" for n in range(len(members))]

    def rows(count: int) -> pa.Array:
        picks = [draw.randrange(len(members)) for _ in range(count)]
        given = pa.array([codes[pick] for pick in picks], pa.int8())
        if not is_dense:
            return pa.UnionArray.from_sparse(given, [m.rows(count) for m in members], names, codes)
        places = [picks[:n].count(pick) for n, pick in enumerate(picks)]
        children = [m.rows(picks.count(n)) for n, m in enumerate(members)]
        return pa.UnionArray.from_dense(given, pa.array(places, pa.int32()), children, names, codes)

    fields = [pa.field(name, member.type) for name, member in zip(names, members, strict=True)]
    made = pa.union(fields, "dense" if is_dense else "sparse", codes)
    return Kind(made, rows)


def runs(draw: Draw, inner: Kind) -> Kind:
    width = draw.choice((pa.int16(), pa.int32(), pa.int64()))

    def rows(count: int) -> pa.Array:
        ends = sorted({draw.randint(1, count) for _ in range(3)} | {count}) if count else []
        return pa.RunEndEncodedArray.from_arrays(pa.array(ends, width), inner.rows(len(ends)))

    return Kind(pa.run_end_encoded(width, inner.type), rows)


def dictionaries(draw: Draw, inner: Kind) -> Kind:
    width = draw.choice(INDICES)

    def rows(count: int) -> pa.Array:
        entries = inner.rows(draw.randint(1, 6))
        places = [None if draw.random() < 0.25 else draw.randrange(len(entries)) for _ in range(count)]
        return pa.DictionaryArray.from_arrays(pa.array(places, width), entries)

    return Kind(pa.dictionary(width, inner.type), rows)


def kind(draw: Draw, depth: int) -> Kind:
    if depth == 0 or draw.random() < 0.3:
        return leaf(draw)

    def inner() -> Kind:
        return kind(draw, depth - 1)

    return draw.choice(
        [
            lambda: lists(draw, inner()),
            lambda: list_views(draw, inner()),
            lambda: fixed_lists(draw, inner()),
            lambda: structs(draw, [inner() for _ in range(draw.randint(0, 3))] or [inner()]),
            lambda: maps(draw, inner()),
            lambda: unions(draw, [inner() for _ in range(draw.randint(1, 3))]),
            lambda: runs(draw, leaf(draw)),
            lambda: dictionaries(draw, leaf(draw)),
            lambda: dictionaries(draw, lists(draw, leaf(draw))),
        ]
    )()


def stream(draw: Draw) -> bytes:
    kinds = [kind(draw, draw.randrange(4)) for _ in range(draw.randint(1, 4))]
    schema = pa.schema([pa.field(f"c{n}", each.type) for n, each in enumerate(kinds)])
    batches = []
    for _ in range(draw.randint(1, 3)):
        count = draw.choice((0, 1, 7, 8, 9, 40))
        batch = pa.record_batch([each.rows(count) for each in kinds], schema=schema)
        batches += [batch, batch.slice(draw.randint(0, count))] if draw.random() < 0.5 else [batch]
    compression = draw.choice((None, "lz4", "zstd"))
    return written(schema, batches, compression=compression, emit_dictionary_deltas=draw.random() < 0.5)


def main() -> None:
    folder, seed, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for number in range(count):
        data = stream(random.Random(f"{seed}-{number}"))
        place = folder / f"seed-{seed}-{number:04}"
        place.with_suffix(".stream").write_bytes(data)
        text = json.dumps(found(data), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        place.with_suffix(".json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
