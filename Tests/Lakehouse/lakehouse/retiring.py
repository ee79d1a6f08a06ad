"""The ways to retire partitions: by file, by metadata, and by range."""

from __future__ import annotations

from collections.abc import Iterable

from .materializing import BUG, contained, expiration
from .types import EngineError, FaultRaised, Lake, LogRows, PartitionRow
from .view_queries import display

#: The rows of one transaction: a record batch of the real server.
BATCH = 8192


class _Refused(Exception):
    """A row that cannot be retired; the text is what its ERROR row says."""


class _RollBack(Exception):
    """Leaves a transaction without a commit."""


def retire_by_file(lake: Lake, paths: list[str | None]) -> list[str]:
    """One message a path. One ERROR rolls its whole transaction back, while the others in it still say SUCCESS."""
    messages: list[str] = []
    for start in range(0, len(paths), BATCH):
        messages += _transaction(lake, (_ByFile(lake, path) for path in paths[start : start + BATCH]))[0]
    return messages


def retire_by_metadata(lake: Lake, rows: list[tuple]) -> list[str]:
    """(set, instance, begin, end) each, or with a hash as fifth.

    One message a row; where one is an ERROR, one row more says that all was rolled back. Four arguments are blind to
    the hash: they remove every row with that key, and queue only one of their files.
    """
    messages: list[str] = []
    for start in range(0, len(rows), BATCH):
        told, failed = _transaction(lake, (_ByMetadata(lake, row) for row in rows[start : start + BATCH]))
        messages += told
        if failed:
            done = len(told) - failed
            messages.append(f"ROLLED_BACK: All {done} previous changes were reverted due to errors in batch")
    return messages


def retire_range(lake: Lake, view_set: str, instance: str, begin: int, end: int) -> LogRows:
    """Everything within [begin, end], whatever its hash. The rows come before the commit; a failure is not told."""
    old = contained(lake, view_set, instance, begin, end)
    if not old:
        return
    about = f"view={view_set}/{instance} time_range=[{display(begin)}, {display(end)}]"
    yield lake.clock(), f"[RETIRE_FOUND] {about} found_partitions={len(old)}"
    for row in old:
        if row.file_path is not None:
            yield lake.clock(), f"adding out of date partition {row.file_path} to temporary files to be deleted"
    try:
        lake.faults.check("before_commit", view_set=view_set, begin=begin, end=end)
        with lake.catalog.transaction():
            lake.catalog.delete(contained(lake, view_set, instance, begin, end), expiration(lake))
        lake.faults.check("after_commit", view_set=view_set, begin=begin, end=end)
    except FaultRaised:
        # The real server only logs this: its stream ends OK.
        return


class _ByFile:
    def __init__(self, lake: Lake, path: str | None) -> None:
        self._lake, self._path = lake, path

    def retire(self) -> str:
        if self._path is None:
            raise _Refused("file_path cannot be null")
        rows = self._lake.catalog.by_file(self._path)
        if not rows:
            raise _Refused(f"Partition not found: {self._path}")
        self._lake.catalog.delete(rows)
        self._lake.catalog.queue_file(rows[0], expiration(self._lake))
        return f"Retired partition {self._path}"


class _ByMetadata:
    def __init__(self, lake: Lake, row: tuple) -> None:
        self._lake, self._row = lake, row

    def retire(self) -> str:
        if any(value is None for value in self._row):
            raise _Refused("all arguments must be non-null")
        view_set, instance, begin, end, *rest = self._row
        about = f"{view_set}/{instance} [{display(begin)}, {display(end)})"
        rows = self._lake.catalog.exact(view_set, instance, begin, end)
        if rest:
            about = f"{about} schema_hash={rest[0].hex()}"
            rows = [row for row in rows if row.file_schema_hash == rest[0]]
            if len(rows) > 1:
                raise _Refused(f"Ambiguous match: {len(rows)} partitions match {about}")
        if not rows:
            raise _Refused(f"Partition not found: {about}")
        self._remove(rows)
        return f"Retired partition {about}"

    def _remove(self, rows: list[PartitionRow]) -> None:
        self._lake.catalog.delete(rows)
        if rows[0].file_path is not None:
            self._lake.catalog.queue_file(rows[0], expiration(self._lake))


def _transaction(lake: Lake, steps: Iterable[_ByFile | _ByMetadata]) -> tuple[list[str], int]:
    """The messages of one transaction, and how many of them are errors."""
    messages: list[str] = []
    failed = 0
    try:
        lake.faults.check("before_commit")
    except FaultRaised as fault:
        raise EngineError(f"Internal error: Failed to commit transaction: {fault}.\n{BUG}") from fault
    try:
        with lake.catalog.transaction():
            for number, step in enumerate(steps):
                try:
                    lake.faults.check("retire_row", number)
                    messages.append(f"SUCCESS: {step.retire()}")
                except (_Refused, FaultRaised) as refusal:
                    messages.append(f"ERROR: {refusal}")
                    failed += 1
            if failed:
                raise _RollBack
            lake.faults.check("forget")
    except (_RollBack, FaultRaised):
        return messages, failed
    lake.faults.check("after_commit")
    return messages, failed
