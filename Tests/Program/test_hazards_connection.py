"""Hazards of the connection (contract §7: 10, 11, 13, 14): what became of a call is read from the catalog.

Each is judged from outside: by what was sent, the exit code, the audit log, and the rows that are listed afterwards.
"""

from __future__ import annotations

import signal
import subprocess

import pytest

from conftest import PATIENCE, Lakehouse, Program
from hazard_lakes import aged, assert_sent_once, catalog, identity, small
from policies import evolution, retention
from runs import at_work, outcomes, stopped_during_its_call, wait_for

# 10: false SUCCESS in a batch by file


@small
def test_10_an_error_row_voids_its_batch_whatever_the_others_say(lakehouse: Lakehouse, program: Program):
    files, empty = aged(lakehouse, "log_entries")
    before = catalog(lakehouse)
    lakehouse.fault("retire_row", n=1, text="Partition not found: of the fault")
    program.configure(lakehouse.uri, retention("4d", "log_entries"))
    ran = program.apply("--yes", "--format", "json")
    assert ran.code == 4
    (outcome,) = ran.json["retirements"]
    assert (outcome["gone"], outcome["still_there"], outcome["unknown"]) == (0, len(files), 0)
    assert f"1 of {len(files)} rows are no success" in outcome["finding"]
    # Nothing further was sent, the rows without a file are held, and every row is listed.
    assert_sent_once(lakehouse, 1)
    assert outcome["held"] == len(empty) > 0
    assert catalog(lakehouse) == before
    (told,) = [record for record in program.records() if record["kind"] == "outcome"]
    assert told["answer"]["status"] == "trouble"
    assert sum("SUCCESS" in row for row in told["answer"]["rows"]) == len(files) - 1
    listed = [record for record in program.records() if record["kind"] == "verified"][-1]
    assert {identity(row) for row in listed["subject"]["partitions"]} == files

    again = program.apply("--yes")
    assert again.code == 0, again.out
    assert before - catalog(lakehouse) == files | empty


@small
def test_10_what_is_still_listed_was_not_retired_though_every_row_says_success(lakehouse: Lakehouse, program: Program):
    files, empty = aged(lakehouse, "log_entries")
    before = catalog(lakehouse)
    lakehouse.fault("forget")
    program.configure(lakehouse.uri, retention("4d", "log_entries"))
    ran = program.apply("--yes", "--format", "json")
    assert ran.code == 4
    (outcome,) = ran.json["retirements"]
    assert (outcome["gone"], outcome["still_there"], outcome["held"]) == (0, len(files), len(empty))
    assert_sent_once(lakehouse, 1)
    assert outcomes(program) == ["ok"]
    assert catalog(lakehouse) == before


# 11: the connection, and what became of a call


@small
def test_11_a_retire_call_whose_answer_is_lost_is_decided_by_listing(lakehouse: Lakehouse, program: Program):
    files, empty = aged(lakehouse, "measures")
    before = catalog(lakehouse)
    lakehouse.connection_fault("lose_answer", asked="retire_partition_by_file(p)")
    program.configure(lakehouse.proxy_uri, retention("4d", "measures"))
    ran = program.apply("--yes")
    assert ran.code == 0, ran.out
    assert before - catalog(lakehouse) == files | empty
    assert_sent_once(lakehouse, 2)
    assert outcomes(program) == ["lost", "ok"]
    assert "what a call did is read from the catalog" in ran.err


@small
def test_11_a_retire_call_that_did_not_arrive_is_not_sent_again(lakehouse: Lakehouse, program: Program):
    files, empty = aged(lakehouse, "streams")
    before = catalog(lakehouse)
    lakehouse.connection_fault("refuse", asked="retire_partition_by_file(p)")
    program.configure(lakehouse.proxy_uri, retention("4d", "streams"))
    ran = program.apply("--yes", "--format", "json")
    assert ran.code == 4
    (outcome,) = ran.json["retirements"]
    assert (outcome["gone"], outcome["still_there"], outcome["held"]) == (0, len(files), len(empty))
    assert "the answer was lost" in outcome["finding"]
    assert_sent_once(lakehouse, 0)
    assert catalog(lakehouse) == before


@small
def test_11_a_commit_that_comes_late_is_waited_for(lakehouse: Lakehouse, program: Program):
    files, empty = aged(lakehouse, "processes")
    before = catalog(lakehouse)
    lakehouse.fault("before_commit", delay=PATIENCE)
    lakehouse.connection_fault("cut", delay=1.0, asked="retire_partition_by_file(p)")
    program.configure(lakehouse.proxy_uri, retention("4d", "processes"))
    with at_work(program, "--yes") as run:
        # It has lost the answer, and listed once.
        assert any("what a call did is read from the catalog" in line for line in run.stderr)
        assert catalog(lakehouse) == before
        lakehouse.go_on()
        out, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, out
    assert before - catalog(lakehouse) == files | empty
    assert_sent_once(lakehouse, 2)
    assert outcomes(program) == ["lost", "ok"]


@small
def test_11_a_materialization_that_ends_without_a_status_goes_on_when_it_is_listed(
    lakehouse: Lakehouse, program: Program
):
    lakehouse.connection_fault("no_trailers", asked="materialize_partitions('blocks'")
    program.configure(lakehouse.proxy_uri, evolution("blocks"))
    ran = program.apply("--yes")
    assert ran.code == 0, ran.out
    assert lakehouse.old("view_set_name = 'blocks'") == []
    assert_sent_once(lakehouse, 2)
    assert outcomes(program) == ["lost", "ok"]


@small
def test_11_a_materialization_cut_in_its_middle_leaves_every_old_row(lakehouse: Lakehouse, program: Program):
    before = catalog(lakehouse)
    # A bucket that commits takes its time, so that the server notices the cut between two of them.
    lakehouse.fault("after_commit", view_set="blocks", delay=0.05, times=-1)
    lakehouse.connection_fault("cut", after=6000, asked="materialize_partitions('blocks'")
    program.configure(lakehouse.proxy_uri, evolution("blocks", "streams"))
    ran = program.apply("--yes", "--format", "json")
    assert ran.code == 4
    assert [r["state"] for r in ran.json["rebuilds"]] == ["unknown", "skipped"]
    after = catalog(lakehouse)
    made = after - before
    assert before <= after and 0 < len(made) < 48
    assert_sent_once(lakehouse, 1)
    assert outcomes(program) == ["lost"]

    # The next run lists what there is, makes what is missing, and merges.
    lakehouse.control("DELETE", "/faults")
    lakehouse.control("DELETE", "/calls")
    again = program.apply("--yes")
    assert again.code == 0, again.out
    assert lakehouse.old("view_set_name IN ('blocks', 'streams')") == []
    assert program.run("audit", "verify", "--audit", program.audit).code == 0


@small
def test_11_a_run_that_is_asked_to_stop_ends_after_the_call_under_way(lakehouse: Lakehouse, program: Program):
    files = aged(lakehouse, "log_entries")[0]
    before = catalog(lakehouse)
    lakehouse.fault("before_commit", delay=PATIENCE)
    program.configure(lakehouse.uri, retention("4d", "log_entries", "streams"))
    said = stopped_during_its_call(lakehouse, program, 4)
    assert said.count("the run was asked to stop") == 2
    assert program.records()[-1]["answer"]["status"] == "interrupted"
    assert before - catalog(lakehouse) == files
    assert_sent_once(lakehouse, 1)


@small
@pytest.mark.parametrize(
    ("at", "still_old", "left"),
    [
        ("blocks", [False, True, True], ""),
        ("log_stats", [False, False, True], "; its new rows stand beside the old ones"),
    ],
)
def test_11_a_rebuild_that_is_asked_to_stop_leaves_each_view_whole(
    lakehouse: Lakehouse, program: Program, at: str, still_old: list[bool], left: str
):
    """Before the next view, and before a merge that waited for others."""
    views = ["blocks", "log_entries", "log_stats"]
    before = [lakehouse.old(f"view_set_name = '{view}' AND view_instance_id = 'global'") for view in views]
    lakehouse.fault("call", sql=rf"materialize_partitions\('{at}'.*,1800\)", delay=PATIENCE)
    program.configure(lakehouse.uri, evolution(*views))
    assert "the run was asked to stop" + left in stopped_during_its_call(lakehouse, program, 4)
    after = [lakehouse.old(f"view_set_name = '{view}' AND view_instance_id = 'global'") for view in views]
    assert after == [rows if is_old else [] for rows, is_old in zip(before, still_old, strict=True)]


@small
def test_11_a_stream_that_stalls_is_waited_for_and_a_killed_run_is_taken_up(lakehouse: Lakehouse, program: Program):
    before = catalog(lakehouse)
    lakehouse.connection_fault("stall", after=2000, asked="materialize_partitions('blocks'")
    program.configure(lakehouse.proxy_uri, evolution("blocks"))
    with at_work(program, "--yes") as run:
        wait_for(lambda: [c["code"] for c in lakehouse.calls() if c["sql"] in lakehouse.mutators()] == ["OK"])
        run.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            run.wait(0.5)
        # What is sent before the first was heard is one with it.
        wait_for(lambda: run.send_signal(signal.SIGTERM) or run.poll() is not None)
        assert run.returncode == -signal.SIGTERM
    assert_sent_once(lakehouse, 1)
    assert before < catalog(lakehouse)
    # What the call was about to make stands in the log, synced, without an outcome.
    last = program.records()[-1]
    assert (last["kind"], last["call"], len(last["subject"]["makes"])) == ("intent", lakehouse.mutators()[0], 48)
    assert "1" in program.run("audit", "verify", "--audit", program.audit).out

    again = program.apply("--yes")
    assert again.code == 0, again.out
    assert lakehouse.old("view_set_name = 'blocks'") == []
    assert_sent_once(lakehouse, 2)  # the shadows that stand are not made again


# 13: calls that are repeated until something gives way


@small
@pytest.mark.parametrize(
    ("code", "text"),
    [("RESOURCE_EXHAUSTED", "query denied by rule 6f (reason: x)"), ("UNAVAILABLE", "not today")],
)
def test_13_a_call_that_changes_something_is_refused_once(lakehouse: Lakehouse, program: Program, code: str, text: str):
    before = catalog(lakehouse)
    lakehouse.fault("call", sql=r"retire_partition_by_file\(p\)", code=code, text=text, times=-1)
    program.configure(lakehouse.uri, retention("4d", "log_entries"))
    ran = program.apply("--yes")
    assert ran.code == 4
    assert text in " ".join(ran.out.split())
    assert_sent_once(lakehouse, 1)
    assert catalog(lakehouse) == before


@small
def test_13_a_query_that_a_rule_denies_is_not_tried_again(lakehouse: Lakehouse, program: Program):
    denied = "query denied by rule 6f (reason: too big)"
    lakehouse.fault("call", sql="list_partitions", code="RESOURCE_EXHAUSTED", text=denied, times=-1)
    program.configure(lakehouse.uri)
    ran = program.apply("--yes")
    assert ran.code == 1
    assert denied in " ".join(ran.err.split())
    assert listings(lakehouse) == 1
    assert lakehouse.mutators() == []


# 14: the server reads its whole catalog for a listing


def listings(lake: Lakehouse) -> int:
    return sum("list_partitions()" in (call["sql"] or "") for call in lake.calls())


@small
def test_14_policies_share_a_listing(lakehouse: Lakehouse, program: Program):
    counts = []
    for policies in (evolution(), evolution() + retention("4d", "log_entries", "streams").replace("by-age", "second")):
        lakehouse.control("DELETE", "/calls")
        program.configure(lakehouse.uri, policies)
        assert program.apply("--dry-run").code == 0
        counts.append(listings(lakehouse))
    assert counts == [1, 1]


@small
def test_14_a_run_lists_for_its_plan_and_for_what_it_sends_and_no_more(lakehouse: Lakehouse, program: Program):
    program.configure(lakehouse.uri)
    rebuilds = program.apply("--yes", "--format", "json").json["rebuilds"]
    # Before and after the plan is followed, after each call, and before a merge that waited for others.
    assert len(rebuilds) == 6 and listings(lakehouse) <= 3 + len(lakehouse.mutators()) + len(rebuilds)
