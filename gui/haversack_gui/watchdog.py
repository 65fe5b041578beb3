"""Watches the event loop: how long the GUI thread worked without letting it turn."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer

TICK_MS = 5


class Watchdog(QObject):
    """Measures the longest stretch of the GUI thread's own work between two turns of the loop.

    Time is the thread's processor time, so that a busy machine is not mistaken for a busy app.

    Attributes:
        worst: The longest stretch so far, in seconds.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        """Measure from the first turn of the loop on."""
        super().__init__(parent)
        self.worst = 0.0
        self._last = 0.0
        self._timer = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._turn)

    def start(self) -> None:
        """Begin to watch."""
        self.worst = 0.0
        self._last = time.thread_time()
        self._timer.start()

    def stop(self) -> float:
        """End watching; give the longest stretch in seconds."""
        self._turn()
        self._timer.stop()
        return self.worst

    def _turn(self) -> None:
        now = time.thread_time()
        self.worst = max(self.worst, now - self._last)
        self._last = now
