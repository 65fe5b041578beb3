"""The progress of one job, right where it was started, with a way to stop it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QProgressBar, QWidget

from haversack_gui import words
from haversack_gui.jobs import Job, Jobs
from haversack_gui.widgets.basics import button, column, label, row
from haversack_gui.words import tr


class JobStrip(QWidget):
    """Hidden while there is nothing to show."""

    def __init__(self, jobs: Jobs) -> None:
        """Follow the jobs."""
        super().__init__()
        self._job: Job | None = None
        self._after: Callable[[], None] | None = None
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Progress"))
        self.line = label("", "small")
        self.stop = button("Stop", self._stop, "danger")
        layout = row(column(self.bar, self.line, space="xs"), self.stop)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        jobs.updated.connect(self._show)
        self.hide()

    @property
    def busy(self) -> bool:
        """Whether the watched job has still to end."""
        return self._job is not None and self._job.under_way

    def watch(self, job: Job, after: Callable[[], None] | None = None) -> None:
        """Show a job until it ends; then call ``after``."""
        self._job, self._after = job, after
        self.stop.setEnabled(True)
        self._show()

    def _show(self) -> None:
        job = self._job
        if job is None:
            return
        if not job.under_way:
            self.hide()
            self._job, after = None, self._after
            if after is not None:
                after()
            return
        self.show()
        progress = job.progress
        if progress is not None and progress.total:
            self.bar.setRange(0, 1000)
            self.bar.setValue(int(1000 * progress.done / progress.total))
        else:
            self.bar.setRange(0, 0)
        self.line.setText(words.progress(progress) if progress is not None else job.step)

    def _stop(self) -> None:
        if self._job is not None and self._job.stop is not None:
            self._job.stop()
        self.stop.setEnabled(False)
