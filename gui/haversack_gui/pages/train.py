"""Train: the queue and the past runs at the left, the chosen one live at the right."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QComboBox, QFileDialog, QSplitter, QStackedWidget

from haversack.runs.reducer import RunState
from haversack.runs.spec import RunKind, RunSpec
from haversack_gui import equivalents
from haversack_gui.calls import recipes as recipe_calls
from haversack_gui.calls import results
from haversack_gui.calls import runs as calls
from haversack_gui.calls.runs import RunLine
from haversack_gui.equivalents import NOTHING, Same
from haversack_gui.models.rows import Column, RowsModel
from haversack_gui.models.run_times import began, took
from haversack_gui.pages.page import Page
from haversack_gui.widgets.basics import button, card, column, label, row
from haversack_gui.widgets.copying import offer_copies
from haversack_gui.widgets.elided import ElidedCombo
from haversack_gui.widgets.empty_state import EmptyState
from haversack_gui.widgets.run_comparison import RunComparison
from haversack_gui.widgets.run_view import KINDS, STATUS, RunView
from haversack_gui.widgets.table import selected_rows, table
from haversack_gui.words import tr
from haversack_gui.workspace import Workspace

DEVICES = (("auto", "Best device"), ("cpu", "CPU"), ("cuda", "GPU"))
TWO_LINES = 46
MARKS = {"queued": "○", "running": "▶", "finished": "✔", "stopped": "■", "failed": "✖", "lost": "✖"}


class TrainPage(Page):
    """Starts runs one after the other and shows how they go."""

    name: ClassVar[str] = "train"
    title: ClassVar[str] = "Train"
    topics: ClassVar[frozenset[str]] = frozenset({"runs", "recipes", "assets"})

    def __init__(self, workspace: Workspace) -> None:
        """Lay the page out."""
        super().__init__(workspace)
        self._shown = ""
        self._wanted_recipe = ""
        self.recipe = ElidedCombo(tr("Recipe to train"))
        self.recipe.setPlaceholderText(tr("No recipe yet"))
        self.device = QComboBox()
        self.device.setAccessibleName(tr("Device to train on"))
        for key, title in DEVICES:
            self.device.addItem(tr(title), key)
        self.start = button("Train", self._train, "primary", name="start_training")
        self.main_button = self.start
        self.model: RowsModel[RunLine] = RowsModel(self._columns(), self)
        self.table = table(self.model, tr("Runs, newest first"), sorts=False)
        self.table.verticalHeader().setDefaultSectionSize(TWO_LINES)
        self.table.setColumnWidth(1, 126)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._show_chosen())
        self.view = RunView(
            workspace.look, workspace.jobs, self._stop, self._resume, self._follow, self._keep
        )
        self.comparison = RunComparison(workspace.look)
        self._offer_copies()
        self.empty = EmptyState(
            workspace.look,
            "train",
            "Nothing has been trained yet",
            "Choose a recipe at the left and press Train. Its curves are drawn here while it "
            "learns; afterwards you can evaluate and export it.",
            ("Choose from the front", lambda: workspace.go_to("front")),
            ("Put a recipe together", lambda: workspace.go_to("recipes")),
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.view)
        self.stack.addWidget(self.comparison)
        start = column(self.recipe, row(self.device, None, self.start))
        about = label("Runs, newest first. Choose several (Ctrl) to compare them.", "small")
        left = card(start, about, self.table, margin="m")
        left.setMinimumWidth(380)
        both = QSplitter()
        both.setHandleWidth(12)
        both.setChildrenCollapsible(False)
        both.addWidget(left)
        both.addWidget(self.stack)
        both.setStretchFactor(0, 2)
        both.setStretchFactor(1, 3)
        both.setSizes([430, 650])
        self.setLayout(column(both, margin="l"))
        workspace.queue.changed.connect(self._told)
        workspace.queue.ended.connect(self._ended)
        workspace.look.changed.connect(lambda: self.table.viewport().update())

    def refresh(self) -> None:
        """Read the runs and the recipes that can be trained."""
        pantry = self.workspace.pantry
        if pantry is not None:
            jobs = self.workspace.jobs
            jobs.query(lambda: calls.lines(pantry), self._list, key="runs")
            jobs.query(lambda: recipe_calls.saved(pantry), self._recipes, key="trainable")

    def take(self, what: object) -> None:
        """Choose a recipe by its id, ready to be trained."""
        self._wanted_recipe = str(what)
        self._choose_recipe()

    def _columns(self) -> list[Column[RunLine]]:
        return [
            Column(
                tr("Run"), _in_two_lines, tip=lambda line: f"{_in_two_lines(line)}\n{line.run_id}"
            ),
            Column(tr("State"), _state, colour=self._colour),
        ]

    def _recipes(self, saved: list[recipe_calls.Listed]) -> None:
        held = self.recipe.currentData()
        self.recipe.clear()
        for entry in saved:
            self.recipe.addItem(entry.name, entry.id)
        place = self.recipe.findData(held)
        self.recipe.setCurrentIndex(max(place, 0) if saved else -1)
        self.start.setEnabled(bool(saved))
        self._choose_recipe()

    def _choose_recipe(self) -> None:
        place = self.recipe.findData(self._wanted_recipe)
        if place >= 0:
            self.recipe.setCurrentIndex(place)
            self._wanted_recipe = ""
            self.start.setFocus()

    def _list(self, lines: list[RunLine]) -> None:
        states = self.workspace.queue.states
        self.model.show([_newer(line, states.get(line.run_id)) for line in lines])
        if not lines:
            self.stack.setCurrentIndex(0)
        wanted = self._shown or self.workspace.queue.running
        ids = [line.run_id for line in lines]
        if lines:
            self._select(ids.index(wanted) if wanted in ids else 0)

    def _select(self, place: int) -> None:
        flag = QItemSelectionModel.SelectionFlag
        self.table.selectionModel().select(
            self.model.index(place, 0), flag.ClearAndSelect | flag.Rows
        )

    def _told(self, run_id: str) -> None:
        state = self.workspace.queue.states.get(run_id)
        for place, line in enumerate(self.model.rows):
            if line.run_id == run_id and state is not None:
                self.model.rows[place] = replace(line, state=state)
                last = self.model.columnCount() - 1
                self.model.dataChanged.emit(
                    self.model.index(place, 0), self.model.index(place, last)
                )
                if run_id == self._shown and self.isVisible():
                    self.view.show_run(self.model.rows[place], fresh=False)
                return

    def _ended(self, _run_id: str) -> None:
        self.workspace.jobs.changed.emit(frozenset({"runs"}))

    def _show_chosen(self) -> None:
        chosen: list[RunLine] = selected_rows(self.table)
        if len(chosen) > 1:
            self.comparison.show_runs(chosen)
            self.stack.setCurrentWidget(self.comparison)
            return
        line = self._chosen()
        if line is not None:
            self.stack.setCurrentWidget(self.view)
            self.view.show_run(line, fresh=line.run_id != self._shown)
            self._shown = line.run_id

    def _chosen(self) -> RunLine | None:
        chosen: list[RunLine] = selected_rows(self.table)
        return chosen[0] if chosen else None

    def _train(self) -> None:
        pantry, recipe_id = self.workspace.pantry, self.recipe.currentData()
        if pantry is not None and recipe_id:
            device = str(self.device.currentData())
            same = equivalents.train(pantry.path, recipe_id, device)
            self.workspace.jobs.query(
                lambda: calls.train(pantry, recipe_id, device),
                lambda spec: self._queue(spec, same),
            )

    def _resume(self) -> None:
        pantry, line = self.workspace.pantry, self._chosen()
        if pantry is not None and line is not None:
            same = equivalents.resume(pantry.path, line.run_id)
            self.workspace.jobs.query(
                lambda: calls.resume(pantry, line.run_id),
                lambda spec: self._queue(spec, same, line),
            )

    def _keep(self) -> None:
        pantry, line = self.workspace.pantry, self._chosen()
        if pantry is not None and line is not None:
            self.workspace.jobs.change(
                tr("Add to results"),
                lambda told: results.keep(pantry, line.task, told),
                then=lambda volume: self.workspace.go_to("front", volume),
                same=equivalents.keep_results(pantry.path, line.task),
            )

    def _follow(self, kind: RunKind, inputs: tuple[Path, ...]) -> None:
        pantry, line = self.workspace.pantry, self._chosen()
        if pantry is None or line is None:
            return
        if kind is RunKind.PREDICT and not inputs:
            inputs = self._ask_pictures()
            if not inputs:
                return
        same = equivalents.follow_up(pantry.path, kind.value, line.run_id, inputs)
        self.workspace.jobs.query(
            lambda: calls.follow_up(pantry, kind, line.run_id, inputs),
            lambda spec: self._queue(spec, same),
        )

    def _ask_pictures(self) -> tuple[Path, ...]:
        chosen, _ = QFileDialog.getOpenFileNames(
            self, tr("Choose pictures"), "", tr("Pictures (*.png *.jpg *.jpeg *.bmp)")
        )
        return tuple(Path(name) for name in chosen)

    def _offer_copies(self) -> None:
        offer_copies(self.start, lambda: self._same("train"))
        offer_copies(self.view.stop, lambda: self._same("stop"))
        offer_copies(self.view.resume, lambda: self._same("resume"))
        offer_copies(self.view.keep, lambda: self._same("keep"))
        for kind, control in (
            (RunKind.EVALUATE, self.view.evaluate),
            (RunKind.EXPORT, self.view.export),
            (RunKind.MEASURE, self.view.measure),
            (RunKind.PREDICT, self.view.predict),
        ):
            offer_copies(control, partial(self._same, kind.value))

    def _same(self, deed: str) -> Same:
        pantry, line = self.workspace.pantry, self._chosen()
        if pantry is None or (line is None and deed != "train"):
            return NOTHING
        if line is None or deed == "train":
            device = str(self.device.currentData())
            return equivalents.train(pantry.path, str(self.recipe.currentData()), device)
        if deed == "stop":
            return equivalents.stop(pantry.path, line.run_id)
        if deed == "resume":
            return equivalents.resume(pantry.path, line.run_id)
        if deed == "keep":
            return equivalents.keep_results(pantry.path, line.task)
        return equivalents.follow_up(pantry.path, deed, line.run_id)

    def _queue(self, spec: RunSpec, same: Same, before: RunLine | None = None) -> None:
        kind = tr(KINDS.get(spec.kind.value, spec.kind.value))
        title = f"{kind}: {calls.recipe_name(spec)}"
        self._shown = spec.run_id
        self.workspace.queue.add(spec, title, same, before.state if before else None)
        self.refresh()

    def _stop(self) -> None:
        if self._shown:
            self.workspace.queue.stop(self._shown)

    def _colour(self, line: RunLine) -> str | None:
        palette = self.workspace.look.palette
        kind = STATUS[line.state.status][1]
        return {"good": palette.good, "warn": palette.warn, "bad": palette.bad}.get(kind)


def _state(line: RunLine) -> str:
    status = line.state.status
    said = f"{MARKS[status]} {tr('Lost') if status == 'lost' else tr(STATUS[status][0])}"
    return f"{said}\n{took(line.state)}".strip()


def _in_two_lines(line: RunLine) -> str:
    parts = (tr(KINDS.get(line.kind, line.kind)), began(line.state))
    return f"{line.recipe or '—'}\n{', '.join(part for part in parts if part)}"


def _newer(line: RunLine, state: RunState | None) -> RunLine:
    return line if state is None else replace(line, state=state)
