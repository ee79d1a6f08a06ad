"""Micromegas' own Python client against the lakehouse.

It is large, so it is no requirement: in a virtual environment that has it (`pip install micromegas==0.32.0`, and the
requirements but for pyarrow) these tests run, elsewhere they are skipped by name.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flight import NOW, Served, served

from lakehouse import scenarios
from lakehouse.clock import parse_rfc3339

pytest.importorskip("micromegas", reason="Micromegas' Python client is not installed")
admin = pytest.importorskip("micromegas.admin")
from micromegas.flightsql.client import FlightSQLClient  # noqa: E402

MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture(params=["0.30", "0.33"])
def lake(request, tmp_path):
    scenarios.build("morning-after", tmp_path / "lake", request.param, parse_rfc3339(NOW))
    with served(tmp_path / "lake", request.param) as lake:
        yield lake


@pytest.fixture
def client(lake: Served) -> FlightSQLClient:
    return FlightSQLClient(f"grpc://127.0.0.1:{lake.port}")


def test_it_queries_with_a_range_and_streams(client):
    day = (MIDNIGHT - timedelta(days=2), MIDNIGHT - timedelta(days=1))
    assert len(client.query("SELECT * FROM log_entries", *day)) == 24
    assert sum(batch.num_rows for batch in client.query_stream("SELECT * FROM blocks", *day)) == 15
    assert client.query_arrow("SELECT * FROM streams").num_rows > 0


def test_it_prepares_and_runs_what_it_prepared(client):
    statement = client.prepare_statement("SELECT time, level, msg FROM log_entries")
    assert statement.dataset_schema.names == ["time", "level", "msg"]
    assert sum(batch.num_rows for batch in client.prepared_statement_stream(statement)) > 0


def test_it_keeps_dictionaries_when_asked(lake: Served):
    client = FlightSQLClient(f"grpc://127.0.0.1:{lake.port}", preserve_dictionary=True)
    assert "dictionary" in str(client.query_arrow("SELECT target FROM log_entries").schema)


def test_it_materializes_regenerates_and_retires(client, capsys):
    day = (MIDNIGHT - timedelta(days=6), MIDNIGHT - timedelta(days=5))
    client.materialize_partitions("blocks", *day, 86400)
    client.regenerate_partitions("blocks", *day, 86400)
    client.retire_partitions("blocks", "global", *day)
    told = capsys.readouterr().out
    assert "[PARTITION_WRITE_START]" in told and "[RETIRE_FOUND]" in told
    left = f"begin_insert_time >= '{day[0].isoformat()}' AND end_insert_time <= '{day[1].isoformat()}'"
    assert client.query(f"SELECT * FROM list_partitions() WHERE view_set_name = 'blocks' AND {left}").empty


def test_it_finds_processes_streams_and_blocks(client):
    (stream,) = client.query("SELECT stream_id, process_id FROM blocks LIMIT 1").itertuples(index=False)
    assert len(client.find_process(stream.process_id)) >= 1
    window = (MIDNIGHT - timedelta(days=12), MIDNIGHT + timedelta(days=1))
    assert len(client.query_streams(*window, 10, process_id=stream.process_id)) > 0
    assert len(client.query_blocks(*window, 10, stream.stream_id)) > 0


def test_it_retires_incompatible_partitions_on_the_newer_server_only(lake: Served, client):
    old = admin.list_incompatible_partitions(client, "measures")
    assert len(old) > 0
    retired = admin.retire_incompatible_partitions(client, "measures")["partitions_retired"].sum()
    # The older server refuses the five arguments that this client sends.
    assert retired == (0 if lake.lake.version == "0.30" else len(old))
    assert len(admin.list_incompatible_partitions(client, "measures")) == len(old) - retired
