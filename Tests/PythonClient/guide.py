"""What the advanced guide of the Python client shows: its code, as it stands there, run with the real client.

The guide is kept beside the project, in `../shared/seeds`; nothing of it is copied. Without it the calls are left out.
"""

from __future__ import annotations

import ast
import contextlib
import datetime as standard
import io
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from call import Call
from comparing import undressed, value_differences
from processes import ROOT
from reading import ALL, ALL_TEXT, BEGIN, DAY, END, VIEWS

#: The lakes' clock stands still at this time.
NOW = standard.datetime(2026, 11, 21, 8, tzinfo=standard.UTC)


class datetime(standard.datetime):
    """What the guide means by `datetime`: the class with the module's names in it, at the lakes' time."""

    timezone = standard.timezone
    time = standard.time

    @classmethod
    def now(cls, tz: Any = None) -> standard.datetime:
        return NOW


def read(folder: Path) -> dict[str, Any] | None:
    """The functions and classes of the guide's blocks of code; nil where it is not there."""
    texts = [file.read_text() for file in sorted(folder.glob("*.txt"))] if folder.is_dir() else []
    blocks = [b for text in texts for b in re.findall(r"```python\n(.*?)```", text, re.S) if "def " in b]
    names: dict[str, Any] = {"time": time, "datetime": datetime, "timedelta": standard.timedelta}
    for block in blocks:
        try:
            tree = ast.parse(block)
        except SyntaxError:
            continue
        tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        exec(compile(tree, "the guide", "exec"), names)
    return names if "validate_query" in names else None


def calls(guide: dict[str, Any]) -> Iterator[Call]:
    yield from validation(guide)
    yield from execution(guide)


def validation(guide: dict[str, Any]) -> Iterator[Call]:
    golden = json.loads((ROOT / "Tests/Golden/python-api/validate-query.json").read_text())
    statements = {f"golden {call['name']}": call["sql"] for call in golden}
    statements |= {f"all of {view}": f"SELECT * FROM {view}" for view in VIEWS}
    statements |= {
        "many columns": "SELECT * FROM blocks b CROSS JOIN blocks c",
        "no SQL": "SELEC 1",
        "an unknown function": "SELECT nothing(1)",
    }
    for name, sql in statements.items():
        ours = {"sql": sql}
        yield Call(
            f"analyze_query_schema: {name}",
            lambda c, sql=sql: guide["analyze_query_schema"](c, sql),
            {"call": "analyze_query_schema", **ours},
            value_differences,
            fails=name in ("golden bad", "no SQL", "an unknown function"),
        )
        yield Call(
            f"validate_query: {name}",
            lambda c, sql=sql: guide["validate_query"](c, sql),
            {"call": "validate_query", **ours},
            validation_differences,
        )


def validation_differences(theirs: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    """Errors hold the server's message, in pyarrow's words around it on one side."""
    told = [dict(side) for side in (theirs, ours)]
    for side in told:
        if "error" in side:
            side["error"] = undressed(side["error"])
    return value_differences(*told)


def execution(guide: dict[str, Any]) -> Iterator[Call]:
    large = "SELECT value, value * 0.5 AS half FROM generate_series(1, 30000) AS t(value)"
    statements = {
        "log entries": "SELECT time, level, target, msg FROM log_entries WHERE level <= 3",
        "several batches": large,
        "no row": "SELECT * FROM log_entries WHERE false",
        "no SQL": "SELEC 1",
        "an error after rows": "SELECT value, 10/(value-20000) AS x FROM generate_series(1,30000) AS t(value)",
        "a query that cannot be counted": "DESCRIBE blocks",
    }
    for name, sql in statements.items():
        for title, range_, texts in (("a day", (BEGIN, END), DAY), ("all", ALL, ALL_TEXT)):
            yield Call(
                f"OptimizedQueryExecutor of {title}: {name}",
                lambda c, sql=sql, range_=range_: execute(guide, c, sql, range_),
                {"call": "optimized_query_executor", "sql": sql, **texts},
                execution_differences,
                fails=name in ("no SQL", "an error after rows"),
            )


def execution_differences(theirs: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    """The guide shows shares of the estimate with one digit behind the point."""
    percents = ours["percents"] and [float(f"{float(percent):.1f}") for percent in ours["percents"]]
    return value_differences(theirs, ours | {"percents": percents})


def execute(guide: dict[str, Any], client: Any, sql: str, range_: tuple[Any, Any]) -> dict[str, Any]:
    """What the guide's executor tells, as numbers: the estimate, rows by batch, and its statistics but for times."""
    given: list[int] = []
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        executor = guide["OptimizedQueryExecutor"](client)
        stats = executor.execute_large_query(sql, *range_, lambda frame, _: given.append(len(frame)))
    estimate = re.search(r"Estimated ([\d,]+) rows", printed.getvalue())
    shares = [float(share) for share in re.findall(r"\(([\d.]+)% complete\)", printed.getvalue())]
    return {
        "estimated_rows": int(estimate[1].replace(",", "")) if estimate else None,
        "batch_rows": given,
        "percents": shares or None,
        "batches_processed": stats["batches_processed"],
        "rows_processed": stats["rows_processed"],
    }
