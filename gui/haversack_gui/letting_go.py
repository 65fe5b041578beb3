"""Lets go of many objects a few at a time: 100,000 rows at once would hold up the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, QTimer

AT_ONCE = 4_000


class LettingGo(QObject):
    """Holds what was shown, and drops it in pieces between turns of the event loop."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Begin with nothing to let go of."""
        super().__init__(parent)
        self._old: list[list[Any]] = []
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._some)

    @property
    def held(self) -> int:
        """How many objects are still to be let go of."""
        return sum(map(len, self._old))

    def take(self, old: Sequence[Any]) -> None:
        """Hold the objects of a long list; those of a short one may go at once."""
        if len(old) > AT_ONCE:
            self._old.append(list(old))
            self._timer.start()

    def _some(self) -> None:
        del self._old[-1][-AT_ONCE:]
        if not self._old[-1]:
            self._old.pop()
        if not self._old:
            self._timer.stop()
