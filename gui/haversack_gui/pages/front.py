"""The front: accuracy against speed or size, the list beside it, and on to cooking."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QItemSelection, QItemSelectionModel
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from haversack_gui import equivalents, words
from haversack_gui.calls import front as calls
from haversack_gui.calls import pantry as pantry_calls
from haversack_gui.calls import results
from haversack_gui.calls.front import DataChoice, Drawn, Loaded
from haversack_gui.calls.front_groups import groups_of
from haversack_gui.calls.results import Own
from haversack_gui.equivalents import NOTHING, Same
from haversack_gui.models.front_rows import FrontRow, describe
from haversack_gui.pages.page import Page
from haversack_gui.widgets.basics import column
from haversack_gui.widgets.copying import offer_copies
from haversack_gui.widgets.empty_state import EmptyState
from haversack_gui.widgets.front_view import FrontView, axes_of, nothing_yet
from haversack_gui.widgets.parallel_plot import Axis
from haversack_gui.widgets.table import selected_rows
from haversack_gui.words import tr
from haversack_gui.workspace import Workspace

if TYPE_CHECKING:
    from haversack_gui.calls.front import Mask


class FrontPage(Page):
    """Shows which recipes are worth cooking."""

    name: ClassVar[str] = "front"
    title: ClassVar[str] = "Front"
    topics: ClassVar[frozenset[str]] = frozenset({"volumes", "runs", "assets"})

    def __init__(self, workspace: Workspace) -> None:
        """Lay the page out."""
        super().__init__(workspace)
        self.loaded: Loaded | None = None
        self.drawn: Drawn | None = None
        self._wanted = ""
        self._own_points = 0
        self._found: Mask | None = None
        self._shown_axes: Drawn | None = None
        self.made = self.plotted = False
        self.empty: EmptyState | None = None
        self.stack = QStackedWidget(self)
        self.stack.addWidget(QWidget())  # until it is known whether there is a volume
        self.setLayout(column(self.stack, margin="l"))
        workspace.look.changed.connect(self._wear)

    def refresh(self) -> None:
        """Read which volumes there are."""
        pantry = self.workspace.pantry
        if pantry is not None:
            self.workspace.jobs.query(lambda: calls.names(pantry), self._list, key="volumes")

    def take(self, what: object) -> None:
        """Show a volume by name, or by the path of its file."""
        self._wanted = str(what)
        if self.workspace.pantry is not None:
            self.refresh()  # so that the box names it
        else:
            self._load(self._wanted)

    def _make_view(self) -> None:
        """Make what shows a volume, which takes longer than the first look at a page may."""
        if self.made:
            return
        self.made = True
        self.view = view = FrontView(self._ask, self.stack)
        self.stack.addWidget(view)
        self.filters, self.model, self.table = view.filters, view.model, view.table
        self.warning, self.chosen, self.data = view.warning, view.chosen, view.data
        self.cook = view.cook
        self.main_button, self.search_field = view.cook, view.search
        self.filters.volume.activated.connect(self._picked)
        self.filters.log.toggled.connect(lambda _on: self._draw())
        self.filters.log_accuracy.toggled.connect(lambda _on: self._draw())
        self.filters.colour.activated.connect(lambda _place: self._colour())
        view.tabs.currentChanged.connect(lambda _place: self._work_out_axes())
        view.tabs.currentChanged.connect(lambda _place: self._explain())
        view.search.textChanged.connect(lambda _text: self._search())
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._chosen())
        self.table.doubleClicked.connect(lambda _index: self._cook())
        self.cook.clicked.connect(lambda _on: self._cook())
        view.save.clicked.connect(lambda _on: self._save())
        view.unbrush.clicked.connect(lambda _on: self.parallel.clear_brushes())
        offer_copies(self.cook, self._cooking)
        offer_copies(view.save, self._asking)
        offer_copies(self.table, self._asking)

    def _make_plots(self) -> None:
        """Make the rest, in a turn of its own: the window goes on between."""
        self._make_view()
        self.stack.setCurrentWidget(self.view)
        if self.plotted:
            return
        self.plotted = True
        self.plot, self.parallel = self.view.make_plots(self._describe)
        self.filters.bulk.toggled.connect(self.plot.show_bulk)
        self.plot.clicked.connect(self._clicked)
        self.parallel.brushed.connect(self._narrow)
        self._wear()

    def _show_empty(self) -> None:
        if self.empty is None:
            self.empty = nothing_yet(self.workspace.look, self._set_up, self._open_file)
            self.stack.addWidget(self.empty)
        self.stack.setCurrentWidget(self.empty)

    def _list(self, names: list[str]) -> None:
        extra = [self._wanted] if calls.is_file(self._wanted) else []
        if names or extra:
            self._make_view()
            held = self._wanted or (self.loaded.name if self.loaded else "")
            self._load(self.filters.show_names([*names, *extra], held))
        else:
            self._show_empty()

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
                tr("Fetch the defaults"),
                lambda told: pantry_calls.set_up(pantry, told),
                same=equivalents.set_up(pantry.path),
            )

    def _load(self, name: str) -> None:
        pantry = self.workspace.pantry
        if name:
            self.workspace.jobs.query(
                lambda: calls.load(name, pantry),
                self._loaded,
                key="volume",
                failed=self._not_answered,
            )

    def _loaded(self, loaded: Loaded) -> None:
        self._make_plots()
        self.loaded = loaded
        self.filters.show_volume(loaded)
        pantry = self.workspace.pantry
        if pantry is not None:
            self.workspace.jobs.query(
                lambda: calls.data_choices(pantry, loaded.task), self._offer_data, key="front data"
            )
        self._ask()

    def _offer_data(self, choices: list[DataChoice]) -> None:
        self.data.clear()
        self.data.addItem(tr("As in the recipe"), None)
        for choice in choices:
            self.data.addItem(choice.title, choice)

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
        self._make_plots()
        self.drawn = None
        self.view.show_problem(f"{message} {hint}".strip())
        self._chosen()

    def _answered(self, drawn: Drawn) -> None:
        self.drawn, self._found = drawn, None
        notes = [*drawn.warnings]
        if drawn.excluded:
            rows = sum(drawn.excluded.values())
            notes.append(
                tr("{rows} left out: not measured on both axes.").format(
                    rows=words.count(rows, "row", "rows")
                )
            )
        self.model.show(None)  # what was chosen of the last answer counts no longer
        self.view.show_notes([note[:1].upper() + note[1:] for note in notes])
        self._draw()
        self.view.show_list(drawn, self._kept())
        self._chosen()
        if self.view.search.text():
            self._search()
        self._work_out_axes()
        pantry = self.workspace.pantry
        if pantry is not None:
            self.workspace.jobs.query(
                lambda: results.own_points(pantry, drawn),
                self._own,
                key="own points",
                failed=lambda _: None,
            )

    def _work_out_axes(self) -> None:
        """Bring the parallel coordinates up to date where they are seen or brushed."""
        drawn = self.drawn
        if drawn is None or drawn is self._shown_axes:
            return
        if self.view.tabs.currentIndex() != 1 and self.parallel.within() is None:
            self.parallel.show_axes((), drawn.front)
            return

        def show(axes: list[Axis]) -> None:
            if drawn is self.drawn:
                self._shown_axes = drawn
                self.parallel.show_axes(axes, drawn.front)
                self._narrow()

        self.workspace.jobs.query(lambda: axes_of(drawn), show, key="front axes")

    def _own(self, points: list[Own]) -> None:
        self._own_points = len(points)
        self.plot.show_own([(point.x, point.y, point.text) for point in points])
        self._explain()

    def _explain(self) -> None:
        palette = self.workspace.look.palette
        self.view.show_legend(self.drawn, self._fuzzy(), self._own_points, palette)

    def _search(self) -> None:
        drawn, text = self.drawn, self.view.search.text()
        if drawn is None:
            return

        def found(mask: Mask | None) -> None:
            if drawn is self.drawn:
                self._found = mask
                self._narrow()

        self.workspace.jobs.query(lambda: calls.search(drawn, text), found, key="front search")

    def _kept(self) -> Mask | None:
        brushed = self.parallel.within() if self._shown_axes is self.drawn else None
        if brushed is None or self._found is None:
            return brushed if self._found is None else self._found
        return brushed & self._found

    def _narrow(self) -> None:
        drawn = self.drawn
        if drawn is not None:
            kept = self._kept()
            self.plot.keep(kept)
            if self._shown_axes is drawn:  # else its lines are still those of the last answer
                self.parallel.keep(kept)
            self.view.unbrush.setVisible(self.parallel.within() is not None)
            self.view.show_list(drawn, kept)
            self._chosen()

    def _fuzzy(self) -> bool:
        return self.filters.method.currentIndex() == 1

    def _draw(self) -> None:
        drawn = self.drawn
        if drawn is None:
            return
        self.plot.show_points(
            drawn.x,
            drawn.y,
            drawn.x_name,
            drawn.y_name,
            log=self.filters.log.isChecked(),
            log_accuracy=self.filters.log_accuracy.isChecked(),
        )
        self._own_points = 0
        self.plot.show_front(drawn.front)
        self._colour()
        self.plot.show_top(drawn.listed if self._fuzzy() else ())
        self.plot.show_bulk(self.filters.bulk.isChecked())
        kept = self._kept()
        if kept is not None:
            self.plot.keep(kept)
        self.plot.show_chosen([entry.place for entry in selected_rows(self.table)])

    def _colour(self) -> None:
        if self.drawn is not None:
            groups = groups_of(self.drawn, self.filters.colour.currentData() or "")
            self.view.show_groups(groups, self.workspace.look.palette)
            self._explain()

    def _describe(self, place: int) -> str:
        return describe(self.drawn, place) if self.drawn is not None else ""

    def _clicked(self, place: int, more: bool) -> None:
        row = self.model.row_of(place)
        if row >= 0:
            index = self.model.index(row, 0)
            flag = QItemSelectionModel.SelectionFlag
            mode = flag.Toggle if more else flag.ClearAndSelect
            self.table.selectionModel().select(QItemSelection(index, index), mode | flag.Rows)
            self.table.scrollTo(index)
        elif place >= 0 and self.drawn is not None:
            self.workspace.say(
                "warn",
                tr("This recipe is not in the list."),
                tr("Choose Every recipe, or the fuzzy ranking with a larger number."),
            )

    def _chosen(self) -> None:
        chosen: list[FrontRow] = selected_rows(self.table)
        if self.drawn is not None:
            self.plot.show_chosen([entry.place for entry in chosen])
        self.view.show_choice(self.drawn, chosen)

    def _save(self) -> None:
        drawn, loaded = self.drawn, self.loaded
        if drawn is None or loaded is None:
            return
        chosen: list[FrontRow] = selected_rows(self.table)
        places = self.model.places
        if len(chosen) > 1:
            places = places[[entry.rank - 1 for entry in chosen]]
        file = self._ask_file(tr("Save the list as CSV"), f"{Path(loaded.name).stem}-front.csv")
        if file is not None:
            rows = words.count(len(places), tr("row"), tr("rows"))
            self.workspace.jobs.change(
                tr("Save {rows} as CSV").format(rows=rows),
                lambda _told: calls.export(drawn, places, file),
                same=self._asking(),
            )

    def _cook(self) -> None:
        pantry, loaded = self.workspace.pantry, self.loaded
        chosen: list[FrontRow] = selected_rows(self.table)
        if pantry is None or loaded is None or len(chosen) != 1:
            return
        number, data = chosen[0].id, self.data.currentData()
        answer = data.answer if isinstance(data, DataChoice) else None
        self.workspace.jobs.change(
            tr("Cook recipe {number} of {volume}").format(number=number, volume=loaded.name),
            lambda told: calls.cook(pantry, loaded.name, loaded.task, number, answer, told),
            then=lambda recipe_id: self.workspace.go_to("recipes", recipe_id),
            same=self._cooking(),
        )

    def _cooking(self) -> Same:
        pantry, loaded = self.workspace.pantry, self.loaded
        chosen: list[FrontRow] = selected_rows(self.table)
        if pantry is None or loaded is None or len(chosen) != 1:
            return NOTHING
        data = self.data.currentData()
        name = data.name if isinstance(data, DataChoice) else None
        return equivalents.cook(pantry.path, loaded.name, chosen[0].id, name)

    def _asking(self) -> Same:
        pantry, loaded, question = self.workspace.pantry, self.loaded, self.filters.question()
        if loaded is None or question is None:
            return NOTHING
        return equivalents.pareto(
            pantry.path if pantry is not None else None,
            loaded.name,
            question.metric,
            "fuzzy" if question.fuzzy else "exact",
            question.sort_by,
            question.top_n or 0 if question.fuzzy else 0,
            question.where(),
        )

    def _wear(self) -> None:
        if self.plotted:
            self.plot.wear(self.workspace.look.palette)
            self.parallel.wear(self.workspace.look.palette)
            self._draw()
