"""What a command has at hand while it runs: its pantry, its listener, and the person's Ctrl-C."""

from __future__ import annotations

import contextlib
import shlex
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from haversack.base.errors import UsageError
from haversack.base.progress import CancelToken, hearing_waits
from haversack.cli import which_pantry

if TYPE_CHECKING:
    from haversack.cli.bars import Bars
    from haversack.pantry.pantry import Pantry

STOPPING = "stopping at the next safe point; Ctrl-C again ends it at once"


@dataclass
class Session:
    """One call of the command line.

    Attributes:
        json: Whether stdout is one JSON document.
        debug: Whether errors come with their traceback.
        cancel: Cancelled by the first Ctrl-C while ``listening``.
        named: The pantry that ``--pantry`` named.
    """

    json: bool = False
    debug: bool = False
    cancel: CancelToken = field(default_factory=CancelToken)
    named: Path | None = None

    def pantry(self, given: Path | None) -> Pantry:
        """Open the pantry that was named or is the current one.

        Raises:
            UsageError: None was named.
            NotAPantryError: The folder is none.
        """
        from haversack.pantry.pantry import Pantry

        self.named = given
        return Pantry.open(which_pantry.choose(given))

    def told(self, command: str) -> str:
        """Give a command for a person to copy: it works on the pantry that this one worked on."""
        return f"{command}{self.same_pantry}"

    @property
    def same_pantry(self) -> str:
        """What a command needs besides, to work on the pantry that this one worked on."""
        if self.named is None:
            return ""
        with contextlib.suppress(UsageError, OSError):  # none is found, or the folder is gone
            if which_pantry.choose(None).absolute() == self.named.absolute():
                return ""
        return f" --pantry {shlex.quote(str(self.named))}"

    @contextlib.contextmanager
    def listening(self) -> Iterator[Bars]:
        """Show progress on stderr; the first Ctrl-C asks to stop, the second ends at once."""
        from haversack.cli.bars import Bars

        with Bars() as bars, hearing_waits(bars), self._first_interrupt_cancels(bars):
            yield bars

    @contextlib.contextmanager
    def _first_interrupt_cancels(self, bars: Bars) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def interrupted(_number: int, _frame: FrameType | None) -> None:
            if self.cancel.is_cancelled:
                raise KeyboardInterrupt
            self.cancel.cancel()
            # Not in here: the handler may have interrupted a write to the same stream.
            threading.Thread(target=bars.say, args=(STOPPING,), name="haversack-say").start()

        before = signal.signal(signal.SIGINT, interrupted)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def say(self, text: str) -> None:
        """Print one line for a person on stderr."""
        sys.stderr.write(text.rstrip("\n") + "\n")
