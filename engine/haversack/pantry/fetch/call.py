"""What every source is given: whom to tell, when to stop, how patient to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from haversack.base.progress import CancelToken, Meter, OnProgress, ignore_progress

MAX_BYTES = 64 << 30


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server is waited for.

    Attributes:
        tries: Attempts without a single new byte before it is given up.
        first_wait: Seconds before the second attempt; doubled for each one after it.
        longest_wait: Seconds that no wait exceeds, whatever the server asks for.
        timeout: Seconds without an answer or a byte before an attempt is given up.
    """

    tries: int = 5
    first_wait: float = 0.5
    longest_wait: float = 30.0
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class Call:
    """One fetch, as the person who asked for it sees it.

    Attributes:
        on_progress: Told how far it has come.
        cancel: Asked whether to stop.
        patience: How long servers are waited for.
        limit: The most bytes that are taken from a source or out of an archive.
    """

    on_progress: OnProgress = ignore_progress
    cancel: CancelToken | None = None
    patience: Patience = field(default_factory=Patience)
    limit: int = MAX_BYTES

    def meter(self, phase: str, total: int | None, done: int = 0) -> Meter:
        """Make a meter of bytes for one phase."""
        return Meter(phase, total, self.on_progress, cancel=self.cancel, done=done)

    def raise_if_cancelled(self) -> None:
        """Raise ``Cancelled`` once someone has asked to stop."""
        if self.cancel is not None:
            self.cancel.raise_if_cancelled()


@dataclass(frozen=True, slots=True)
class Whole:
    """A file as its source gave it, not yet checked.

    Attributes:
        path: Where it lies.
        place: Where it came from, in words that may be kept: no user names, no passwords.
        is_ours: Whether it was written for this fetch and may be moved away.
    """

    path: Path
    place: str
    is_ours: bool
