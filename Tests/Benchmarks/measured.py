"""What a reader of the benchmarks prints of its work."""

import resource
import time
from collections.abc import Callable


def cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measured(work: Callable[..., int], *arguments: str) -> None:
    """Prints `COUNT 0 WALL CPU`: what the work counted, and the seconds it took."""
    wall, before = time.monotonic(), cpu()
    count = work(*arguments)
    print(count, 0, time.monotonic() - wall, cpu() - before)
