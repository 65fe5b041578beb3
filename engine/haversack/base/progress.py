"""Progress of long work: plain values handed to a callable, with the time left."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field

from haversack.base.errors import Cancelled


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one phase of a long piece of work has come.

    Attributes:
        phase: What is being done, in words for a person.
        done: Units done so far.
        total: Units in all; None where nobody can know.
        unit: What is counted: ``"bytes"``, ``"files"``, ``"steps"``.
        seconds_left: Estimated; None until there is something to estimate from.
    """

    phase: str
    done: int
    total: int | None = None
    unit: str = "bytes"
    seconds_left: float | None = None


OnProgress = Callable[[Progress], None]


def ignore_progress(progress: Progress) -> None:
    """Take progress and do nothing."""


_HEARS_WAITS: ContextVar[OnProgress] = ContextVar("hears waits", default=ignore_progress)


@contextlib.contextmanager
def hearing_waits(on_progress: OnProgress) -> Iterator[None]:
    """Hear in this thread when work has to wait for another program, however deep it waits."""
    token = _HEARS_WAITS.set(on_progress)
    try:
        yield
    finally:
        _HEARS_WAITS.reset(token)


def tell_wait(what: str) -> None:
    """Tell whoever hears this thread's waits what it waits for, in words for a person."""
    _HEARS_WAITS.get()(Progress(what, 0, unit=""))


class CancelToken:
    """Asked between steps of long work whether a person wants it to stop. Thread-safe."""

    def __init__(self) -> None:
        """Begin with nobody wanting a stop."""
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop at its next safe point."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody has asked the work to stop."""
        return self._event.is_set()

    def raise_if_cancelled(self) -> None:
        """Raise ``Cancelled`` once someone has asked for it."""
        if self._event.is_set():
            raise Cancelled("stopped as asked", "Run it again: what was done whole is used.")


@dataclass
class Meter:
    """Counts units of one phase and tells a callable at most ten times a second.

    Units that are ``done`` from the start (a resumed download) do not count as speed.
    """

    phase: str
    total: int | None
    on_progress: OnProgress
    unit: str = "bytes"
    cancel: CancelToken | None = None
    done: int = 0
    _started: float = field(default_factory=time.monotonic)
    _told: float = 0.0
    _done_before: int = field(init=False)

    def __post_init__(self) -> None:
        """Remember how much was done before."""
        self._done_before = self.done

    def advance(self, units: int) -> None:
        """Count ``units`` more; raise ``Cancelled`` if someone asked to stop."""
        if self.cancel is not None:
            self.cancel.raise_if_cancelled()
        self.done += units
        now = time.monotonic()
        if now - self._told >= 0.1 or self.done == self.total:
            self._told = now
            self.on_progress(self._snapshot(now))

    def _snapshot(self, now: float) -> Progress:
        elapsed = now - self._started
        left = None
        fresh = self.done - self._done_before
        if self.total is not None and fresh > 0 and elapsed > 0.5:
            left = max(0.0, elapsed * (self.total - self.done) / fresh)
        return Progress(self.phase, self.done, self.total, self.unit, left)
