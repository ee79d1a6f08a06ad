"""Each damage of the contract happens for its reason, told in the words of the real server."""

from __future__ import annotations

import re

import pytest
from lakes import (
    DAY,
    GOLDEN_NOW,
    HOUR,
    PlannedFaults,
    current,
    messages,
    old,
    open_lake,
    recorded,
    replay,
    rows_of,
    sources_of,
    template,
)

from lakehouse import engine, storage
from lakehouse.catalog import count_bytes, source_count
from lakehouse.clock import parse_rfc3339
from lakehouse.types import EngineError

D13, D16, D17, D18 = (parse_rfc3339(f"2026-11-{day}T00:00:00Z") for day in (13, 16, 17, 18))
GLOBALS = ("blocks", "processes", "streams", "log_entries", "measures", "log_stats")


@pytest.fixture
def upgraded(tmp_path):
    """The server is 0.33 since a moment ago: all of the 17th and 18th is old."""
    return open_lake("golden-upgraded", "0.33", tmp_path / "lake")


def test_a_view_materialized_before_what_it_reads_is_replaced_by_nothing(upgraded):
    before = old(upgraded, "log_entries", D17, D18)
    assert rows_of(row for row in before if row.file_schema_hash == b"\x06") == 499

    told, expected = replay(upgraded, "micromegas-0.33", "materialize-wrong-order-loses-rows")

    assert told == expected
    assert old(upgraded, "log_entries", D17, D18) == []
    assert rows_of(current(upgraded, "log_entries", D17, D18)) == 0


def test_rows_lost_by_a_wrong_order_come_back_while_their_payloads_exist(upgraded):
    replay(upgraded, "micromegas-0.33", "materialize-wrong-order-loses-rows")
    list(engine.materialize(upgraded, "blocks", D17, D18, 3600))

    told = messages(engine.materialize(upgraded, "log_entries", D17, D18, 3600))

    assert "existing partitions do not match source data (127 vs 0) : creating a new partition" in "\n".join(told)
    assert rows_of(current(upgraded, "log_entries", D17, D18)) == 499


def test_the_right_order_brings_every_row_back_and_leaves_no_old_one(upgraded):
    before = {name: rows_of(old(upgraded, name, D18, D18 + DAY)) for name in GLOBALS}

    for name in ("materialize-right-order-1-blocks", "materialize-right-order-2-log_entries"):
        told, expected = replay(upgraded, "micromegas-0.33", name)
        assert told == expected
    for name in ("measures", "processes", "streams", "log_stats"):
        list(engine.materialize(upgraded, name, D18, D18 + DAY, 3600))

    assert {name: rows_of(current(upgraded, name, D18, D18 + DAY)) for name in GLOBALS} == before
    assert [row for name in GLOBALS for row in old(upgraded, name, D18, D18 + DAY)] == []


def test_a_failed_query_commits_an_empty_partition_that_materializing_calls_up_to_date(tmp_path):
    lake = open_lake("golden-failure", "0.33", tmp_path / "lake")
    assert rows_of(current(lake, "log_stats", D16, D17)) == 12

    told, expected = replay(lake, "micromegas-0.33", "materialize-failure-commits-empty")

    assert told == expected
    (damaged,) = current(lake, "log_stats", D16, D17)
    assert (damaged.num_rows, damaged.file_path, source_count(damaged)) == (0, None, 254)
    told, expected = replay(lake, "micromegas-0.33", "materialize-cannot-repair")
    assert told == expected
    assert current(lake, "log_stats", D16, D17) == [damaged]


def test_regenerating_repairs_an_empty_partition_with_a_full_source(tmp_path):
    lake = open_lake("golden-repair", "0.33", tmp_path / "lake")
    assert (rows_of(current(lake, "log_stats", D16, D17)), sources_of(current(lake, "log_stats", D16, D17))) == (0, 254)

    told, expected = replay(lake, "micromegas-0.33", "regenerate-repairs")

    assert told == expected
    assert (rows_of(current(lake, "log_stats", D16, D17)), sources_of(current(lake, "log_stats", D16, D17))) == (
        12,
        254,
    )


def test_a_regeneration_that_fails_leaves_what_was_there(tmp_path):
    lake = open_lake("golden-failure", "0.33", tmp_path / "lake")
    before = lake.catalog.snapshot()

    with pytest.raises(EngineError, match=r"regenerate_partitions_impl[^$]*not found: No such file or directory"):
        list(engine.regenerate(lake, "log_stats", D16, D17, 86_400))

    assert lake.catalog.snapshot().equals(before)


def test_an_old_day_survives_new_hours_and_goes_with_their_merge(upgraded):
    (day,) = old(upgraded, "processes", D17, D18)
    assert day.end_insert_time - day.begin_insert_time == DAY
    list(engine.materialize(upgraded, "blocks", D17, D18, 3600))

    list(engine.materialize(upgraded, "processes", D17, D18, 3600))
    assert old(upgraded, "processes", D17, D18) == [day]
    told = messages(engine.materialize(upgraded, "processes", D17, D18, 86_400))

    assert "merging 24 partitions" in told[0]
    assert old(upgraded, "processes", D17, D18) == []
    assert rows_of(current(upgraded, "processes", D17, D18)) == day.num_rows


def test_an_input_that_is_no_parquet_file_is_told_as_a_failure(tmp_path):
    lake = open_lake("golden-repair", "0.33", tmp_path / "lake")
    damaged = next(row for row in current(lake, "log_entries", D16, D17) if row.num_rows)
    (lake.store / damaged.file_path).write_bytes(b"not Parquet")

    with pytest.raises(EngineError, match=r"Parquet error: "):
        list(engine.regenerate(lake, "log_stats", D16, D17, 86_400))


def test_a_missing_input_of_a_count_fails_without_a_commit(tmp_path):
    lake = open_lake("golden-repair", "0.33", tmp_path / "lake")
    gone = next(row for row in current(lake, "blocks", D16, D17) if row.num_rows)
    storage.remove(lake, gone.file_path)
    before = lake.catalog.snapshot()

    (told,) = messages(engine.materialize(lake, "processes", D16, D17, 86_400))

    assert told.startswith("materialize_partitions_impl\n\nCaused by:\n    0: materialize_partition\n")
    assert lake.catalog.snapshot().equals(before)


def test_a_block_without_payload_is_skipped_and_the_partition_counts_as_complete(upgraded):
    list(engine.materialize(upgraded, "blocks", D18, D18 + DAY, 3600))
    upgraded.telemetry.remove_payloads(D18 + 5 * HOUR, D18 + 6 * HOUR)

    told = messages(engine.materialize(upgraded, "log_entries", D18 + 5 * HOUR, D18 + 6 * HOUR, 3600))

    assert any(text.startswith("processing source block\n\nCaused by:") for text in told)
    (row,) = current(upgraded, "log_entries", D18 + 5 * HOUR, D18 + 6 * HOUR)
    assert (row.num_rows, source_count(row)) == (0, 124)
    told = messages(engine.materialize(upgraded, "log_entries", D18 + 5 * HOUR, D18 + 6 * HOUR, 3600))
    assert [template(text).partition(": ")[2] for text in told] == ["already up to date, nb_source_events=N"]


def test_overlapping_blocks_rows_double_a_just_in_time_row_until_it_is_retired(tmp_path):
    lake = open_lake("golden-upgraded", "0.33", tmp_path / "lake")
    process = ran_at(lake, D17 + 6 * HOUR)
    (before,) = lake.catalog.rows("log_entries", process)
    assert before.num_rows == 124
    # A shadow of blocks: old and new rows side by side.
    list(engine.materialize(lake, "blocks", D17, D18, 1800))

    engine.ensure_instance(lake, "log_entries", process, D17, D18)

    (doubled,) = lake.catalog.rows("log_entries", process)
    assert (doubled.num_rows, source_count(doubled)) == (248, 248)
    assert doubled.file_path != before.file_path
    # Once the old blocks rows are gone it is still taken for up to date.
    list(engine.materialize(lake, "blocks", D17, D18, 3600))
    assert old(lake, "blocks", D17, D18) == []
    engine.ensure_instance(lake, "log_entries", process, D17, D18)
    assert lake.catalog.rows("log_entries", process) == [doubled]
    # The cure.
    assert engine.retire_by_file(lake, [doubled.file_path]) == [f"SUCCESS: Retired partition {doubled.file_path}"]
    engine.ensure_instance(lake, "log_entries", process, D17, D18)
    (cured,) = lake.catalog.rows("log_entries", process)
    assert (cured.num_rows, source_count(cured)) == (124, 124)


def test_an_instance_is_rebuilt_only_where_current_blocks_cover_it(upgraded):
    process = ran_at(upgraded, D17 + 6 * HOUR)
    before = upgraded.catalog.snapshot()

    engine.ensure_instance(upgraded, "log_entries", process, D17, D18)
    with pytest.raises(EngineError, match="Process not found"):
        engine.ensure_instance(upgraded, "async_events", process, D17, D18)

    assert upgraded.catalog.snapshot().equals(before)


def test_one_error_takes_back_what_other_rows_of_its_batch_call_a_success(tmp_path):
    lake = open_lake("golden-catalog", "0.30", tmp_path / "lake")
    sql, expected = recorded("micromegas-0.30", "retire-by-file-batch-false-success")
    path, missing = re.findall(r"'(views/.*?)'", sql)

    told = engine.retire_by_file(lake, [path, missing])

    assert [template(text) for text in told] == expected
    assert told[0] == f"SUCCESS: Retired partition {path}"
    assert len(lake.catalog.by_file(path)) == 1
    assert lake.catalog.queued_files() == []


def test_every_8192_paths_are_a_transaction_of_their_own(tmp_path):
    lake = open_lake("golden-catalog", "0.30", tmp_path / "lake")
    paths = [row.file_path for row in lake.catalog.rows("measures") if row.file_path]
    many = [paths[0], *["views/nope.parquet"] * 8191, paths[1]]

    told = engine.retire_by_file(lake, many)

    assert (told[0][:7], told[-1][:7], len(told)) == ("SUCCESS", "SUCCESS", 8193)
    assert len(lake.catalog.by_file(paths[0])) == 1
    assert lake.catalog.by_file(paths[1]) == []


def test_four_arguments_are_blind_to_the_hash_and_leak_a_file(tmp_path):
    lake = open_lake("golden-catalog", "0.30", tmp_path / "lake")
    begin, end = D17 + 5 * HOUR, D17 + 6 * HOUR
    both = lake.catalog.exact("log_entries", "global", begin, end)
    assert {row.file_schema_hash for row in both} == {b"\x05", b"\x06"}

    told = engine.retire_by_metadata(lake, [("log_entries", "global", begin, end)])

    assert [text[:7] for text in told] == ["SUCCESS"]
    assert lake.catalog.exact("log_entries", "global", begin, end) == []
    assert len(lake.catalog.queued_files()) == 1


def test_the_fifth_argument_names_exactly_one_row(upgraded):
    begin, end = D17 + 8 * HOUR, D17 + 9 * HOUR
    assert len(upgraded.catalog.exact("log_entries", "global", begin, end)) == 2

    engine.retire_by_metadata(upgraded, [("log_entries", "global", begin, end, b"\x05")])

    (left,) = upgraded.catalog.exact("log_entries", "global", begin, end)
    assert left.file_schema_hash == b"\x06"


def test_a_failing_row_among_several_retires_nothing_and_answers_a_row_too_many(tmp_path):
    lake = open_lake("golden-catalog", "0.30", tmp_path / "lake")
    before = lake.catalog.snapshot()
    rows = [("log_entries", "global", D13 + n * HOUR, D13 + (n + 1) * HOUR) for n in (4, 30)]

    told = engine.retire_by_metadata(lake, rows)

    assert [text.partition(":")[0] for text in told] == ["SUCCESS", "ERROR", "ROLLED_BACK"]
    assert lake.catalog.snapshot().equals(before)


def test_a_range_retire_that_is_not_read_to_its_end_retires_nothing(tmp_path):
    lake = open_lake("golden-catalog", "0.30", tmp_path / "lake")
    before = lake.catalog.snapshot()
    rows = engine.retire_range(lake, "log_entries", "global", D17 + 5 * HOUR, D17 + 7 * HOUR)

    _, first = next(rows)
    rows.close()

    assert first.endswith("found_partitions=4")
    assert lake.catalog.snapshot().equals(before)


def test_a_stale_day_of_blocks_is_repaired_by_regenerating_the_day_only(tmp_path):
    lake = open_lake("stale", "0.33", tmp_path / "lake")
    day = GOLDEN_NOW // DAY * DAY - 3 * DAY
    assert sources_of(current(lake, "blocks", day, day + DAY)) == 10

    hours = messages(engine.materialize(lake, "blocks", day, day + DAY, 3600))
    assert {text.partition("], aborting")[1] for text in hours} == {"], aborting"}
    assert sources_of(current(lake, "blocks", day, day + DAY)) == 10
    list(engine.regenerate(lake, "blocks", day, day + DAY, 86_400))

    assert sources_of(current(lake, "blocks", day, day + DAY)) == 15


def test_a_materialization_stopped_by_its_reader_keeps_the_buckets_already_committed(upgraded):
    rows = engine.materialize(upgraded, "blocks", D18, D18 + DAY, 3600)
    starts = 0
    for _, text in rows:
        starts += "PARTITION_WRITE_START" in text
        if starts == 3:
            rows.close()
            break

    assert len(current(upgraded, "blocks", D18, D18 + DAY)) == 2
    assert len(old(upgraded, "blocks", D18, D18 + DAY)) == 22


def test_a_delta_of_zero_never_ends_on_the_older_server(tmp_path):
    lake = open_lake("golden-catalog", "0.30", tmp_path / "lake")
    rows = engine.materialize(lake, "log_entries", D18, D18 + DAY, 0)

    taken = [next(rows)[1] for _ in range(5_000)]
    rows.close()

    assert len(taken) == 5_000


def test_a_query_that_is_asked_to_fail_commits_an_empty_partition(tmp_path):
    faults = PlannedFaults()
    lake = open_lake("golden-shadow", "0.33", tmp_path / "lake", faults=faults)
    for view in ("blocks", "log_entries"):
        list(engine.materialize(lake, view, D18, D18 + DAY, 3600))
    faults.at("bucket", 1)

    told = messages(engine.materialize(lake, "log_stats", D18 + 4 * HOUR, D18 + 7 * HOUR, 3600))

    assert sum(text.startswith("materialize_partitions_impl\n\nCaused by:") for text in told) == 1
    made = current(lake, "log_stats", D18, D18 + DAY)
    # The failure is not the end: its bucket is still committed, the next one is not begun.
    assert [(row.num_rows, source_count(row)) for row in made] == [(0, 0), (0, 124)]


def test_a_view_of_payloads_that_is_asked_to_fail_commits_nothing(tmp_path):
    faults = PlannedFaults()
    lake = open_lake("golden-shadow", "0.33", tmp_path / "lake", faults=faults)
    list(engine.materialize(lake, "blocks", D18, D18 + DAY, 3600))
    before = lake.catalog.snapshot()
    faults.at("bucket", 0)

    told = messages(engine.materialize(lake, "log_entries", D18 + 5 * HOUR, D18 + 6 * HOUR, 3600))

    assert told[-1].startswith("materialize_partitions_impl\n\nCaused by:")
    assert lake.catalog.snapshot().equals(before)


def test_a_commit_that_fails_leaves_neither_row_nor_file(tmp_path):
    faults = PlannedFaults()
    lake = open_lake("golden-shadow", "0.33", tmp_path / "lake", faults=faults)
    files = sorted(lake.store.rglob("*.parquet"))
    before = lake.catalog.snapshot()
    faults.at("before_commit")

    told = messages(engine.materialize(lake, "blocks", D18 + 5 * HOUR, D18 + 6 * HOUR, 3600))

    assert told[-1].startswith("materialize_partitions_impl\n\nCaused by:")
    assert lake.catalog.snapshot().equals(before)
    assert sorted(lake.store.rglob("*.parquet")) == files


def test_a_row_that_is_asked_to_fail_takes_its_batch_with_it(tmp_path):
    faults = PlannedFaults()
    lake = open_lake("golden-catalog", "0.30", tmp_path / "lake", faults=faults)
    paths = [row.file_path for row in lake.catalog.rows("measures") if row.file_path][:3]
    before = lake.catalog.snapshot()
    faults.at("retire_row", 1)

    told = engine.retire_by_file(lake, paths)

    assert [text.partition(":")[0] for text in told] == ["SUCCESS", "ERROR", "SUCCESS"]
    assert lake.catalog.snapshot().equals(before)


def test_the_last_of_two_writers_of_a_bucket_wins(upgraded):
    first = engine.materialize(upgraded, "blocks", D18 + 5 * HOUR, D18 + 6 * HOUR, 3600)
    second = engine.materialize(upgraded, "blocks", D18 + 5 * HOUR, D18 + 6 * HOUR, 3600)
    for rows in (first, second):
        while "PARTITION_WRITE_START" not in next(rows)[1]:
            pass

    list(second)
    (winner,) = current(upgraded, "blocks", D18 + 5 * HOUR, D18 + 6 * HOUR)
    list(first)

    (last,) = current(upgraded, "blocks", D18 + 5 * HOUR, D18 + 6 * HOUR)
    assert last.file_path != winner.file_path
    assert count_bytes(5) == last.source_data_hash


def ran_at(lake, hour: int) -> str:
    """The process whose blocks were inserted in this hour."""
    (process,) = {block.process_id for block in lake.telemetry.blocks(hour, hour + HOUR)}
    return process
