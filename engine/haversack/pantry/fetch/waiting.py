"""Trying again, with longer and longer waits, for as long as it gets somewhere."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from haversack.pantry.errors import FetchError
from haversack.pantry.fetch.call import Call


class Transient(Exception):  # noqa: N818 - it never leaves this room
    """An attempt failed in a way that may pass.

    Args:
        final: What to raise when it does not pass.
        wait: Seconds that the server asks to wait; None where it says nothing.
    """

    def __init__(self, final: FetchError, wait: float | None = None) -> None:
        """Hold the error that is raised once patience ends, and how many seconds to wait."""
        super().__init__(final.message)
        self.final = final
        self.wait = wait


def persist(attempt: Callable[[], None], progress: Callable[[], int], call: Call) -> None:
    """Run ``attempt`` until it passes or ``call.patience`` is used up.

    An attempt that brought bytes makes patience whole again.

    Args:
        attempt: Raises ``Transient`` for what may pass.
        progress: Gives how many bytes are there.
        call: Whose patience it is, and who may cancel.

    Raises:
        FetchError: What the last attempt said.
        Cancelled: Someone asked to stop.
    """
    failures = 0
    while True:
        before = progress()
        try:
            attempt()
        except Transient as error:
            failures = 1 if progress() > before else failures + 1
            if failures >= call.patience.tries:
                raise error.final from error.__cause__
            _wait(error.wait, failures, call)
        else:
            return


def _wait(asked: float | None, failures: int, call: Call) -> None:
    doubled = call.patience.first_wait * 2.0 ** (failures - 1)
    jittered = doubled * random.uniform(0.75, 1.25)  # noqa: S311 - spreads retries, guards nothing
    seconds = min(jittered if asked is None else asked, call.patience.longest_wait)
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        call.raise_if_cancelled()
        time.sleep(min(0.1, left))
    call.raise_if_cancelled()
