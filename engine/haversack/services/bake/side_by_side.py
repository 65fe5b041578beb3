"""Work in several threads at a time, each of which waits for a worker process of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from haversack.base.cores import usable_cores
from haversack.base.progress import CancelToken

Thing = TypeVar("Thing")


def side_by_side(
    things: Iterable[Thing],
    work: Callable[[Thing, CancelToken | None], None],
    jobs: int,
    cancel: CancelToken | None,
) -> None:
    """Do the work for each thing, of which several are under way at a time.

    Once one has failed no other is begun, and those under way are asked to stop.

    Args:
        things: Taken in order, each when a thread is free for it.
        work: Does one thing; the token that it gets says when it has to stop.
        jobs: How many are under way; one is done in this thread.
        cancel: Stops everything.

    Raises:
        Exception: The first that any of the work raised.
        Cancelled: Somebody asked to stop.
    """
    if jobs == 1:
        for thing in things:
            work(thing, cancel)
        return
    waiting, lock, halt = iter(things), threading.Lock(), _Halt(cancel)
    failures: list[BaseException] = []

    def lane() -> None:
        while not halt.is_cancelled:
            with lock:
                thing = next(waiting, None)
            if thing is None:
                return
            try:
                work(thing, halt)
            except BaseException as error:  # noqa: BLE001 - raised below
                failures.append(error)  # before the others hear of it and fail in turn
                halt.cancel()

    with ThreadPoolExecutor(jobs, "haversack-bake") as pool:
        try:
            wait([pool.submit(lane) for _ in range(jobs)])
        finally:
            halt.cancel()  # Ctrl-C may have ended the waiting
    if failures:
        raise failures[0]
    if cancel is not None:
        cancel.raise_if_cancelled()


def share_of_cores(jobs: int) -> dict[str, str]:
    """Give what tells a worker its share of the cores; a number that a person has set stays."""
    if jobs == 1 or "OMP_NUM_THREADS" in os.environ:
        return {}
    return {"OMP_NUM_THREADS": str(max(1, usable_cores() // jobs))}


class _Halt(CancelToken):
    """Asks to stop where a person does, and where other work has failed."""

    def __init__(self, asked: CancelToken | None) -> None:
        super().__init__()
        self._asked = asked

    @property
    def is_cancelled(self) -> bool:
        return super().is_cancelled or (self._asked is not None and self._asked.is_cancelled)

    def raise_if_cancelled(self) -> None:
        if self._asked is not None:
            self._asked.raise_if_cancelled()
        super().raise_if_cancelled()
