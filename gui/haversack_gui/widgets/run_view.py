"""One run: how it stands, its curves, its newest values, what it made, and what can be done."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QProgressBar, QPushButton, QScrollArea

from haversack.base.counting import unit_for
from haversack.runs.reducer import WORKER_LOST, RunState
from haversack.runs.spec import RunKind
from haversack_gui import words
from haversack_gui.calls.runs import RunLine
from haversack_gui.jobs import Jobs
from haversack_gui.look import Look
from haversack_gui.models.run_facts import facts
from haversack_gui.models.run_times import began, took
from haversack_gui.widgets.basics import button, chip, column, holder, label, restyle, row
from haversack_gui.widgets.curve_plot import CurvePlot
from haversack_gui.widgets.dropping import dropped_pictures
from haversack_gui.widgets.flow import flow
from haversack_gui.widgets.meters_strip import MetersStrip
from haversack_gui.widgets.run_pictures import RunPictures
from haversack_gui.words import tr

STATUS = {
    "queued": ("Waiting", "plain"),
    "running": ("Running", "good"),
    "finished": ("Finished", "good"),
    "stopped": ("Stopped", "warn"),
    "failed": ("Failed", "bad"),
    "lost": ("Worker lost", "bad"),
}
KINDS = {
    "train": "Training",
    "evaluate": "Evaluation",
    "export": "Export",
    "predict": "Prediction",
    "measure": "Measurement",
}

ROLES = {
    "checkpoint": "Checkpoint",
    "mask": "Mask",
    "onnx": "Network",
    "page": "Report to read",
    "report": "Report for programs",
}


class RunView(QFrame):
    """The right side of the train page."""

    def __init__(
        self,
        look: Look,
        jobs: Jobs,
        stop: Callable[[], None],
        resume: Callable[[], None],
        follow: Callable[[RunKind, tuple[Path, ...]], None],
        keep: Callable[[], None],
    ) -> None:
        """Begin without a run."""
        super().__init__()
        self._follow = follow
        self._folder = self._page = ""
        self.setAcceptDrops(True)
        self.setProperty("look", "card")
        self.title = label("", "title")
        self.status = chip()
        self.line = label("", "muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Progress of the run"))
        self.error = label("", "bad", select=True)
        self.curves = CurvePlot(look.palette)
        self.values = label("", select=True)
        self.values.setTextFormat(Qt.TextFormat.RichText)
        self.notes = label("", "muted", select=True)
        self.products = label("", "small", select=True)
        self.pictures = RunPictures(jobs)
        self.meters = MetersStrip(jobs)
        self.stop = button("Stop", stop, "danger", name="stop_run", tip="Checkpoint, then stop")
        self.resume = button("Resume", resume, "primary", name="resume_run")
        self.evaluate = self._follower("Evaluate", RunKind.EVALUATE, "evaluate_run")
        self.export = self._follower("Export", RunKind.EXPORT, "export_run")
        self.measure = self._follower("Measure here", RunKind.MEASURE, "measure_run")
        self.predict = self._follower("Try on pictures…", RunKind.PREDICT, "try_run")
        self.predict.setToolTip(tr("Or drop pictures anywhere on this run"))
        self.keep = button(
            "Add to results",
            keep,
            "primary",
            name="keep_results",
            tip="What was measured here goes onto the shelf as a golden volume of your own",
        )
        self.read = button(
            "Read the report",
            lambda: _open(self._page),
            "primary",
            name="read_report",
            tip="Each class, what was confused with what and the worst mistakes, in the browser",
        )
        self.read.hide()
        self.open_folder = button("Open folder", lambda: _open(self._folder), "quiet")
        head = row(self.title, self.status)
        head.setStretch(0, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(
            holder(
                column(
                    self.pictures,
                    self.curves,
                    self.values,
                    self.notes,
                    self.products,
                    None,
                    space="m",
                )
            )
        )
        self.setLayout(
            column(
                head,
                self.line,
                self.bar,
                self.meters,
                self.error,
                area,
                flow(
                    *(self.stop, self.resume, self.keep, self.evaluate, self.export),
                    *(self.measure, self.predict, self.read, self.open_folder),
                    last=1,
                ),
                margin="l",
            )
        )
        look.changed.connect(lambda: self.curves.wear(look.palette))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Pictures may be dropped on a training that left a checkpoint."""
        if self.predict.isVisible() and dropped_pictures(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Try the network on the pictures that were dropped."""
        pictures = dropped_pictures(event)
        if self.predict.isVisible() and pictures:
            event.acceptProposedAction()
            self._follow(RunKind.PREDICT, pictures)

    def _follower(self, text: str, kind: RunKind, name: str) -> QPushButton:
        return button(text, lambda: self._follow(kind, ()), name=name)

    def show_run(self, line: RunLine, *, fresh: bool) -> None:
        """Show a run as it stands; ``fresh`` where another one was shown before."""
        state = line.state
        if fresh:
            self.curves.clear()
        self._folder = str(line.folder)
        kind = tr(KINDS.get(line.kind, line.kind.capitalize()))
        self.title.setText(f"{kind}: {line.recipe}" if line.recipe else kind)
        text, look = STATUS[state.status]
        self.status.setText(tr(text))
        restyle(self.status, "chip", look)
        self._show_progress(state)
        problem = _problem(line)
        self.error.setText(problem)
        self.error.setVisible(bool(problem))
        self.curves.show_curves(state.curves)
        self.curves.setVisible(bool(state.curves))
        self.values.setText(_values(state))
        self.notes.setText("\n".join(note.text for note in state.notes[-5:]))
        self.notes.setVisible(bool(state.notes))
        self._show_products(line)
        self._offer(line)

    def _show_progress(self, state: RunState) -> None:
        device = "CPU" if state.device == "cpu" else state.device
        phase = "" if state.status == "finished" else state.phase
        parts = [line for line in (device, phase) if line]
        if state.epoch is not None:
            parts.append(tr("epoch {number}").format(number=state.epoch + 1))
        progress = state.progress
        if progress is not None and state.status == "running":
            total = progress.total or 0
            self.bar.setRange(0, total)
            self.bar.setValue(min(progress.done, total) if total else 0)
            if total:
                parts.append(f"{progress.done} of {total} {unit_for(total, progress.unit)}")
            left = words.duration(progress.seconds_left)
            if left:
                parts.append(tr("{time} left").format(time=left))
        elif state.status == "running":
            self.bar.setRange(0, 0)
        else:
            parts += [part for part in (began(state), took(state)) if part]
        self.bar.setVisible(state.status == "running")
        self.line.setText("  ·  ".join(parts))

    def _show_products(self, line: RunLine) -> None:
        products = line.state.products
        self.products.setText(
            "\n".join(
                f"{tr(ROLES.get(made.role, made.role))}: {made.path}"
                + (f" ({words.size(made.size)})" if made.size else "")
                for made in products
                if made.role != "picture"
            )
        )
        self.products.setVisible(bool(self.products.text()))
        pages = [str(line.folder / made.path) for made in products if made.role == "page"]
        self._page = pages[-1] if pages else ""
        self.read.setVisible(bool(pages))
        shown = [line.folder / made.path for made in products if made.role == "picture"]
        self.pictures.show_files(shown)

    def _offer(self, line: RunLine) -> None:
        over, trained = line.state.is_over, line.kind == "train"
        self.stop.setVisible(not over)
        self.keep.setVisible(line.kind == "measure" and line.state.status == "finished")
        self.meters.watch(line.state.pid if line.state.status == "running" else 0)
        self.resume.setVisible(over and trained and line.state.status != "finished")
        self.resume.setEnabled(line.resumable)
        for control in (self.evaluate, self.export, self.measure, self.predict):
            control.setVisible(over and trained and line.resumable)


def _open(path: str) -> None:
    """Show a file or a folder in the program of the system that shows such."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(path))


def _problem(line: RunLine) -> str:
    state = line.state
    if state.error is None:
        return line.note
    said = [words.sentence(state.error.message), state.error.hint]
    is_told = state.error.error == WORKER_LOST  # its hint says how it goes on, or that it cannot
    if line.kind == "train" and state.is_over and not line.resumable and not is_told:
        said.append(tr("No checkpoint was written before that: train it again."))
    return " ".join(said)


def _values(state: RunState) -> str:
    lines = [
        f"<tr><td style='padding-right:12px; white-space:nowrap'>{html.escape(name)}</td>"
        f"<td><b>{html.escape(text)}</b></td></tr>"
        for name, text in facts(state)
    ]
    return f"<table>{''.join(lines)}</table>"
