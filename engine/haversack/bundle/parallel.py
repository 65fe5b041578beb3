"""The same work for many things on several threads; the first error ends it all."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Thing = TypeVar("Thing")


def for_all(things: Iterable[Thing], work: Callable[[Thing], None], jobs: int | None) -> None:
    """Do the work for each thing; hashing and reading let other threads run meanwhile.

    Args:
        things: Taken one by one as threads become free.
        work: What to do with one.
        jobs: The number of threads; None for one per core.

    Raises:
        Exception: The first that any of the work raised; no new work is begun after it.
    """
    workers = max(1, jobs or os.cpu_count() or 1)
    if workers == 1:
        for thing in things:
            work(thing)
        return
    waiting, lock, stop = iter(things), threading.Lock(), threading.Event()

    def run() -> None:
        while not stop.is_set():
            with lock:
                found = next(waiting, stop)
            if found is stop:
                return
            try:
                work(found)  # type: ignore[arg-type] # the sentinel went out above
            except BaseException:
                stop.set()
                raise

    with ThreadPoolExecutor(workers) as pool:
        runs = [pool.submit(run) for _ in range(workers)]
        try:
            for one in runs:
                one.result()
        finally:
            stop.set()


class Counting:
    """Lets several threads tell one meter of their progress.

    Args:
        advance: What to call with the units done, one thread at a time.
    """

    def __init__(self, advance: Callable[[int], None]) -> None:
        self._advance = advance
        self._lock = threading.Lock()

    def __call__(self, units: int) -> None:
        """Count ``units`` more."""
        with self._lock:
            self._advance(units)
