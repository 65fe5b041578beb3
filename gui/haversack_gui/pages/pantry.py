"""The pantry: shelves for recipes, data, weights and golden volumes, and what is ready offline."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtWidgets import QLineEdit, QStackedWidget, QTabBar

from haversack_gui import equivalents, words
from haversack_gui.calls import demo
from haversack_gui.calls import pantry as calls
from haversack_gui.calls.shelf_licences import licence_of
from haversack_gui.equivalents import NOTHING, Same
from haversack_gui.models.rows import Column, RowsModel, SearchModel
from haversack_gui.pages.page import Page
from haversack_gui.widgets.basics import button, column, holder, label, row
from haversack_gui.widgets.copying import offer_copies
from haversack_gui.widgets.empty_state import EmptyState
from haversack_gui.widgets.table import selected_rows, table
from haversack_gui.words import tr
from haversack_gui.workspace import Workspace

if TYPE_CHECKING:
    from haversack.services.shelves import ShelfItem

SHELVES = (
    ("recipes", "Recipes"),
    ("data", "Data"),
    ("weights", "Weights"),
    ("volumes", "Golden volumes"),
)
STATES = {
    "ready": "● Ready offline",
    "proved": "✔ Ready, rehearsed",
    "needs preparing": "◐ Needs preparing",
    "incomplete": "○ Incomplete",
    "damaged": "✖ Damaged",
}


class PantryPage(Page):
    """What lies here, whether it works without a network, and how to make it so."""

    name: ClassVar[str] = "pantry"
    title: ClassVar[str] = "Pantry"
    topics: ClassVar[frozenset[str]] = frozenset({"recipes", "assets", "volumes", "attestations"})

    def __init__(self, workspace: Workspace) -> None:
        """Lay the page out."""
        super().__init__(workspace)
        self._items: list[ShelfItem] = []
        self.shelves = QTabBar()
        self.shelves.setExpanding(False)
        self.shelves.setDrawBase(False)
        self.shelves.setUsesScrollButtons(False)
        self.shelves.setAccessibleName(tr("Shelves"))
        for _, title in SHELVES:
            self.shelves.addTab(tr(title))
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search this shelf"))
        self.search.setAccessibleName(tr("Search this shelf"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(260)
        self.model: RowsModel[ShelfItem] = RowsModel(self._columns(), self)
        self.found = SearchModel(self.model, self)
        self.table = table(self.found, tr("Things on the shelf"), stretch=4)
        for place, width in enumerate((260, 150, 90, 130)):
            self.table.setColumnWidth(place, width)
        self.prepare = button(
            "Prepare",
            self._prepare_selected,
            "primary",
            name="prepare",
            tip="Fetch what the chosen recipes need and rehearse them without a network",
        )
        self.main_button, self.search_field = self.prepare, self.search
        self.prepare_all = button("Prepare all", self._prepare_all, name="prepare_all")
        self.edit = button("Open recipe", self._edit, name="open_recipe")
        self.set_up = button(
            "Fetch the defaults",
            self._set_up,
            name="set_up",
            tip="Golden volumes and the files of the default ingredients; needs a network once",
        )
        self.bring = button(
            "Import pictures…",
            self._import,
            "primary",
            name="import_pictures",
            tip="A folder in a known format: a folder for each class, CSV, COCO, Pascal VOC, YOLO…",
        )
        self._offer_copies()
        self.total = label("", "small", wrap=False)
        self.empty = EmptyState(
            workspace.look,
            "pantry",
            "This shelf is empty",
            "",
            ("New detection recipe", lambda: workspace.go_to("recipes", "new:detection")),
            ("Import pictures…", self._import),
            ("Fetch the defaults", self._set_up),
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        bar = row(
            self.prepare, self.prepare_all, self.edit, self.bring, None, self.total, self.set_up
        )
        self.setLayout(
            column(
                row(self.shelves, None, self.search),
                self.stack,
                holder(bar),
                space="m",
                margin="l",
            )
        )
        self.shelves.currentChanged.connect(lambda _place: self._show_shelf())
        self.search.textChanged.connect(self.found.search)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._offer())
        self.table.doubleClicked.connect(lambda _index: self._edit())
        workspace.look.changed.connect(self._show_shelf)
        self._show_shelf()

    def refresh(self) -> None:
        """Read the shelves."""
        pantry = self.workspace.pantry
        if pantry is not None:
            self.workspace.jobs.query(lambda: calls.items(pantry), self._show, key="shelves")

    def take(self, what: object) -> None:
        """Show a shelf by name, or fill the pantry with the demo's recipes."""
        names = [name for name, _ in SHELVES]
        if what in names:
            self.shelves.setCurrentIndex(names.index(str(what)))
        pantry = self.workspace.pantry
        if what == "demo" and pantry is not None:
            self.workspace.jobs.change(
                tr("Fill the demo pantry"),
                lambda told: demo.fill(pantry, told),
                same=equivalents.demo_pantry(pantry.path, demo.RECIPES),
            )

    def _offer_copies(self) -> None:
        def same(all_of_them: bool) -> Same:
            pantry = self.workspace.pantry
            wanted = self.model.rows if all_of_them else self._chosen()
            keys = [item.key for item in wanted if item.state != "incomplete"]
            return equivalents.prepare(pantry.path, keys) if pantry and keys else NOTHING

        def fetch() -> Same:
            pantry = self.workspace.pantry
            return equivalents.set_up(pantry.path) if pantry else NOTHING

        offer_copies(self.prepare, lambda: same(False))
        offer_copies(self.prepare_all, lambda: same(True))
        offer_copies(self.set_up, fetch)

    def _columns(self) -> list[Column[ShelfItem]]:
        return [
            Column(tr("Name"), lambda item: item.name),
            Column(tr("State"), _state, colour=self._colour),
            Column(
                tr("Size"),
                lambda item: words.size(item.size) if item.size else "—",
                key=lambda item: item.size or 0,
                number=True,
            ),
            Column(tr("Licence"), licence_of),
            Column(tr("What and where from"), _about),
        ]

    def _show(self, items: list[ShelfItem]) -> None:
        self._items = items
        for place, (shelf, title) in enumerate(SHELVES):
            amount = sum(item.shelf == shelf for item in items)
            self.shelves.setTabText(place, f"{tr(title)}  {amount}")
        self._show_shelf()

    def _show_shelf(self) -> None:
        shelf, title = SHELVES[self.shelves.currentIndex()]
        here = [item for item in self._items if item.shelf == shelf]
        self.model.show(here)
        self.stack.setCurrentWidget(self.table if here else self.empty)
        self.empty.title.setText(tr("No {things} yet").format(things=tr(title).lower()))
        self.empty.sentence.setText(tr(_HELP[shelf]))
        self.empty.buttons[0].setVisible(shelf == "recipes")
        self.empty.buttons[1].setVisible(shelf == "data")
        size = sum(item.size or 0 for item in here) if shelf != "recipes" else 0
        self.total.setText(words.size(size) if size else "")
        self._offer()

    def _offer(self) -> None:
        recipes = self.shelves.currentIndex() == 0
        chosen = self._chosen()
        waiting = [item for item in self.model.rows if item.state == "needs preparing"]
        for control in (self.prepare, self.prepare_all):
            control.setVisible(recipes)
        here = SHELVES[self.shelves.currentIndex()][0]
        self.edit.setVisible(here in _OPENS)
        self.edit.setText(tr(_OPENS.get(here, "")))
        self.edit.setAccessibleName(self.edit.text())
        self.bring.setVisible(here == "data")
        self.prepare.setEnabled(any(item.state != "incomplete" for item in chosen))
        self.prepare_all.setEnabled(bool(waiting))
        looked_at = here != "data" or all(item.own for item in chosen)
        self.edit.setEnabled(len(chosen) == 1 and looked_at)
        self.edit.setToolTip("" if looked_at else tr("Only pictures that were imported"))

    def _chosen(self) -> list[ShelfItem]:
        return selected_rows(self.table)

    def _prepare_selected(self) -> None:
        self._start_preparing([item for item in self._chosen() if item.state != "incomplete"])

    def _prepare_all(self) -> None:
        self._start_preparing([item for item in self.model.rows if item.state == "needs preparing"])

    def _start_preparing(self, chosen: list[ShelfItem]) -> None:
        pantry = self.workspace.pantry
        if pantry is None or not chosen:
            return
        title = (
            tr("Prepare {name}").format(name=chosen[0].name)
            if len(chosen) == 1
            else tr("Prepare {count} recipes").format(count=len(chosen))
        )
        keys = [item.key for item in chosen]
        self.workspace.jobs.change(
            title,
            lambda told: calls.prepare(pantry, keys, told),
            same=equivalents.prepare(pantry.path, keys),
        )

    def _import(self) -> None:
        folder = self._ask_folder(tr("A folder with pictures and their labels"))
        pantry = self.workspace.pantry
        if pantry is None or folder is None:
            return
        self.workspace.jobs.change(
            tr("Import {folder}").format(folder=folder.name),
            lambda told: calls.import_pictures(pantry, folder, told),
            same=equivalents.import_data(pantry.path, folder, calls.dataset_name(folder)),
        )

    def _set_up(self) -> None:
        pantry = self.workspace.pantry
        if pantry is not None:
            self.workspace.jobs.change(
                tr("Fetch the defaults"),
                lambda told: calls.set_up(pantry, told),
                same=equivalents.set_up(pantry.path),
            )

    def _edit(self) -> None:
        chosen = self._chosen()
        if len(chosen) == 1 and chosen[0].shelf == "recipes":
            self.workspace.go_to("recipes", chosen[0].key)
        elif len(chosen) == 1 and chosen[0].shelf == "volumes":
            self.workspace.go_to("front", chosen[0].key)
        elif len(chosen) == 1 and chosen[0].own:
            self.workspace.go_to("data", chosen[0].own)

    def _colour(self, item: ShelfItem) -> str | None:
        palette = self.workspace.look.palette
        return {"ready": palette.good, "needs preparing": palette.warn}.get(
            item.state, palette.bad if item.state == "damaged" else palette.muted
        )


_OPENS = {
    "recipes": "Open recipe",
    "data": "Look at the pictures",
    "volumes": "Show the front",
}
_HELP = {
    "recipes": "A recipe says what is learnt, from which data, and how. Put one together, "
    "or cook one from the front of a golden volume.",
    "data": "Bring your own pictures. Other data arrive when a recipe that uses them is "
    "prepared, or with a bundle.",
    "weights": "Weights arrive when a recipe that uses them is prepared, or with a bundle.",
    "volumes": "Golden volumes hold measured recipes to choose from. "
    "The defaults bring two; a bundle can bring more.",
}


def _state(item: ShelfItem) -> str:
    return tr(STATES["proved" if item.proved and item.state == "ready" else item.state])


def _about(item: ShelfItem) -> str:
    if item.shelf == "recipes":
        return item.detail
    return ", ".join(part for part in (item.detail, item.source) if part)
