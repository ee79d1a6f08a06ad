"""Every recorded call of both servers, sent to the lakehouse on the wire; and that the comparison can fail."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flight import Served

from lakehouse import golden, wire


def test_every_recorded_call_is_answered_as_recorded_or_excepted_by_name(capsys):
    results = list(golden.run(golden.DIRECTORY))
    with capsys.disabled():
        print(f"\n{golden.summary(results)}")
    assert [(r.recorded.server, r.recorded.name, r.found) for r in results if r.failed] == []
    assert len(results) == 132
    unknown = golden.EXCEPTED.keys() - {(r.recorded.server, r.recorded.name) for r in results}
    assert not unknown, "exceptions that name no call"


def recorded(server: str, name: str) -> golden.Recorded:
    calls = (call for section in golden.load(golden.DIRECTORY) for call in section.calls)
    return next(call for call in calls if (call.server, call.name) == (server, name))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("materialize-merge", lambda a: replace(a, code="INTERNAL")),
        ("materialize-merge", lambda a: replace(a, initial=[])),
        ("materialize-merge", lambda a: replace(a, messages=a.messages[:-1])),
        ("materialize-merge", lambda a: replace(a, messages=a.messages[:1])),
        ("materialize-create-day", lambda a: replace(a, messages=[*a.messages, a.messages[-1]])),
        ("error-table", lambda a: replace(a, details=a.details.replace("not found", "missing"))),
        ("retire-by-file", lambda a: replace(a, messages=[a.messages[0], a.messages[1].replace(b"SUCC", b"SICC")])),
        (
            "regenerate",
            lambda a: replace(a, messages=[m.replace(b"source_rows=905", b"source_rows=906") for m in a.messages]),
        ),
        ("select-blocks", lambda a: replace(a, messages=a.messages[:1])),
        ("describe-blocks", lambda a: replace(a, messages=[a.messages[0], a.messages[1].replace(b"Utf8", b"Utf9")])),
        ("prepare-select", lambda a: replace(a, messages=[a.messages[0].replace(b"level", b"lever")])),
        ("flight-info", lambda a: replace(a, messages=[a.messages[0].replace(b"SELECT", b"SELEKT")])),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_changed_answer_differs(name: str, change):
    call = recorded("0.30", name)
    assert golden.differences(call, call.answer) == []
    assert golden.differences(call, change(call.answer)) != []


def test_rows_of_different_buckets_may_interleave_but_a_buckets_rows_may_not_change_places():
    call = recorded("0.33", "shadow-1-blocks")
    rows = golden._table(call.answer.messages)[1].column("msg").to_pylist()
    assert golden.log_differences(rows, rows[4:8] + rows[:4] + rows[8:]) == []
    assert golden.log_differences(rows, [rows[1], rows[0], *rows[2:]]) != []


def test_an_exception_that_has_become_equal_fails(monkeypatch):
    call = recorded("0.30", "select-blocks")
    monkeypatch.setitem(golden.EXCEPTED, ("0.30", "select-blocks"), "a reason")
    assert golden.Result(call, []).failed
    assert not golden.Result(call, ["different"]).failed
    monkeypatch.delitem(golden.EXCEPTED, ("0.30", "select-blocks"))
    assert golden.Result(call, ["different"]).failed


def test_dictionaries_are_sent_only_to_those_who_ask(empty: Served):
    text = "SELECT arrow_cast('x', 'Dictionary(Int32, Utf8)') AS d"
    plain, kept = empty.client.query(text), empty.client.query(text, preserve_dictionary="true")
    assert [str(a.table.schema.field("d").type) for a in (plain, kept)] == [
        "string",
        "dictionary<values=string, indices=int32, ordered=0>",
    ]
    assert len(kept.messages) == 3, "schema, dictionary, batch"
    assert [bytes(wire.get(m, 1000)) != b"" for m in kept.messages] == [False, True, True]
