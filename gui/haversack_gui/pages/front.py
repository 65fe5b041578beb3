"""The front: accuracy against speed or size, the list beside it, and on to cooking."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QSplitter, QStackedWidget

from haversack_gui import words
from haversack_gui.calls import front as calls
from haversack_gui.calls import pantry as pantry_calls
from haversack_gui.calls.front import Drawn, Loaded
from haversack_gui.models.front_rows import FrontRow, columns_for, describe, headline, rows_of
from haversack_gui.models.rows import RowsModel
from haversack_gui.pages.page import Page
from haversack_gui.widgets.basics import button, card, column, holder, label, row
from haversack_gui.widgets.empty_state import EmptyState
from haversack_gui.widgets.front_filters import FrontFilters
from haversack_gui.widgets.front_plot import FrontPlot
from haversack_gui.widgets.table import selected_rows, table
from haversack_gui.words import tr
from haversack_gui.workspace import Workspace


class FrontPage(Page):
    """Shows which recipes are worth cooking."""

    name: ClassVar[str] = "front"
    title: ClassVar[str] = "Front"
    topics: ClassVar[frozenset[str]] = frozenset({"volumes"})

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.loaded: Loaded | None = None
        self.drawn: Drawn | None = None
        self._wanted = ""
        self.filters = FrontFilters(self._ask)
        self.filters.volume.activated.connect(self._picked)
        self.filters.log.toggled.connect(lambda _on: self._draw())
        self.plot = FrontPlot(self._describe)
        self.filters.bulk.toggled.connect(self.plot.show_bulk)
        self.plot.clicked.connect(self._clicked)
        self.plot.setMinimumHeight(220)
        self.legend = label("", "small", wrap=False)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.warning = label("", "warn")
        self.model: RowsModel[FrontRow] = RowsModel(())
        self.table = table(self.model, tr("Recipes of the answer"))
        self.table.setSortingEnabled(False)
        self.table.setMinimumHeight(120)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._chosen())
        self.table.doubleClicked.connect(lambda _index: self._cook())
        self.chosen = label("", "muted")
        self.data = QComboBox()
        self.data.setAccessibleName(tr("Data to cook it with"))
        self.data.setMinimumWidth(180)
        self.cook = button("Cook this recipe", self._cook, "primary", name="cook")
        self.stack = QStackedWidget()
        self.stack.addWidget(self._empty())
        self.stack.addWidget(self._view())
        self.setLayout(column(self.stack, margin="l"))
        workspace.look.changed.connect(self._wear)
        self._wear()

    def refresh(self) -> None:
        """Read which volumes there are."""
        pantry = self.workspace.pantry
        if pantry is not None:
            self.workspace.jobs.query(lambda: calls.names(pantry), self._list, key="volumes")

    def take(self, what: object) -> None:
        """Show a volume by name, or by the path of its file."""
        self._wanted = str(what)
        self._load(self._wanted)

    def _empty(self) -> EmptyState:
        return EmptyState(
            self.workspace.look,
            "front",
            "No golden volume yet",
            "A golden volume holds recipes that were measured: how accurate, how fast, how large. "
            "Fetch the defaults, or open a Parquet or CSV file.",
            ("Fetch the defaults", self._set_up),
            ("Open a file…", self._open_file),
        )

    def _view(self) -> QSplitter:
        upper = card(self.plot, row(self.legend, None), self.warning, margin="m")
        bottom = row(self.chosen, label("Data", wrap=False), self.data, self.cook)
        bottom.setStretch(0, 1)
        right = QSplitter(Qt.Orientation.Vertical)
        right.setHandleWidth(12)
        right.setChildrenCollapsible(False)
        right.addWidget(upper)
        right.addWidget(holder(column(self.table, bottom)))
        right.setStretchFactor(0, 3)
        right.setStretchFactor(1, 2)
        right.setSizes([440, 260])
        made = QSplitter()
        made.setHandleWidth(12)
        made.setChildrenCollapsible(False)
        made.addWidget(self.filters)
        made.addWidget(right)
        made.setStretchFactor(1, 1)
        return made

    def _list(self, names: list[str]) -> None:
        box = self.filters.volume
        box.clear()
        extra = [self._wanted] if calls.is_file(self._wanted) else []
        for name in [*names, *extra]:
            box.addItem(Path(name).name if calls.is_file(name) else name, name)
        box.addItem(tr("Open a file…"), "")
        held = self._wanted or (self.loaded.name if self.loaded else "")
        place = box.findData(held) if held else 0
        box.setCurrentIndex(max(place, 0))
        if names or extra:
            self._load(str(box.currentData()))
        else:
            self.stack.setCurrentIndex(0)

    def _picked(self, _place: int) -> None:
        name = self.filters.volume.currentData()
        if name:
            self._wanted = str(name)
            self._load(self._wanted)
        else:
            self._open_file()

    def _open_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, tr("Open a golden volume"), "", tr("Volumes (*.parquet *.csv)")
        )
        if chosen:
            self._wanted = chosen
            self.refresh()

    def _set_up(self) -> None:
        pantry = self.workspace.pantry
        if pantry is not None:
            self.workspace.jobs.change(
                tr("Fetch the defaults"), lambda told: pantry_calls.set_up(pantry, told)
            )

    def _load(self, name: str) -> None:
        pantry = self.workspace.pantry
        if name:
            self.workspace.jobs.query(lambda: calls.load(name, pantry), self._loaded, key="volume")

    def _loaded(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.filters.show_volume(loaded)
        self.stack.setCurrentIndex(1)
        self._offer_data(loaded.task)
        self._ask()

    def _offer_data(self, task: str) -> None:
        self.data.clear()
        self.data.addItem(tr("As in the recipe"), "")
        pantry = self.workspace.pantry
        if pantry is not None:
            for title, path in calls.data_choices(pantry, task):
                self.data.addItem(title, path)

    def _ask(self) -> None:
        loaded, question = self.loaded, self.filters.question()
        if loaded is not None and question is not None:
            self.workspace.jobs.query(
                lambda: calls.ask(loaded, question),
                self._answered,
                key="front",
                failed=self._not_answered,
            )

    def _not_answered(self, problem: BaseException) -> None:
        message, hint = words.error(problem)
        self.warning.setText(f"{message} {hint}")
        self.warning.show()
        self.legend.setText("")
        self.plot.hide()
        self.model.show(())
        self._chosen()

    def _answered(self, drawn: Drawn) -> None:
        self.drawn = drawn
        self.plot.show()
        notes = [*drawn.warnings]
        if drawn.excluded:
            rows = sum(drawn.excluded.values())
            notes.append(
                tr("{rows} left out: not measured on both axes.").format(
                    rows=words.count(rows, "row", "rows")
                )
            )
        self.warning.setText(" ".join(note[:1].upper() + note[1:] for note in notes))
        self.warning.setVisible(bool(notes))
        self.model.show(rows_of(drawn), columns_for(drawn))
        self._draw()
        self.table.resizeColumnsToContents()
        if self.model.rows:
            self.table.selectRow(0)
        self._chosen()

    def _draw(self) -> None:
        drawn = self.drawn
        if drawn is None:
            return
        self.plot.show_points(
            drawn.x, drawn.y, drawn.x_name, drawn.y_name, log=self.filters.log.isChecked()
        )
        self.plot.show_front(drawn.front)
        question = self.filters.question()
        fuzzy = question is not None and question.fuzzy
        self.plot.show_top(drawn.listed if fuzzy else ())
        self.plot.show_bulk(self.filters.bulk.isChecked())
        self.plot.show_chosen([entry.place for entry in selected_rows(self.table)])
        palette = self.workspace.look.palette
        parts = [
            f"<span style='color:{palette.plot_bulk}'>●</span> {len(drawn.x):,} measured",
            f"<span style='color:{palette.plot_front}'>●</span> {len(drawn.front):,} on the front",
        ]
        if fuzzy:
            parts.append(
                f"<span style='color:{palette.plot_top}'>◆</span> {len(drawn.listed):,} ranked"
            )
        self.legend.setText("&nbsp;&nbsp;&nbsp;".join(parts) + "&nbsp;&nbsp;&nbsp;○ chosen")

    def _describe(self, place: int) -> str:
        return describe(self.drawn, place) if self.drawn is not None else ""

    def _clicked(self, place: int, more: bool) -> None:
        listed = {entry.place: at for at, entry in enumerate(self.model.rows)}
        if place in listed:
            index = self.model.index(listed[place], 0)
            flag = QItemSelectionModel.SelectionFlag
            mode = flag.Toggle if more else flag.ClearAndSelect
            self.table.selectionModel().select(QItemSelection(index, index), mode | flag.Rows)
            self.table.scrollTo(index)
        elif place >= 0 and self.drawn is not None:
            self.workspace.say(
                "warn",
                tr("This recipe is not in the list."),
                tr("Choose the fuzzy ranking with a larger number, or a recipe of the front."),
            )

    def _chosen(self) -> None:
        chosen: list[FrontRow] = selected_rows(self.table)
        self.plot.show_chosen([entry.place for entry in chosen])
        one = len(chosen) == 1 and self.drawn is not None
        self.cook.setEnabled(one)
        if one and self.drawn is not None:
            self.chosen.setText(headline(self.drawn, chosen[0].place))
        else:
            self.chosen.setText(tr("Choose one recipe in the list or in the plot."))

    def _cook(self) -> None:
        pantry, loaded = self.workspace.pantry, self.loaded
        chosen: list[FrontRow] = selected_rows(self.table)
        if pantry is None or loaded is None or len(chosen) != 1:
            return
        number, data = chosen[0].id, self.data.currentData() or None
        extra = f" --data {data}" if data else ""
        self.workspace.jobs.change(
            tr("Cook recipe {number} of {volume}").format(number=number, volume=loaded.name),
            lambda told: calls.cook(pantry, loaded.name, loaded.task, number, data, told),
            then=lambda recipe_id: self.workspace.go_to("recipes", recipe_id),
            command=f"haversack recipe cook {number} --volume {loaded.name}{extra}"
            f" --default --pantry {pantry.path}",
        )

    def _wear(self) -> None:
        self.plot.wear(self.workspace.look.palette)
        self._draw()
