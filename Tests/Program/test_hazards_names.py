"""Hazards of names that try to be SQL (contract §7: 15).

Each is judged from outside: by what was sent, the exit code, the audit log, and the rows that are listed afterwards.
"""

from __future__ import annotations

from conftest import Lakehouse, Program
from hazard_lakes import add_row, catalog, identity, small
from policies import evolution, retention

# 15: names that try to be SQL


@small
def test_15_names_that_close_a_quote_retire_themselves_and_nothing_else(lakehouse: Lakehouse, program: Program):
    victim = lakehouse.old("view_set_name = 'log_entries' AND file_path IS NOT NULL")[0]
    young = "views/thread_spans/young/file.parquet"
    add_row(lakehouse, "thread_spans", view_instance_id="young", file_path=young, days=2)
    evil = [
        # Written between two bare quotes these name the young row and the victim.
        {"view_instance_id": "it's", "file_path": f"{young}'),('{victim['file_path']}"},
        {"view_instance_id": "e\u0301'\u0301\\'--;", "file_path": "views/a''b\\'); DROP TABLE partitions; --"},
        {
            "view_instance_id": "x','1970-01-01T00:00:00Z','1970-01-01T00:00:00Z','00'),('log_entries','global",
            "file_path": None,
            "file_size": 0,
            "num_rows": 0,
        },
        {"view_instance_id": "$$||'\"`{begin}%s[", "file_path": None, "file_size": 0, "num_rows": 0},
    ]
    for changes in evil:
        add_row(lakehouse, "thread_spans", **changes)
    before = catalog(lakehouse)
    wanted = {identity(r) for r in lakehouse.old("view_set_name = 'thread_spans' AND view_instance_id != 'young'")}
    program.configure(lakehouse.uri, retention("4d", "thread_spans"))
    ran = program.apply("--yes")
    assert ran.code == 0, ran.out
    assert len(wanted) == 10
    assert before - catalog(lakehouse) == wanted
    assert program.run("audit", "verify", "--audit", program.audit).code == 0


@small
def test_15_an_instance_whose_name_is_a_condition_counts_no_block_of_others(lakehouse: Lakehouse, program: Program):
    """Its telemetry is gone; a condition that is always true would find that of others in its place."""
    add_row(lakehouse, "thread_spans", view_instance_id="x'OR''='", file_path="views/or.parquet", days=1)
    before = catalog(lakehouse)
    program.configure(lakehouse.uri, evolution("thread_spans"))
    ran = program.apply("--yes", "--format", "json")
    assert ran.code == 4, ran.out
    (outcome,) = ran.json["retirements"]
    assert (outcome["asked"], outcome["held"]) == (0, 1)
    assert "no block of its time is left: it is the last copy" in outcome["finding"]
    assert lakehouse.mutators() == []
    assert catalog(lakehouse) == before


@small
def test_15_a_listed_name_that_is_none_stops_the_run(lakehouse: Lakehouse, program: Program):
    add_row(lakehouse, "thread_spans", view_instance_id="x' OR ''='", file_path="views/or.parquet", days=1)
    program.configure(lakehouse.uri)
    ran = program.apply("--yes")
    assert ran.code == 1
    assert "its view_instance_id): “x' OR ''='” is no name" in " ".join(ran.err.split())
    assert lakehouse.mutators() == []


def test_15_a_policy_that_names_a_condition_is_no_view_set(lakehouse: Lakehouse, program: Program):
    program.configure(lakehouse.uri, retention("4d", "\"thread_spans' OR '1'='1\""))
    ran = program.apply("--yes")
    assert ran.code == 3
    assert "names the view set thread_spans' OR '1'='1, which does not exist" in " ".join(ran.out.split())
    assert all("OR '1'" not in (call["sql"] or "") for call in lakehouse.calls())
