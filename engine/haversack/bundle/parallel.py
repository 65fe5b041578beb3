"""The same work for many things on several threads; the first error ends it all."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Thing = TypeVar("Thing")
_SMALL = 256 * 1024


def for_all(
    things: Iterable[Thing],
    work: Callable[[Thing], None],
    jobs: int | None,
    size: Callable[[Thing], int] | None = None,
) -> None:
    """Do the work for each thing; hashing and reading let other threads run meanwhile.

    Args:
        things: Taken one by one as threads become free.
        work: What to do with one.
        jobs: The number of threads; None for one per core.
        size: Gives the bytes of one. The small ones are then left to one thread: threads that
            change places for every few kilobytes only hinder each other.

    Raises:
        Exception: The first that any of the work raised; no new work is begun after it.
    """
    workers = max(1, jobs or os.cpu_count() or 1)
    if workers == 1:
        for thing in things:
            work(thing)
        return
    waiting, lock, stop = _lanes(things, size), threading.Lock(), threading.Event()

    def run() -> None:
        while not stop.is_set():
            with lock:
                lane = next(waiting, None)
            if lane is None:
                return
            try:
                for thing in lane:
                    if stop.is_set():
                        return
                    work(thing)
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


def _lanes(
    things: Iterable[Thing], size: Callable[[Thing], int] | None
) -> Iterator[Sequence[Thing]]:
    small: list[Thing] = []
    large: list[Thing] = []
    for thing in things:
        (small if size is not None and size(thing) < _SMALL else large).append(thing)
    if small:
        yield small
    if size is not None:
        large.sort(key=size, reverse=True)  # so that no thread is left alone with a large one
    for thing in large:
        yield (thing,)


class Counting:
    """Lets several threads tell one meter of their progress.

    Args:
        advance: What to call with the units done, one thread at a time.
    """

    def __init__(self, advance: Callable[[int], None]) -> None:
        """Pass the progress of all threads to ``advance``."""
        self._advance = advance
        self._lock = threading.Lock()

    def __call__(self, units: int) -> None:
        """Count ``units`` more."""
        with self._lock:
            self._advance(units)
