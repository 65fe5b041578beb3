"""The job centre: what is under way, how far, how long still, and how the last ones ended."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from haversack_gui import words
from haversack_gui.jobs import Job, Jobs
from haversack_gui.widgets.basics import button, chip, column, label, restyle, row
from haversack_gui.widgets.copying import FORMS, copy
from haversack_gui.widgets.flow import flow
from haversack_gui.words import tr

STATES = {
    "waiting": ("Waiting", "plain"),
    "running": ("Under way", "good"),
    "done": ("Done", "good"),
    "failed": ("Failed", "bad"),
    "stopped": ("Stopped", "warn"),
}
WIDTH = 360


class JobCard(QFrame):
    """One job."""

    def __init__(self, job: Job) -> None:
        """Show a job and follow it."""
        super().__init__()
        self.job = job
        self.setProperty("look", "card")
        self.title = label(job.title, "lead")
        self.title.setMinimumWidth(1)  # a long word of it pushes nothing else out of sight
        self.title.setToolTip(words.as_written(job.title))
        self.state = chip()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Progress of {title}").format(title=job.title))
        self.line = label("", "small")
        self.stop = button("Stop", self._stop, "danger", tip="Stop at the next safe point")
        self.copies = [button(title, partial(self._copy, form), "quiet") for title, form in FORMS]
        head = row(self.title, self.state)
        head.setStretch(0, 1)
        self.setLayout(
            column(head, self.bar, self.line, flow(self.stop), flow(*self.copies), margin="m")
        )
        self.refresh()

    def refresh(self) -> None:
        """Show the job as it stands."""
        job = self.job
        text, kind = STATES[job.state]
        self.state.setText(tr(text))
        restyle(self.state, "chip", kind)
        self.bar.setVisible(job.under_way)
        self.stop.setVisible(job.under_way and job.stop is not None)
        for control, (_, form) in zip(self.copies, FORMS, strict=True):
            control.setVisible(bool(getattr(job.same, form)))
        progress = words.progress(job.progress) if job.progress is not None else ""
        if job.under_way and job.progress is not None:
            total = job.progress.total
            self.bar.setRange(0, 1000 if total else 0)
            self.bar.setValue(int(1000 * job.progress.done / total) if total else 0)
            self.line.setText("\n".join(part for part in (job.step, progress) if part))
        elif job.under_way:
            self.bar.setRange(0, 0)
            self.line.setText(job.step)
        else:
            self.line.setText(f"{job.error} {job.hint}".strip() or job.said)
        self.line.setVisible(bool(self.line.text()))

    def _copy(self, form: str) -> None:
        copy(str(getattr(self.job.same, form)))

    def _stop(self) -> None:
        if self.job.stop is not None:
            self.job.stop()
        self.stop.setEnabled(False)


class JobPanel(QFrame):
    """A card for each job, newest first. ``left`` says that a person has seen enough."""

    left = Signal()

    def __init__(self, jobs: Jobs) -> None:
        """Show the jobs and follow them."""
        super().__init__()
        self._jobs = jobs
        self._cards: dict[Job, JobCard] = {}
        self.setObjectName("job_panel")
        self.setAccessibleName(tr("Jobs"))
        self.setFixedWidth(WIDTH)
        self.close_button = button("Close", self.left.emit, "quiet", name="close_jobs")
        self._empty = label(
            "Nothing has been done yet. Work that takes time shows here, with its progress.",
            "muted",
        )
        self._list: QVBoxLayout = column(self._empty, None, space="s")
        inside = QWidget()
        inside.setLayout(self._list)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        head = row(label("Jobs", "lead"), None, self.close_button)
        self.setLayout(column(head, area, margin="m"))
        jobs.updated.connect(self.refresh)
        self.hide()

    def refresh(self) -> None:
        """Show the jobs as they stand."""
        shown = [job for job in self._jobs.jobs if job.visible]
        self._empty.setVisible(not shown)
        for job in shown:
            if job not in self._cards:
                self._cards[job] = JobCard(job)
                self._list.insertWidget(0, self._cards[job])
        for job in [known for known in self._cards if known not in shown]:
            self._cards.pop(job).deleteLater()
        if self.isVisible():
            for made in self._cards.values():
                made.refresh()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Bring every card up to date when the panel opens."""
        super().showEvent(event)
        for made in self._cards.values():
            made.refresh()
