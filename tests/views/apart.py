"""Coroutines in tests."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import anyio


def run_apart(call: Callable, *arguments) -> object:
    """What a coroutine gives, run in a thread of its own: in this one a browser may keep a loop running."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, call, *arguments).result()
