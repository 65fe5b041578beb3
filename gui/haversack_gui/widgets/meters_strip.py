"""Small bars for processor, memory and GPU, read once a second while they are seen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QWidget

from haversack_gui.calls.meters import Gauge, Meters
from haversack_gui.jobs import Jobs
from haversack_gui.widgets.basics import column, label, row
from haversack_gui.words import tr

EVERY_MS = 1000
MOST = 5


class MetersStrip(QWidget):
    """Stands still, and costs nothing, while no worker runs or nobody looks."""

    def __init__(self, jobs: Jobs) -> None:
        """Lay the meters out."""
        super().__init__()
        self._jobs, self._pid, self._meters = jobs, 0, Meters()
        self.bars: list[tuple[QWidget, QLabel, QProgressBar]] = []
        for _ in range(MOST):
            text, bar = label("", "small", wrap=False), QProgressBar()
            bar.setTextVisible(False)
            bar.setRange(0, 1000)
            holder = QWidget()
            holder.setLayout(column(text, bar, space="xs"))
            self.bars.append((holder, text, bar))
        self.setLayout(row(*(holder for holder, _, _ in self.bars), space="m"))
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self._ask)
        self.show_gauges(())
        self.hide()

    def watch(self, pid: int) -> None:
        """Watch a worker; 0 for none."""
        self._pid = pid
        self.setVisible(bool(pid))

    def show_gauges(self, gauges: Sequence[Gauge]) -> None:
        """Show what was read."""
        for place, (holder, text, bar) in enumerate(self.bars):
            holder.setVisible(place < len(gauges))
            if place < len(gauges):
                gauge = gauges[place]
                text.setText(f"{tr(gauge.title)}: {gauge.text}")
                bar.setValue(int(1000 * gauge.share))
                bar.setAccessibleName(tr(gauge.title))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Begin to read."""
        super().showEvent(event)
        self._ask()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Stop reading."""
        super().hideEvent(event)
        self._timer.stop()

    def _ask(self) -> None:
        pid, meters = self._pid, self._meters
        self._jobs.query(
            lambda: meters.read(pid), self.show_gauges, key="meters", failed=lambda _: None
        )
