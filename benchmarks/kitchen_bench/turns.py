"""Loops that take turns, one step each, so that a machine's moods meet all of them alike."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

Pass = Callable[[], None]
"""Called by a loop at the end of each of its steps."""


class Turns:
    """Lets each party do one step at a time and keeps how long each step took.

    A step lasts from the return of ``pass_on`` to its next call: all that a loop does for a step.
    """

    def __init__(self, parties: list[str]) -> None:
        self._parties = parties
        self._turn = {name: threading.Semaphore(0) for name in parties}
        self._began: dict[str, float] = {}
        self.times: dict[str, list[float]] = {name: [] for name in parties}

    def run(self, loops: Mapping[str, Callable[[Pass], None]]) -> None:
        """Run every loop in a thread of its own until all have ended; raise what one raised."""
        failed: list[BaseException] = []

        def guarded(name: str) -> None:
            try:
                self._turn[name].acquire()
                self._began[name] = time.perf_counter()
                loops[name](lambda: self._pass_on(name))
            except BaseException as error:  # noqa: BLE001 - raised again below, in the main thread
                failed.append(error)
            finally:
                self._next(name).release()

        threads = [threading.Thread(target=guarded, args=(name,)) for name in self._parties]
        for thread in threads:
            thread.start()
        self._turn[self._parties[0]].release()
        for thread in threads:
            thread.join()
        if failed:
            raise failed[0]

    def _pass_on(self, name: str) -> None:
        self.times[name].append(time.perf_counter() - self._began[name])
        self._next(name).release()
        self._turn[name].acquire()
        self._began[name] = time.perf_counter()

    def _next(self, name: str) -> threading.Semaphore:
        place = self._parties.index(name) + 1
        return self._turn[self._parties[place % len(self._parties)]]
