"""View sets as the servers of both versions list and describe them."""

from __future__ import annotations

import pytest
from lakes import DAY, GOLDEN_NOW, open_lake, recorded_columns

from lakehouse import definitions, engine, schemas, synthetic
from lakehouse.telemetry import jsonb, read_jsonb
from lakehouse.types import EngineError, ViewStatement


def columns(server: str, name: str) -> list[list]:
    return list(recorded_columns(server, name).values())


@pytest.mark.parametrize("version", ["0.30", "0.33"])
def test_hashes_and_schema_texts_are_those_of_the_real_server(tmp_path, version):
    lake = open_lake("empty", version, tmp_path / "lake")
    listed = {row[0]: row[1:] for row in zip(*columns(f"micromegas-{version}", "list-view-sets"), strict=True)}

    ours = {
        view.name: ({"hex": view.schema_hash.hex()}, view.schema_text, view.has_view_maker, view.has_global)
        for view in lake.definitions.all()
    }

    assert ours == listed


@pytest.mark.parametrize("name", ["blocks", "log_entries", "measures", "processes", "streams", "log_stats"])
def test_columns_are_described_as_the_real_server_describes_them(name):
    described = list(zip(*columns("micromegas-0.30", f"describe-{name}"), strict=True))
    view = definitions.builtin(name, "0.30")

    assert [field.name for field in view.schema] == [column for column, _, _ in described]
    assert ["YES" if field.nullable else "NO" for field in view.schema] == [nullable for _, _, nullable in described]


def test_the_definition_of_log_stats_is_the_one_that_is_listed():
    names, texts, *_ = columns("micromegas-0.33", "list-view-set-definitions")

    assert definitions.builtin("log_stats", "0.33").definition_sql == dict(zip(names, texts, strict=True))["log_stats"]


def test_update_groups_are_those_that_are_listed():
    names, _, groups, *_ = columns("micromegas-0.33", "list-view-set-definitions")

    ours = {name: definitions.builtin(name, "0.33").update_group for name in schemas.HASHES["0.33"]}
    assert ours == dict(zip(names, groups, strict=True))


def test_properties_are_jsonb_as_the_real_server_stores_them():
    stored = bytes.fromhex("40000002100000051000000710000007100000056275696c6476657273696f6e72656c65617365312e342e32")

    assert jsonb({"build": "release", "version": "1.4.2"}) == stored
    assert read_jsonb(stored) == {"build": "release", "version": "1.4.2"}


def created(options: dict[str, str] | None = None, or_replace: bool = False) -> ViewStatement:
    base = synthetic.LEVEL_COUNTS
    statement = ViewStatement(base.name, or_replace, base.options | (options or {}), "", "someone")
    return ViewStatement(
        statement.name, or_replace, statement.options, synthetic.statement_text(statement), statement.user
    )


@pytest.fixture
def lake(tmp_path):
    return open_lake("stale", "0.33", tmp_path / "lake")


def test_a_created_view_reads_what_its_definition_names_and_survives_reopening(lake):
    definitions.drop_view(lake, "level_counts")

    assert definitions.create_view(lake, created()) == "created"

    view = lake.definitions.get("level_counts")
    assert (view.reads, view.update_group, view.source_delta, view.merge_delta) == (
        ("blocks", "log_entries"),
        3000,
        3600,
        86_400,
    )
    assert definitions.open(lake).get("level_counts") == view


def test_a_replacement_with_the_same_columns_keeps_the_hash_and_the_old_rows(lake):
    before = lake.definitions.get("level_counts")
    day = GOLDEN_NOW // DAY * DAY - 3 * DAY

    assert definitions.create_view(lake, created(or_replace=True)) == "replaced"

    after = lake.definitions.get("level_counts")
    assert after.schema_hash == before.schema_hash
    rows = lake.catalog.rows("level_counts", "global", after.schema_hash, day, day + DAY)
    assert len(rows) == 24
    assert all(row.updated < after.updated_at for row in rows)


def test_a_replacement_with_other_columns_makes_every_row_incompatible(lake):
    query = synthetic.LEVEL_COUNTS.options["extract_query"].replace("count(*) AS count", "count(*) AS count, 1 AS one")
    before = lake.definitions.get("level_counts").schema_hash

    definitions.create_view(lake, created({"extract_query": query}, or_replace=True))

    after = lake.definitions.get("level_counts").schema_hash
    assert after != before
    assert {row.file_schema_hash for row in lake.catalog.rows("level_counts")} == {before}


def test_dropping_a_view_retires_its_partitions(lake):
    assert definitions.drop_view(lake, "level_counts")

    assert lake.catalog.rows("level_counts") == []
    assert lake.definitions.get("level_counts") is None
    assert not definitions.drop_view(lake, "level_counts")


def test_a_created_view_is_made_by_its_own_queries_and_merged_by_its_own(lake):
    day = GOLDEN_NOW // DAY * DAY - 3 * DAY
    definitions.drop_view(lake, "level_counts")
    definitions.create_view(lake, created())

    list(engine.materialize(lake, "level_counts", day, day + DAY, 3600))
    hours = lake.catalog.rows("level_counts", "global", None, day, day + DAY)
    told = [text for _, text in engine.materialize(lake, "level_counts", day, day + DAY, 86_400)]
    (whole,) = lake.catalog.rows("level_counts", "global", None, day, day + DAY)

    assert (len(hours), sum(row.num_rows for row in hours)) == (24, 4)
    assert "merging 24 partitions" in told[0]
    assert whole.num_rows == 4


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"update_group": "2000"}, "must be greater than that of log_entries"),
        ({"update_group": "soon"}, "must be an integer"),
        ({"time_column": "nothing"}, "'nothing' is not a column"),
        ({"source_partition_delta": "a while"}, "cannot read the duration"),
    ],
)
def test_a_wrong_option_is_refused_in_words(lake, options, told):
    with pytest.raises(EngineError, match=told):
        definitions.create_view(lake, created(options, or_replace=True))


def test_creating_what_is_there_is_refused(lake):
    with pytest.raises(EngineError, match="already exists"):
        definitions.create_view(lake, created())
