"""The engine's own threads: DataFusion called inside one of its table functions panics, so SQL runs out here."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="engine")


def call(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Runs the function on a thread of the engine and waits for its answer."""
    return _pool.submit(function, *arguments, **named).result()
