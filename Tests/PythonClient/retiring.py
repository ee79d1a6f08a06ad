"""Calls that retire partitions. Ours names each one that it removes, so what the two did is read from the lakes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import micromegas
import micromegas.admin
import pandas as pd

from call import Call, Differing
from comparing import value_differences
from maintenance import CURRENT, NEXT, OLD
from processes import Lake

LOST = datetime(2026, 11, 10, tzinfo=UTC)


def retired_differences(printed: str, ours: list[dict[str, Any]]) -> list[str]:
    """How many partitions the server found, as both sides tell."""
    found = sum(map(int, re.findall(r"found_partitions=(\d+)", printed)))
    gone = sum(group["partitions_retired"] for group in ours)
    failed = sum(group["partitions_failed"] for group in ours)
    return value_differences((found, 0), (gone, failed))


def report_differences(theirs: pd.DataFrame, ours: list[dict[str, Any]]) -> list[str]:
    """By view set and instance: counts, bytes, and how each message begins, in any order: ours goes by files first."""

    def told(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
        names = ("view_set_name", "view_instance_id", "partitions_retired", "partitions_failed", "storage_freed_bytes")
        kinds = [sorted(m.partition(":")[0] for m in group["retirement_messages"]) for group in groups]
        return [{n: g[n] for n in names} | {"messages": k} for g, k in zip(groups, kinds, strict=True)]

    a, b = told(theirs.to_dict("records")), told(ours)
    missing, surplus = [g for g in a if g not in b], [g for g in b if g not in a]
    return value_differences((len(a), missing, []), (len(b), [], surplus))


def range_call(name: str, view: str, instance: str, begin: datetime, end: datetime, **more: Any) -> Call:
    make = Differing if "reason" in more else Call
    return make(
        f"retire_partitions: {name}",
        lambda c: c.retire_partitions(view, instance, begin, end),
        {
            "call": "retire_partitions",
            "view_set_name": view,
            "view_instance_id": instance,
            "begin": begin.isoformat(),
            "end": end.isoformat(),
        },
        retired_differences,
        changes=True,
        printed=True,
        **more,
    )


def instances(lake: Lake) -> list[dict[str, Any]]:
    """Every instance of one process or stream, with the times that its partitions lie within."""
    sql = """SELECT view_set_name, view_instance_id, min(begin_insert_time) AS begin, max(end_insert_time) AS end
             FROM list_partitions() WHERE view_instance_id != 'global' GROUP BY 1, 2 ORDER BY 1, 2"""
    return micromegas.connect(lake.uri).query(sql).to_dict("records")


def ranges(lake: Lake) -> Iterator[Call]:
    by_view = {row["view_set_name"]: row for row in instances(lake)}
    for view, row in by_view.items():
        begin, end = (row[k].to_pydatetime(warn=False) for k in ("begin", "end"))
        yield range_call(f"an instance of {view}", view, row["view_instance_id"], begin, end + timedelta(seconds=1))
    for view in ("log_entries", "measures", "processes", "streams", "log_stats"):
        yield range_call(f"an old day of {view}", view, "global", OLD, OLD + NEXT)
        more: dict[str, Any] = {}
        if lake.version == "0.30" and view in ("log_entries", "measures"):
            more["reason"] = "four arguments name no hash: empty rows that the maintenance service can replace are held"
            more["answer"] = lambda groups: [g["partitions_retired"] for g in groups] == [3]
        yield range_call(f"a current day of {view}", view, "global", CURRENT, CURRENT + NEXT, **more)
        yield range_call(f"last copies of {view}", view, "global", LOST, LOST + NEXT)
    yield range_call("all there is", "log_entries", "global", datetime(2026, 1, 1, tzinfo=UTC), CURRENT)
    yield range_call("nothing", "log_entries", "global", LOST - 9 * NEXT, LOST - 8 * NEXT, idle=True)
    nobody = "550e8400-e29b-41d4-a716-446655440000"
    yield range_call("an instance that is not there", "thread_spans", nobody, LOST, CURRENT, idle=True)
    held = {"answer": lambda groups: sum(g["partitions_held"] for g in groups) > 0, "idle": True}
    reason = "blocks that queries read, or that nothing takes the place of, are what every view is made from"
    yield range_call("current blocks", "blocks", "global", CURRENT, CURRENT + NEXT, reason=reason, **held)
    yield range_call("old blocks", "blocks", "global", OLD, OLD + NEXT, reason=reason, **held)
    yield range_call("an unknown view", "nothing", "global", OLD, CURRENT, reason="it is a mistake", code="not found")
    yield range_call("an inverted range", "log_entries", "global", CURRENT, OLD, reason="it is a mistake")


def incompatible(lake: Lake) -> Iterator[Call]:
    retire = micromegas.admin.retire_incompatible_partitions
    for view in ("log_entries", "measures", "processes", "streams", "log_stats", "thread_spans", "async_events"):
        more: dict[str, Any] = {}
        if (
            lake.version == "0.30"
            and micromegas.admin.list_incompatible_partitions(micromegas.connect(lake.uri), view).size
        ):
            more["reason"] = "the Python client sends five arguments, which a 0.30 server refuses"
            more["answer"] = lambda groups: all(g["partitions_retired"] and not g["partitions_failed"] for g in groups)
        make = Differing if more else Call
        yield make(
            f"admin.retire_incompatible_partitions: {view}",
            lambda c, view=view: retire(c, view),
            {"call": "retire_incompatible_partitions", "view_set_name": view},
            report_differences,
            changes=True,
            **more,
        )
    for view in ("blocks", None):
        yield Differing(
            f"admin.retire_incompatible_partitions: {view or 'all'}",
            lambda c, view=view: retire(c, view),
            {"call": "retire_incompatible_partitions", **({"view_set_name": view} if view else {})},
            report_differences,
            changes=True,
            idle=view == "blocks",
            reason="old blocks that no current ones take the place of are held",
            answer=lambda groups: any(g["partitions_held"] for g in groups if g["view_set_name"] == "blocks"),
        )
    yield Differing(
        "admin.retire_incompatible_partitions: an unknown view",
        lambda c: retire(c, "nothing"),
        {"call": "retire_incompatible_partitions", "view_set_name": "nothing"},
        report_differences,
        changes=True,
        reason="it is a mistake",
        code="not found",
    )


def guided(lake: Lake, guide: dict[str, Any]) -> Iterator[Call]:
    """The guide's functions, as they stand there."""
    yield Call(
        "retire_non_global_partitions",
        lambda c: guide["retire_non_global_partitions"](c),
        {"call": "retire_non_global_partitions"},
        retired_differences,
        changes=True,
        printed=True,
    )
    now = datetime(2026, 11, 21, tzinfo=UTC)
    processes = [row for row in instances(lake) if row["view_set_name"] != "thread_spans"]
    for days in (0, 1, 5, 7, 30):
        end = now - timedelta(days=days)
        begin = end - timedelta(days=7)
        for process in sorted({row["view_instance_id"] for row in processes})[:2]:
            yield Call(
                f"retire_process_partitions: {days} days, {process}",
                lambda c, process=process, days=days: guide["retire_process_partitions"](c, process, days),
                {
                    "call": "retire_process_partitions",
                    "process_id": process,
                    "begin": begin.isoformat(),
                    "end": end.isoformat(),
                },
                retired_differences,
                changes=True,
                # Of some weeks a lake of ten days holds none.
                idle=days >= 7,
                printed=True,
            )


def calls(lake: Lake, guide: dict[str, Any] | None) -> Iterator[Call]:
    yield from ranges(lake)
    yield from incompatible(lake)
    if guide is not None:
        yield from guided(lake, guide)
