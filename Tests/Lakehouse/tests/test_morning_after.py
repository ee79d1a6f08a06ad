"""The lake of the quickstart, at any minute of a day."""

from __future__ import annotations

import pytest
from lakes import DAY, GOLDEN_NOW, HOUR, current, messages, old, open_lake, rows_of, sources_of

from lakehouse import engine, morning_after
from lakehouse.layout import GLOBALS
from lakehouse.types import EngineError

MIDNIGHT = GOLDEN_NOW // DAY * DAY
MINUTE = HOUR // 60


@pytest.fixture(scope="module", params=[0, 9, 59, 121, 496, 1439], ids=lambda minute: f"minute {minute}")
def lake(request, tmp_path_factory):
    """The lake so many minutes after midnight; only read."""
    return open_lake("morning-after", "0.33", tmp_path_factory.mktemp("lake"), MIDNIGHT + request.param * MINUTE)


def test_the_soak_is_over_in_every_view_and_nothing_is_from_the_future(lake):
    now = lake.clock()

    assert max(_times(lake, "updated")) <= now
    for view in GLOBALS:
        mine = current(lake, view, 0, now)
        assert min(row.updated for row in mine) < now - DAY
        # Rows of the newer server would be a sign of a mixed one.
        assert max(row.updated for row in old(lake, view, 0, now)) < max(row.updated for row in mine)


def test_the_last_days_are_whole_at_the_current_hash(lake):
    now = lake.clock()

    for view in GLOBALS:
        for day in morning_after.CURRENT:
            begin = MIDNIGHT + day * DAY
            rows = current(lake, view, begin, begin + DAY)
            assert _tiles(rows, begin, begin + DAY)
            assert old(lake, view, begin, begin + DAY) == []
        today = current(lake, view, MIDNIGHT, MIDNIGHT + DAY)
        assert all(row.end_insert_time <= now - HOUR for row in today)


def test_nothing_crosses_an_age_within_an_hour_of_the_run(lake):
    now = lake.clock()

    ages = [now - end for end in _times(lake, "end_insert_time")]
    for border in (14 * DAY, 90 * DAY):
        assert not any(border - HOUR <= age <= border + HOUR for age in ages)


def test_queries_over_history_see_nothing_and_the_lost_day_is_the_last_copy(tmp_path):
    lake = open_lake("morning-after", "0.33", tmp_path / "lake")
    lost = MIDNIGHT + morning_after.LOST * DAY

    for view in GLOBALS:
        history = (MIDNIGHT + morning_after.OLD[0] * DAY, MIDNIGHT + morning_after.CURRENT[0] * DAY)
        assert current(lake, view, *history) == []
        assert rows_of(old(lake, view, *history)) > 0
    assert sources_of(current(lake, "blocks", lost, lost + DAY)) == 0
    assert _tiles(current(lake, "blocks", lost, lost + DAY), lost, lost + DAY)
    assert sources_of(old(lake, "log_entries", lost, lost + DAY)) > 0
    assert lake.telemetry.blocks(lost, lost + DAY) == []
    assert 1_000 <= lake.catalog.snapshot().num_rows <= 1_500


def test_a_shadow_of_every_view_holds_what_the_old_rows_held(tmp_path):
    lake = open_lake("morning-after", "0.33", tmp_path / "lake")
    begin = MIDNIGHT + morning_after.OLD[-1] * DAY
    end = begin + DAY
    for view in GLOBALS:
        before = old(lake, view, begin, end)
        told = messages(engine.materialize(lake, view, begin, end, 1800))

        assert not any("RETIRE_FOUND" in text or "Caused by" in text for text in told)
        assert old(lake, view, begin, end) == before
        shadow = current(lake, view, begin, end)
        assert sources_of(shadow) == sources_of(before) > 0
        assert rows_of(shadow) >= rows_of(before)
        if view == "blocks":
            list(engine.materialize(lake, view, begin, end, 3600))
    for view in ("processes", "streams", "log_entries", "measures", "log_stats"):
        final = 3600 if view in ("log_entries", "measures") else 86_400
        told = messages(engine.materialize(lake, view, begin, end, final))
        assert sum("merging " in text for text in told) == (24 if final == 3600 else 1)
        assert old(lake, view, begin, end) == []


def test_an_old_instance_is_rebuilt_by_its_next_query_unless_its_payloads_are_gone(tmp_path):
    lake = open_lake("threads-lost", "0.33", tmp_path / "lake")
    begin = MIDNIGHT + morning_after.THREADLESS * DAY
    for view in ("blocks", "processes", "streams"):
        list(engine.materialize(lake, view, begin, begin + DAY, 3600))
    instances = [
        row
        for view in ("log_entries", "thread_spans")
        for row in lake.catalog.rows(view, begin=begin, end=begin + DAY)
        if row.view_instance_id != "global" and row.num_rows
    ]
    assert instances
    for row in instances:
        engine.ensure_instance(lake, row.view_set_name, row.view_instance_id, begin, begin + DAY)

    after = {
        (view, row.view_instance_id): row.num_rows
        for view in ("log_entries", "thread_spans")
        for row in lake.catalog.rows(view, None, lake.definitions.get(view).schema_hash, begin, begin + DAY)
    }
    kept = [row for row in instances if after[row.view_set_name, row.view_instance_id] == row.num_rows]
    emptied = [row for row in instances if after[row.view_set_name, row.view_instance_id] == 0]
    assert {row.view_set_name for row in kept} == {"log_entries", "thread_spans"}
    assert {row.view_set_name for row in emptied} == {"thread_spans"}
    assert len(kept) + len(emptied) == len(instances)


def test_a_payload_that_is_gone_fails_to_be_read(tmp_path):
    lake = open_lake("threads-lost", "0.33", tmp_path / "lake")
    begin = MIDNIGHT + morning_after.THREADLESS * DAY
    readable = {True: 0, False: 0}
    for block in lake.telemetry.blocks(begin, begin + DAY):
        try:
            engine.get_payload(lake, block.process_id, block.stream_id, block.block_id)
            readable[True] += 1
        except EngineError as error:
            assert str(error).startswith("Internal error: error downloading payload")
            readable[False] += 1

    assert readable == {True: 12, False: 3}


def _times(lake, name: str) -> list[int]:
    return lake.catalog.snapshot().column(name).cast("int64").to_pylist()


def _tiles(rows, begin: int, end: int) -> bool:
    at = begin
    for row in rows:
        if row.begin_insert_time != at:
            return False
        at = row.end_insert_time
    return at == end
