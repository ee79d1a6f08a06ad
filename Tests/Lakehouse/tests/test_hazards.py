"""Each lake of a hazard differs from a healthy one in what its name says."""

from __future__ import annotations

from collections import Counter

import pytest
from lakes import DAY, GOLDEN_NOW, HOUR, current, messages, old, open_lake, rows_of, sources_of

from lakehouse import engine, hazards, scenarios
from lakehouse.catalog import source_count
from lakehouse.layout import GLOBALS
from lakehouse.types import VERSIONS

MIDNIGHT = GOLDEN_NOW // DAY * DAY
BEGIN = MIDNIGHT + hazards.OLD * DAY
END = BEGIN + DAY


@pytest.fixture(params=VERSIONS)
def version(request):
    return request.param


@pytest.mark.parametrize("name", [name for name in scenarios.NAMES if not name.startswith(("golden", "partitions"))])
def test_every_scenario_obeys_the_uniqueness_rule_and_has_its_files(tmp_path, name, version):
    lake = open_lake(name, version, tmp_path / "lake")
    rows = [row for view in lake.definitions.all() for row in lake.catalog.rows(view.name)]

    assert all((lake.store / row.file_path).exists() for row in rows if row.file_path)
    assert all(bool(row.file_path) == bool(row.num_rows) for row in rows)
    keys: dict[tuple, int] = {}
    for row in sorted(rows, key=lambda row: row.begin_insert_time):
        key = (row.view_set_name, row.view_instance_id, row.file_schema_hash)
        if row.begin_insert_time != row.end_insert_time:
            assert keys.get(key, 0) <= row.begin_insert_time
            keys[key] = row.end_insert_time


def test_newer_rows_carry_a_hash_that_is_not_the_servers(tmp_path, version):
    lake = open_lake("newer-rows", version, tmp_path / "lake")

    for view in GLOBALS:
        newest = max(row.updated for row in current(lake, view, 0, GOLDEN_NOW))
        assert min(row.updated for row in old(lake, view, 0, GOLDEN_NOW)) > newest


def test_an_upgrade_of_two_hours_ago_is_not_soaked(tmp_path, version):
    lake = open_lake("not-soaked", version, tmp_path / "lake")

    for view in GLOBALS:
        assert min(row.updated for row in current(lake, view, 0, GOLDEN_NOW)) > GOLDEN_NOW - 3 * HOUR


@pytest.mark.parametrize(("name", "seconds"), [("misaligned", {600, 3600, 3000}), ("fine-rows", {1})])
def test_rows_that_no_shadow_can_stand_beside(tmp_path, version, name, seconds):
    lake = open_lake(name, version, tmp_path / "lake")
    odd = [row for row in old(lake, "log_entries", BEGIN, END) if row.begin_insert_time % HOUR or row.num_rows]

    lengths = {(row.end_insert_time - row.begin_insert_time) // 1_000_000_000 for row in odd if row.num_rows}
    assert lengths & seconds
    assert any(row.begin_insert_time % HOUR for row in odd if row.num_rows)


def test_two_old_hashes_hold_the_same_rows_twice(tmp_path, version):
    lake = open_lake("two-old-hashes", version, tmp_path / "lake")
    counts = Counter()
    for row in old(lake, "log_entries", BEGIN, END):
        counts[row.file_schema_hash] += row.num_rows

    assert sorted(counts.values()) == [24, 24]


def test_doubled_instances_count_twice_the_objects_of_their_blocks(tmp_path, version):
    lake = open_lake("doubled-instances", version, tmp_path / "lake")
    schema_hash = lake.definitions.get("log_entries").schema_hash
    (doubled,) = [
        row for row in lake.catalog.rows("log_entries", None, schema_hash) if row.view_instance_id != "global"
    ]
    blocks = lake.telemetry.blocks(doubled.begin_insert_time, doubled.end_insert_time + 1)
    mine = [block.nb_objects for block in blocks if block.process_id == doubled.view_instance_id]

    assert source_count(doubled) == doubled.num_rows == 2 * min(mine)


def test_without_payloads_a_shadow_has_fewer_rows_than_its_source(tmp_path, version):
    lake = open_lake("no-payloads", version, tmp_path / "lake")
    before = old(lake, "log_entries", BEGIN, END)
    list(engine.materialize(lake, "blocks", BEGIN, END, 1800))

    told = messages(engine.materialize(lake, "log_entries", BEGIN, END, 1800))

    shadow = current(lake, "log_entries", BEGIN, END)
    assert any(text.startswith("processing source block") for text in told)
    assert (rows_of(shadow), sources_of(shadow)) == (0, 24)
    assert old(lake, "log_entries", BEGIN, END) == before
