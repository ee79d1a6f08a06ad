"""What statements see and how their errors read, over the morning after."""

from __future__ import annotations

import pytest
from flight import NOW, Served, served

from lakehouse import scenarios, sql
from lakehouse.clock import parse_rfc3339
from lakehouse.types import QueryError
from lakehouse.views import Identity

#: The morning after's D-2: three runs of 24 log entries in all and five blocks each.
DAY = "insert_time >= '2026-11-19T00:00:00.000000Z' AND insert_time < '2026-11-20T00:00:00.000000Z'"
LOGS = "array_has(\"streams.tags\", 'log')"


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    directory = tmp_path_factory.mktemp("morning") / "lake"
    scenarios.build("morning-after", directory, "0.33", parse_rfc3339(NOW))
    with served(directory) as lake:
        yield lake


@pytest.fixture
def changing(tmp_path):
    """A lake that the test may change."""
    scenarios.build("morning-after", tmp_path / "lake", "0.33", parse_rfc3339(NOW))
    with served(tmp_path / "lake") as lake:
        yield lake


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (f"SELECT count(*) AS n FROM blocks WHERE {DAY}", 15),
        (f"SELECT sum(nb_objects) AS n FROM blocks WHERE {LOGS} AND {DAY}", 24),
        (f"SELECT count(*) AS n FROM log_entries WHERE {DAY}", 24),
        ("SELECT sum(count) AS n FROM log_stats WHERE date_trunc('day', time_bin) = '2026-11-19T00:00:00Z'", 24),
        (f"SELECT count(get_payload(process_id, stream_id, block_id)) AS n FROM blocks WHERE {DAY}", 15),
        (
            "SELECT count(DISTINCT b.process_id) AS n FROM blocks b LEFT JOIN processes p "
            "ON b.process_id = p.process_id WHERE p.process_id IS NULL",
            0,
        ),
        (f"SELECT count(*) AS n FROM log_entries WHERE target = 'telemetry_sink' AND {DAY}", 3),
        ("SELECT count(*) AS n FROM log_entries WHERE insert_time < TIMESTAMP '2026-11-17T00:00:00'", 0),
    ],
)
def test_counts_see_the_rows_of_the_current_hash(lake: Served, text: str, value: int):
    assert lake.client.query(text).column("n") == [value]


def test_a_query_range_prunes_on_event_time_and_leaves_the_listing_alone(lake: Served):
    window = {"query_range_begin": "2026-11-19T00:00:00Z", "query_range_end": "2026-11-19T06:00:00Z"}
    assert lake.client.query("SELECT count(*) AS n FROM log_entries", **window).column("n") == [8]
    listing = "SELECT count(*) AS n FROM list_partitions()"
    assert lake.client.query(listing, **window).column("n") == lake.client.query(listing).column("n")


def test_a_limit_header_limits(lake: Served):
    assert lake.client.query("SELECT * FROM list_partitions()", limit="7").table.num_rows == 7


def test_a_view_reads_nothing_that_its_caller_may_not_see(lake: Served):
    lake.server.identities = {s: Identity(s, admin=True, sees=s) for s in ("all", "instances", "nothing")}
    try:
        counts = {
            sees: lake.client.query("SELECT count(*) AS n FROM blocks", authorization=f"Bearer {sees}").column("n")[0]
            for sees in lake.server.identities
        }
    finally:
        lake.server.identities = {}
    assert counts["all"] > 0 and counts["instances"] == counts["nothing"] == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SELECT *\nFROM nosuch", "table 'datafusion.public.nosuch' not found (at line 2, column 6)"),
        ("SELECT nope FROM blocks", "Schema error: No field named nope. Valid fields are blocks.block_id"),
        ("CREATE TABLE x AS SELECT 1", "DDL not supported"),
        ("SELECT 1; SELECT 2", "only supports a single SQL statement"),
        ("SELECT * FROM materialize_partitions()", "Missing first argument, expected view_set_name: String"),
        (
            "SELECT * FROM materialize_partitions('blocks')",
            "Missing 3rd argument, expected a UTC nanoseconds timestamp",
        ),
        ("SELECT * FROM retire_partitions('blocks')", "Missing 2nd argument, expected view_instance_id: String"),
        ("SELECT * FROM view_instance('nope', 'x')", "view set nope not found"),
    ],
)
def test_an_error_of_planning_says_what_is_wrong(lake: Served, text: str, told: str):
    answer = lake.client.query(text)
    assert answer.code == "INVALID_ARGUMENT" and answer.details.startswith("error building dataframe: ")
    assert told in answer.details and "(query_id=" in answer.details


def test_a_retire_function_streams_one_message_a_path(changing: Served):
    paths = changing.client.query("SELECT file_path FROM list_partitions() WHERE num_rows > 0 LIMIT 3").column(
        "file_path"
    )
    rows = ", ".join(f"('{path}')" for path in paths)
    answer = changing.client.query(f"SELECT retire_partition_by_file(p) AS message FROM (VALUES {rows}) AS t(p)")
    assert answer.column("message") == [f"SUCCESS: Retired partition {path}" for path in paths]
    left = changing.client.query("SELECT file_path FROM list_partitions()").column("file_path")
    assert not set(paths) & set(left)


def test_times_may_be_text_casts_or_literals(changing: Served):
    spellings = (
        "'2026-11-19T00:00:00.000000Z'",
        "TIMESTAMP '2026-11-19T00:00:00'",
        "CAST('2026-11-19T00:00:00Z' AS TIMESTAMP)",
        "date_trunc('day', now() - INTERVAL '2 days')",
    )
    logs = [
        changing.client.query(
            f"SELECT msg FROM materialize_partitions('blocks', {t}, '2026-11-20T00:00:00Z', 86400)"
        ).log
        for t in spellings
    ]
    assert len(logs[0]) == 1 and "already up to date" in logs[0][0] and all(log == logs[0] for log in logs)


def test_the_engines_own_queries_see_partitions_by_insert_time_and_given_tables(lake: Served):
    begin = parse_rfc3339("2026-11-19T00:00:00Z")
    day = sql.run(lake.lake, "SELECT count(*) AS n FROM blocks", begin, begin + 86_400_000_000_000)
    assert day.column("n").to_pylist() == [15]
    twice = sql.run(lake.lake, "SELECT n + 1 AS n FROM source", tables={"source": day})
    assert twice.column("n").to_pylist() == [16]
    assert sql.plan(lake.lake, "SELECT time, msg FROM log_entries").names == ["time", "msg"]
    with pytest.raises(QueryError, match="No field named nope"):
        sql.run(lake.lake, "SELECT nope FROM blocks")
    with pytest.raises(QueryError, match=r"^Arrow error: Divide by zero error$"):
        sql.run(lake.lake, "SELECT 1/0")


VIEW = """CREATE MATERIALIZED VIEW level_counts WITH (
  extract_query = $$SELECT date_bin('1 hour', time) AS time_bin, level, count(*) AS count FROM log_entries
    WHERE insert_time >= '{begin}' AND insert_time < '{end}' GROUP BY time_bin, level$$,
  count_src_query = $$SELECT sum(nb_objects) AS count FROM blocks WHERE insert_time >= '{begin}'
    AND insert_time < '{end}' AND array_has("streams.tags", 'log')$$,
  merge_partitions_query = $$SELECT time_bin, level, sum(count) AS count FROM {source} GROUP BY time_bin, level$$,
  update_group = 3000, time_column = 'time_bin', source_partition_delta = '1 hour', merge_partition_delta = '1 day')"""


def test_a_view_of_the_ddl_is_made_filled_and_dropped_but_never_prepared(changing: Served):
    assert changing.client.prepare(VIEW).code == "INVALID_ARGUMENT"
    assert changing.client.query(VIEW).column("status") == ["created"]
    assert "already exists" in changing.client.query(VIEW).details
    fill = "materialize_partitions('level_counts','2026-11-19T00:00:00Z','2026-11-20T00:00:00Z',3600)"
    assert any("writing [level_counts, global]" in row for row in changing.client.query(f"SELECT msg FROM {fill}").log)
    assert changing.client.query("SELECT sum(count) AS n FROM level_counts").column("n") == [24]
    assert changing.client.query("DROP MATERIALIZED VIEW level_counts").column("status") == ["dropped"]
    missing = changing.client.query("DROP MATERIALIZED VIEW level_counts")
    assert (missing.code, missing.details) == ("NOT_FOUND", "materialized view 'level_counts' does not exist")


def test_the_ddl_needs_the_admin_right(changing: Served):
    changing.server.anonymous = Identity("guest", admin=False)
    refused = changing.client.query(VIEW)
    assert (refused.code, refused.details) == (
        "PERMISSION_DENIED",
        "CREATE/DROP MATERIALIZED VIEW requires admin privileges",
    )


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("a = $$x, y = 'z'$$, B=12", {"a": "x, y = 'z'", "b": "12"}),
        ("a = 'it''s', b = $$$$", {"a": "it's", "b": ""}),
        ("", {}),
    ],
)
def test_options_of_the_ddl_are_read(text: str, options: dict[str, str]):
    assert sql._options(text) == options


def test_an_option_that_cannot_be_read_is_told():
    with pytest.raises(sql.Refused, match="cannot parse the options at: = 1"):
        sql._options("a = 1, = 1")
