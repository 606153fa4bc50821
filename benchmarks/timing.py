"""Timing for benchmarks."""

from collections.abc import Callable
from statistics import median
from time import perf_counter


def seconds_of(call: Callable[[], object]) -> float:
    """How long one call takes."""
    start = perf_counter()
    call()
    return perf_counter() - start


def median_seconds(call: Callable[[], object], repeats: int) -> float:
    """The median of so many timed calls."""
    return median(seconds_of(call) for _ in range(repeats))
