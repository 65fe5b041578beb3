"""Progress for a person on stderr: bars with the time left on a screen, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from contextlib import AbstractContextManager
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import (
    Progress as RichProgress,
)
from rich.text import Text

from haversack.base.counting import unit_for
from haversack.base.progress import Progress
from haversack.cli.output import human_size, printable
from haversack.runs.events import Measured, Noted, PhaseBegan, Produced, Progressed
from haversack.services.listen import Heard, Said

_LINE_SECONDS = 5.0


class Bars(AbstractContextManager["Bars"]):
    """Hears what services and workers tell and shows it; call it with each."""

    def __init__(self, console: Console | None = None) -> None:
        """Draw on a console; lines of text where it is no terminal."""
        self._console = console or Console(file=sys.stderr, highlight=False)
        self._bars: RichProgress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._line_at = 0.0
        self._line = ""
        self._values = ""

    def __enter__(self) -> Bars:
        """Begin to draw."""
        if self._console.is_terminal:
            self._bars = RichProgress(
                SpinnerColumn(),
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=24),
                _Amount(),
                TimeElapsedColumn(),
                _TimeLeft(),
                TextColumn("{task.fields[values]}", markup=False),
                console=self._console,
                transient=True,
            )
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bars away; nothing that was raised is held back."""
        if self._bars is not None:
            self._bars.stop()

    def __call__(self, heard: Heard) -> None:
        """Show one thing."""
        match heard:
            case Said():
                self.say(heard.text)
            case Noted():
                self.say(f"{'note' if heard.level == 'info' else 'warning'}: {heard.text}")
            case PhaseBegan():
                self._values = ""
                self._show(heard.phase, 0, None, "", None)
            case Measured():
                values = [f"{name} {value:.4g}" for name, value in heard.values.items()]
                self._values = "  ".join(values[:4])
            case Progressed() | Progress():
                self._show(heard.phase, heard.done, heard.total, heard.unit, heard.seconds_left)
            case Produced():
                pass
            case _:
                self._clear()

    def say(self, text: str) -> None:
        """Print one line above the bars."""
        self._console.print(Text(printable(text)), soft_wrap=True)

    def _show(
        self, phase: str, done: int, total: int | None, unit: str, left: float | None
    ) -> None:
        if self._bars is None:
            self._print_line(phase, done, total, unit, left)
            return
        if phase not in self._tasks:
            self._clear()
            self._tasks[phase] = self._bars.add_task(phase, total=total, values="", unit=unit)
        self._bars.update(
            self._tasks[phase],
            completed=done,
            total=total,
            values=self._values,
            unit=unit,
            left=left,
        )

    def _clear(self) -> None:
        self._values = ""
        if self._bars is not None:
            for task in self._tasks.values():
                self._bars.remove_task(task)
        self._tasks.clear()

    def _print_line(
        self, phase: str, done: int, total: int | None, unit: str, left: float | None
    ) -> None:
        now = time.monotonic()
        if phase == self._line and now - self._line_at < _LINE_SECONDS:
            return
        self._line, self._line_at = phase, now
        amount = f" {amount_text(done, total, unit)}" if done else ""
        ahead = f", {left:.0f} s left" if left is not None else ""
        values = f"  {self._values}" if self._values else ""
        self.say(f"{phase}{amount}{ahead}{values}")


def amount_text(done: float, total: float | None, unit: str) -> str:
    """Say how much is done of how much: ``3.1 MB of 17.4 MB``, ``12 of 40 steps``."""
    if unit == "bytes":
        return human_size(done) if total is None else f"{human_size(done)} of {human_size(total)}"
    if total is None:
        return f"{done:.0f} {unit_for(done, unit)}"
    return f"{done:.0f} of {total:.0f} {unit_for(total, unit)}"


class _Amount(ProgressColumn):
    def render(self, task: Task) -> Text:
        unit = str(task.fields.get("unit", ""))
        return Text(amount_text(task.completed, task.total, unit) if unit else "")


class _TimeLeft(ProgressColumn):
    def render(self, task: Task) -> Text:
        left = task.fields.get("left")
        seconds = task.time_remaining if left is None else left
        if seconds is None:
            return Text("")
        minutes, rest = divmod(round(seconds), 60)
        return Text(f"{minutes}:{rest:02d} left")
