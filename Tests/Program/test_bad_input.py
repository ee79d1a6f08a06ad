"""What a user can get wrong, and what is wrong before a run begins: one clear message, and nothing done."""

from __future__ import annotations

import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import PATIENCE, Lakehouse, Program, Ran
from policies import retention
from runs import at_work, wait_for

#: What no message shows: a crash, a type, a source file, a server's stack.
_INNARDS = re.compile(
    r"Fatal error|Stack dump|Thread \d+|\.swift\b|\.rs:\d|0x[0-9a-f]{6}|Optional\(|Error\(|RunFailure"
)


#: One row of a file: of the day before the current ones.
ONE_ROW = retention("4d", "log_stats")


@pytest.fixture(scope="module")
def shared() -> Iterator[Lakehouse]:
    running = Lakehouse("--scenario", "misaligned")
    yield running
    running.stop()


@pytest.fixture
def lake(shared: Lakehouse) -> Iterator[Lakehouse]:
    """A small lake in which nothing may change."""
    before = shared.partitions()
    shared.control("DELETE", "/calls")
    yield shared
    shared.control("DELETE", "/faults")
    shared.control("POST", "/identities", {})
    assert shared.mutators() == []
    assert shared.partitions() == before


def assert_told(ran: Ran, code: int, *words: str) -> None:
    """One message with its cause, its cure and the state things are in."""
    assert ran.code == code, ran.out + ran.err
    told = " ".join((ran.err if code == 1 else ran.out + ran.err).split())
    start = "error: " if code == 1 else "refused: "
    assert told.count(start) == 1, told
    message = told[told.index(start) :]
    for name in ("why", "cure", "state"):
        assert f" {name} " in message
    assert "nothing was changed" in message
    for word in words:
        assert word in message, message
    assert not _INNARDS.search(ran.out + ran.err)


def assert_not_valid(ran: Ran, place: str, *words: str) -> None:
    """One message at a place of the policy file, and no run at all."""
    assert (ran.code, ran.out) == (1, "")
    lines = ran.err.strip().splitlines()
    assert len(lines) == 1, ran.err
    assert place in lines[0]
    for word in words:
        assert word in lines[0]
    assert not _INNARDS.search(ran.err)


# The lake's address


def test_a_port_at_which_nobody_listens(program: Program):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    program.configure(f"grpc://127.0.0.1:{port}")
    assert_told(program.apply("--yes"), 1, "cannot be reached", f"127.0.0.1:{port}", "Connection refused", "lake.uri")


def test_a_peer_that_closes_each_connection(lake: Lakehouse, program: Program):
    lake.connection_fault("refuse", times=-1)
    program.configure(lake.proxy_uri)
    assert_told(program.apply("--yes"), 1, "cannot be reached", "closed the connection", "lake.uri")


def test_a_peer_that_speaks_http_1(lake: Lakehouse, program: Program):
    lake.connection_fault("http1", times=-1)
    program.configure(lake.proxy_uri)
    assert_told(program.apply("--yes"), 1, "HTTP/1.1, not HTTP/2", "lake.uri is its Flight SQL address")


# The caller

SECRETS = {
    "whole-0f2c91": {"admin": True, "sees": "all"},
    "reader-77ab10": {"admin": False, "sees": "all"},
    "partial-c3d24e": {"admin": False, "sees": "instances"},
    "hidden-5e6f70": {"admin": True, "sees": "nothing"},
}


def with_token(lake: Lakehouse, program: Program, token: str) -> Ran:
    """A run with a token, which is found nowhere in what it writes."""
    lake.control("POST", "/identities", SECRETS)
    file = program.folder / "token"
    file.write_text(token + "\n")
    file.chmod(0o600)
    program.configure(lake.uri, token_file=str(file))
    ran = program.apply("--yes")
    written = ran.out + ran.err + "".join(f.read_text() for f in program.audit.iterdir())
    assert token not in written
    return ran


def test_a_token_that_the_lake_does_not_know(lake: Lakehouse, program: Program):
    ran = with_token(lake, program, "wrong-9a8b7c")
    assert_told(ran, 1, "does not accept this caller", "invalid token", "renew the token", "token_file")


def test_a_server_that_repeats_the_token_in_its_message(lake: Lakehouse, program: Program):
    lake.fault(
        "call", code="UNAUTHENTICATED", text="no such token: whole-0f2c91\n   0: backtrace at auth.rs:12", times=-1
    )
    ran = with_token(lake, program, "whole-0f2c91")
    assert_told(ran, 1, "does not accept this caller", "no such token")


def test_no_token_where_one_is_needed(lake: Lakehouse, program: Program):
    lake.control("POST", "/identities", SECRETS)
    program.configure(lake.uri)
    assert_told(program.apply("--yes"), 1, "does not accept this caller", "name a file with a token")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("missing", None, ("cannot be opened", "No such file")),
        ("empty", "\n", ("of the token is empty",)),
        ("two-lines", "one-1a2b3c\ntwo-4d5e6f\n", ("of the token has several lines",)),
    ],
)
def test_a_token_file_that_holds_no_token(
    lake: Lakehouse, program: Program, name: str, text: str | None, words: tuple[str, ...]
):
    file = program.folder / name
    if text is not None:
        file.write_text(text)
        file.chmod(0o600)
    program.configure(lake.uri, token_file=str(file))
    ran = program.apply("--yes")
    assert_told(ran, 1, str(file), *words)
    assert "1a2b3c" not in ran.err + str(program.records())


def test_a_caller_without_the_admin_right_who_sees_all(lake: Lakehouse, program: Program):
    ran = with_token(lake, program, "reader-77ab10")
    assert_told(ran, 3, "no function to change partitions", "no materialize_partitions", "give this caller the admin")


def test_a_caller_who_sees_a_part_of_the_lake(lake: Lakehouse, program: Program):
    ran = with_token(lake, program, "partial-c3d24e")
    assert ran.code == 3
    assert "the listing holds no global partition although the server has global views" in ran.out
    assert "the lake offers this caller no function to change partitions" in ran.out
    assert ran.out.count("nothing was changed") == ran.out.count("refused: ") == 2


def test_an_admin_from_whom_the_lake_is_hidden(lake: Lakehouse, program: Program):
    ran = with_token(lake, program, "hidden-5e6f70")
    assert_told(ran, 3, "holds no global partition", "shown only a part of the lake", "right to see the whole lake")


# The policies


def test_a_view_set_that_does_not_exist(lake: Lakehouse, program: Program):
    program.configure(lake.uri, retention("14d", "thread_span"))
    assert_told(program.apply("--yes"), 3, "thread_span, which does not exist", "did you mean thread_spans?")


def test_a_policy_that_keeps_less_than_the_guard_rails_allow(lake: Lakehouse, program: Program):
    program.configure(lake.uri, retention("1d", "thread_spans"))
    place = f"{program.config}:10:38: error: retention.keep.newer_than 1d"
    assert_not_valid(program.apply("--yes"), place, "guard_rails.minimum_age 2d", "keep longer")
    assert not program.audit.exists()


def test_a_policy_that_leaves_a_view_set_empty(lake: Lakehouse, program: Program):
    program.configure(lake.uri, retention("3d", "thread_spans"))
    assert_told(program.apply("--yes"), 3, "would leave thread_spans without any row", "keep more")


def test_a_policy_that_loses_more_than_the_guard_rails_allow(lake: Lakehouse, program: Program):
    program.configure(lake.uri, retention("4d", "log_entries"), lost=1)
    ran = program.apply("--yes")
    assert_told(ran, 3, "more partitions would go", "at most 1 a run", "guard_rails.lost.partitions")
    assert [r["kind"] for r in program.records()] == ["run_started", "refused", "run_finished"]


def test_the_limit_itself_is_no_stop(lake: Lakehouse, program: Program):
    program.configure(lake.uri, ONE_ROW, lost=1)
    assert program.apply("--dry-run", "--detailed-exitcode").code == 2


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("version: 1\nlake: [\n", ":3:1: error: not YAML", ("check that each [",)),
        ("version: 1\nlake: {uri: 'grpc://a:1'}\npolicies: &a []\n", ":3:11: error: ", ("anchor",)),
        ("version: 1\n\tlake: 1\n", ":2:1: error: not YAML", ("tab",)),
        ("", ":1:1: error: the file is empty", ("begin it with version: 1",)),
    ],
    ids=["flow", "anchor", "tab", "empty"],
)
def test_a_broken_policy_file(program: Program, text: str, place: str, words: tuple[str, ...]):
    program.config.write_text(text)
    assert_not_valid(program.apply("--yes"), f"{program.config}{place}", *words)
    assert not program.audit.exists()


def test_a_policy_file_that_is_not_there(program: Program):
    assert_not_valid(program.apply("--yes"), str(program.config), "No such file or directory", "--config")


def test_misspelt_keys_are_told_all_at_once(program: Program):
    program.config.write_text(
        "version: 1\nlake: { uri: 'grpc://127.0.0.1:1', maintenence_service: none }\n"
        "policies:\n  - name: p\n    retension: { keep: { newer_than: 14d } }\n    match: { view_sets: all }\n"
    )
    ran = program.apply("--yes")
    assert (ran.code, ran.out) == (1, "")
    assert "maintenance_service" in ran.err
    assert "retention" in ran.err
    assert all(re.match(rf"{re.escape(str(program.config))}:\d+:\d+: error: ", line) for line in ran.err.splitlines())


# Consent


def test_nobody_to_ask_and_no_yes(lake: Lakehouse, program: Program):
    program.configure(lake.uri, ONE_ROW)
    ran = program.apply()
    assert_told(ran, 1, "needs a yes", "no terminal to ask at", "--yes")
    assert "- retire" in ran.out
    assert "nobody agreed" in ran.out
    assert [r["kind"] for r in program.records()] == ["run_started", "run_finished"]


# The audit log


@pytest.mark.parametrize("folder", ["file", "/proc/lakewarden", "no/such/parent", "open-to-others"])
def test_an_audit_folder_that_cannot_be_used(lake: Lakehouse, program: Program, folder: str):
    program.audit = program.folder / folder
    if folder == "file":
        program.audit.write_text("kept")
    if folder == "open-to-others":
        program.audit.mkdir(mode=0o777)
        program.audit.chmod(0o777)
    program.configure(lake.uri, ONE_ROW)
    assert_told(program.apply("--yes"), 1, "the audit folder", str(program.audit), "--audit")
    assert lake.calls() == []
    if folder == "file":
        assert program.audit.read_text() == "kept"


def spoil(program: Program, kind: str) -> None:
    segment = program.audit / "00000001.jsonl"
    lines = segment.read_text().splitlines(keepends=True)
    match kind:
        case "changed":
            lines[0] = lines[0].replace('"run"', '"rum"', 1)
        case "taken out":
            del lines[1]
        case "not a record":
            lines.insert(1, "garbage\n")
    segment.write_text("".join(lines))


@pytest.mark.parametrize(("kind", "bad"), [("changed", 1), ("taken out", 2), ("not a record", 2)])
def test_a_damaged_audit_log(lake: Lakehouse, program: Program, kind: str, bad: int):
    program.configure(lake.uri, ONE_ROW)
    for _ in range(2):
        program.apply()
    spoil(program, kind)
    lake.control("DELETE", "/calls")
    for arguments in (["--yes"], ["--dry-run"]):
        assert_told(
            program.apply(*arguments), 1, "the audit log is damaged", f"damaged at record {bad}", "audit verify"
        )
    assert lake.calls() == []
    ran = program.run("audit", "verify", "--audit", program.audit)
    assert ran.code == 1
    assert f"line {bad}" in ran.err


def test_a_record_that_a_crash_cut_short_is_kept_aside(lake: Lakehouse, program: Program):
    program.configure(lake.uri, ONE_ROW)
    program.apply()
    segment = program.audit / "00000001.jsonl"
    whole = segment.read_text()
    segment.write_text(whole + '{"sequence":3,"ti')
    assert program.apply().code == 1  # declined, as before
    assert [r["kind"] for r in program.records()][2:] == ["log_repaired", "run_started", "run_finished"]
    assert [f.read_text() for f in program.audit.glob("*.torn-*")] == ['{"sequence":3,"ti']
    assert program.run("audit", "verify", "--audit", program.audit).code == 0


def test_a_second_run_on_the_folder_of_one_at_work(lake: Lakehouse, program: Program):
    lake.fault("call", sql="list_partitions", delay=PATIENCE)
    program.configure(lake.uri, ONE_ROW)
    with at_work(program) as first:
        wait_for(lambda: program.audit.exists() and len(program.records()) == 1)
        second = program.apply("--yes")
        assert first.poll() is None
    assert_told(second, 1, "another run is at work", f"process {first.pid}", "wait until that run has ended", "--audit")
    assert [r["kind"] for r in program.records()] == ["run_started"]


def test_a_folder_is_free_again_when_its_run_was_killed(lake: Lakehouse, program: Program):
    lake.fault("call", sql="list_partitions", delay=PATIENCE)
    program.configure(lake.uri, ONE_ROW)
    with at_work(program) as first:
        wait_for(lambda: lake.control("GET", "/state")["struck"] != {})
        assert len(program.records()) == 1
        os.kill(first.pid, signal.SIGKILL)
        first.wait(PATIENCE)
    ran = program.apply()
    assert "nobody agreed" in ran.out
    assert len({r["run"] for r in program.records()}) == 2


# The command line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["aply"], ("apply",)),
        (["apply", "--dryrun"], ("--dry-run",)),
        (["apply", "--config"], ("--config",)),
        ([], ()),
    ],
    ids=["command", "option", "value", "none"],
)
def test_a_command_line_that_cannot_be_followed(program: Program, arguments: list[str], words: tuple[str, ...]):
    ran = program.run(*arguments)
    assert ran.code == 64
    assert all(word in ran.err for word in words)
    assert not _INNARDS.search(ran.err)
    assert list(Path(program.folder).iterdir()) == []
