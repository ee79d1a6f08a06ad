"""The catalog: uniqueness, transactions, listing."""

from __future__ import annotations

import contextlib

import pytest
from lakes import DAY, GOLDEN_NOW, HOUR, open_lake, recorded_columns

from lakehouse import catalog, synthetic
from lakehouse.catalog import LISTING, OverlapError, count_bytes
from lakehouse.types import PartitionRow


def row(begin: int, end: int, schema_hash: bytes = b"\x07", instance: str = "global") -> PartitionRow:
    return PartitionRow("log_entries", instance, begin, end, None, None, 1_000, None, 0, schema_hash, count_bytes(0), 0)


@pytest.fixture
def empty(tmp_path):
    return open_lake("empty", "0.33", tmp_path / "lake").catalog


@pytest.mark.parametrize(
    ("second", "conflicts"),
    [
        (row(0, HOUR), True),
        (row(HOUR // 2, HOUR), True),
        (row(HOUR - 1, 2 * HOUR), True),
        (row(HOUR, 2 * HOUR), False),
        (row(0, HOUR, b"\x06"), False),
        (row(0, HOUR, instance="a process"), False),
        (row(HOUR // 2, HOUR // 2), False),
    ],
    ids=["same", "inside", "across the end", "next", "other hash", "other instance", "zero-width"],
)
def test_rows_of_one_hash_may_not_overlap(empty, second, conflicts):
    expected = pytest.raises(OverlapError, match="exclusion constraint") if conflicts else contextlib.nullcontext()
    with empty.transaction():
        empty.insert(row(0, HOUR))
    with expected, empty.transaction():
        empty.insert(second)

    assert empty.snapshot().num_rows == (1 if conflicts else 2)


def test_zero_width_rows_never_conflict(empty):
    with empty.transaction():
        for _ in range(2):
            empty.insert(row(5, 5))

    assert empty.snapshot().num_rows == 2


def test_an_exception_takes_back_the_whole_transaction(empty):
    with pytest.raises(RuntimeError), empty.transaction():
        empty.insert(row(0, HOUR))
        empty.insert(row(HOUR, 2 * HOUR))
        raise RuntimeError

    assert empty.snapshot().num_rows == 0


def test_a_zero_width_row_counts_as_a_point(empty):
    with empty.transaction():
        empty.insert(row(HOUR, HOUR))

    assert len(empty.rows("log_entries", begin=HOUR, end=HOUR + 1)) == 1
    assert empty.rows("log_entries", begin=0, end=HOUR) == []
    assert empty.rows("log_entries", begin=HOUR + 1, end=2 * HOUR) == []


def test_the_lake_of_the_first_golden_section_lists_the_global_rows_that_were_recorded(tmp_path):
    """All but what differs from one lake to another: paths, sizes and the times of events and rows."""
    names = [
        "view_set_name",
        "begin_insert_time",
        "end_insert_time",
        "file_schema_hash",
        "source_data_hash",
        "num_rows",
    ]
    recorded = recorded_columns("micromegas-0.30", "list-partitions")
    instances = recorded["view_instance_id"]
    expected = [row for row, instance in zip(_rows(recorded, names), instances, strict=True) if instance == "global"]
    lake = open_lake("golden-catalog", "0.30", tmp_path / "lake")

    listed = [
        (
            row.view_set_name,
            row.begin_insert_time,
            row.end_insert_time,
            row.file_schema_hash.hex(),
            row.source_data_hash.hex(),
            row.num_rows,
        )
        for name in set(recorded["view_set_name"])
        for row in lake.catalog.rows(name, "global")
    ]

    assert sorted(listed) == sorted(expected)


def _rows(columns: dict[str, list], names: list[str]) -> list[tuple]:
    values = zip(*[columns[name] for name in names], strict=True)
    return [tuple(value["hex"] if isinstance(value, dict) else value for value in row) for row in values]


def test_a_million_rows_are_listed_with_the_same_columns(tmp_path):
    table = synthetic.million_rows("0.33", GOLDEN_NOW, 20_000)

    assert table.schema.equals(LISTING)
    table.validate(full=True)
    assert table.num_rows == 20_000
    assert 0 < table.column("file_path").null_count < 20_000
    keys = ["view_set_name", "view_instance_id", "begin_insert_time"]
    assert table.group_by(keys).aggregate([]).num_rows == 20_000


def test_rows_beside_the_table_are_listed_with_it(tmp_path):
    lake = open_lake("stale", "0.33", tmp_path / "lake")
    catalog.write_bulk(tmp_path / "lake", synthetic.million_rows("0.33", GOLDEN_NOW, 1_000))
    own = lake.catalog.snapshot().num_rows

    assert catalog.open(lake).snapshot().num_rows == own + 1_000


def test_a_delete_takes_only_the_row_it_was_given(empty):
    first, second = row(5, 5), row(5, 5, b"\x06")
    with empty.transaction():
        empty.insert(first)
        empty.insert(second)
    with empty.transaction():
        empty.delete([first])

    assert empty.rows("log_entries") == [second]
    assert empty.rows("log_entries", begin=0, end=DAY) == [second]


def test_what_another_replica_commits_is_listed(empty, tmp_path):
    other = open_lake("empty", "0.30", tmp_path / "lake").catalog
    assert empty.snapshot().num_rows == other.snapshot().num_rows == 0
    with other.transaction():
        other.insert(row(0, HOUR))

    assert empty.snapshot().num_rows == 1
