"""What the front calls of the engine; each part stands in a module of its own."""

from __future__ import annotations

from .ingesting import bulk_ingest, get_payload
from .instances import ensure_instance
from .materializing import materialize, regenerate
from .retiring import retire_by_file, retire_by_metadata, retire_range
from .sources import merged

__all__ = [
    "bulk_ingest",
    "ensure_instance",
    "get_payload",
    "materialize",
    "merged",
    "regenerate",
    "retire_by_file",
    "retire_by_metadata",
    "retire_range",
]
