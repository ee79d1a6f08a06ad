"""What queries answer of views whose rows were made by a query."""

from __future__ import annotations

import pytest
from flight import served
from lakes import DAY

from lakehouse import engine, scenarios
from lakehouse.clock import Clock


@pytest.fixture
def lake(tmp_path):
    now = Clock(None)()
    scenarios.build("telemetry-only", tmp_path / "lake", "0.33", now)
    with served(tmp_path / "lake", "0.33") as found:
        yield found


def test_an_id_of_several_partitions_is_one_row(lake):
    """Processes in small buckets over a day of blocks: each bucket holds every process of the day."""
    begin = lake.lake.telemetry.blocks()[0].insert_time // DAY * DAY
    for view, delta in (("blocks", 3600), ("blocks", 86_400), ("processes", 6 * 3600)):
        list(engine.materialize(lake.lake, view, begin, begin + DAY, delta))
    rows = lake.lake.catalog.rows("processes", "global")
    assert [row.num_rows for row in rows] == [4, 4, 4, 4]

    assert lake.client.query("SELECT count(*) AS n FROM processes").column("n") == [4]
    ids = lake.client.query("SELECT process_id FROM processes ORDER BY 1").column("process_id")
    assert ids == sorted({block.process_id for block in lake.lake.telemetry.blocks(begin, begin + DAY)})
    latest = lake.client.query("SELECT max(last_update_time) AS t FROM processes").column("t")[0]
    inserted = max(block.insert_time for block in lake.lake.telemetry.blocks(begin, begin + DAY))
    assert round(latest.timestamp() * 1_000_000) == inserted // 1000
