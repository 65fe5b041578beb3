"""One run: how it stands, its curves, its newest values, what it made, and what can be done."""

from __future__ import annotations

import html
from collections.abc import Callable

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QScrollArea

from haversack.runs.reducer import RunState
from haversack.runs.spec import RunKind
from haversack_gui import words
from haversack_gui.calls.runs import RunLine
from haversack_gui.look import Look
from haversack_gui.widgets.basics import button, chip, column, holder, label, restyle, row
from haversack_gui.widgets.curve_plot import CurvePlot
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
PICTURES = 6


class RunView(QFrame):
    """The right side of the train page."""

    def __init__(
        self,
        look: Look,
        stop: Callable[[], None],
        resume: Callable[[], None],
        follow: Callable[[RunKind], None],
    ) -> None:
        super().__init__()
        self._look = look
        self._folder = ""
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
        self.pictures = [QLabel() for _ in range(PICTURES)]
        self.stop = button("Stop", stop, "danger", name="stop_run", tip="Checkpoint, then stop")
        self.resume = button("Resume", resume, "primary", name="resume_run")
        self.evaluate = button("Evaluate", lambda: follow(RunKind.EVALUATE), name="evaluate_run")
        self.export = button("Export", lambda: follow(RunKind.EXPORT), name="export_run")
        self.measure = button("Measure here", lambda: follow(RunKind.MEASURE), name="measure_run")
        self.predict = button("Try on pictures…", lambda: follow(RunKind.PREDICT), name="try_run")
        self.open_folder = button("Open folder", self._open_folder, "quiet")
        head = row(self.title, self.status)
        head.setStretch(0, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(
            holder(
                column(
                    self.curves,
                    self.values,
                    row(*self.pictures, None),
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
                self.error,
                area,
                row(self.stop, self.resume, self.evaluate, self.export, None, self.open_folder),
                row(self.measure, self.predict, None),
                margin="l",
            )
        )
        look.changed.connect(lambda: self.curves.wear(look.palette))

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
        problem = f"{state.error.message}. {state.error.hint}" if state.error else line.note
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
        parts = [line for line in (state.device, state.phase) if line]
        if state.epoch is not None:
            parts.append(tr("epoch {number}").format(number=state.epoch + 1))
        progress = state.progress
        if progress is not None and state.status == "running":
            total = progress.total or 0
            self.bar.setRange(0, total)
            self.bar.setValue(min(progress.done, total) if total else 0)
            if total:
                parts.append(f"{progress.done} of {total} {progress.unit}")
            left = words.duration(progress.seconds_left)
            if left:
                parts.append(tr("{time} left").format(time=left))
        elif state.status == "running":
            self.bar.setRange(0, 0)
        elif state.started_at is not None and state.updated_at is not None:
            parts.append(words.duration(state.updated_at - state.started_at))
        self.bar.setVisible(state.status == "running")
        self.line.setText("  ·  ".join(parts))

    def _show_products(self, line: RunLine) -> None:
        products = line.state.products
        self.products.setText(
            "\n".join(
                f"{made.role}: {made.path}" + (f" ({words.size(made.size)})" if made.size else "")
                for made in products
            )
        )
        self.products.setVisible(bool(products))
        shown = [made for made in products if made.path.endswith(".png")][:PICTURES]
        for place, box in enumerate(self.pictures):
            box.setVisible(place < len(shown))
            if place < len(shown):
                picture = QPixmap(str(line.folder / shown[place].path))
                box.setAccessibleName(shown[place].path)
                if not picture.isNull():
                    box.setPixmap(
                        picture.scaledToHeight(140, Qt.TransformationMode.SmoothTransformation)
                    )

    def _offer(self, line: RunLine) -> None:
        over, trained = line.state.is_over, line.kind == "train"
        self.stop.setVisible(not over)
        self.resume.setVisible(over and trained and line.state.status != "finished")
        self.resume.setEnabled(line.resumable)
        for control in (self.evaluate, self.export, self.measure, self.predict):
            control.setVisible(over and trained and line.resumable)

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._folder))


def _values(state: RunState) -> str:
    found: dict[str, object] = dict(state.metrics)
    if state.result is not None:
        metrics = state.result.get("metrics")
        found |= metrics if isinstance(metrics, dict) else {}
        found |= {k: v for k, v in state.result.items() if isinstance(v, (int, float, str))}
    cells = []
    for name, value in found.items():
        text = words.number(value) if isinstance(value, (int, float)) else str(value)
        named, shown = html.escape(name), html.escape(text)
        cells.append(f"<td style='padding-right:6px'>{named}</td><td><b>{shown}</b></td>")
    rows = [cells[start : start + 2] for start in range(0, len(cells), 2)]
    gap = "<td width='28'></td>"
    return "<table>" + "".join(f"<tr>{gap.join(line)}</tr>" for line in rows) + "</table>"
