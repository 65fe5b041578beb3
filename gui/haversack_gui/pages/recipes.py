"""Recipes: the tree at the left, the chosen ingredient's form or what fits at the right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QLineEdit, QSplitter, QStackedWidget, QTreeView

from haversack.base.errors import HaversackError
from haversack.recipe.fill import Answer
from haversack.recipe.tree import Recipe
from haversack_gui import equivalents, words
from haversack_gui.calls import pantry as pantry_calls
from haversack_gui.calls import recipes as calls
from haversack_gui.calls.recipes import Listed
from haversack_gui.equivalents import NOTHING, Same
from haversack_gui.models.draft import Draft
from haversack_gui.models.recipe_tree import PATH_ROLE, RecipeTreeModel
from haversack_gui.pages.page import Page
from haversack_gui.widgets.basics import button, card, chip, column, label, restyle, row
from haversack_gui.widgets.copying import offer_copies
from haversack_gui.widgets.diff_dialog import DiffDialog
from haversack_gui.widgets.elided import ElidedCombo
from haversack_gui.widgets.empty_state import EmptyState
from haversack_gui.widgets.flow import flow
from haversack_gui.widgets.slot_panel import SlotPanel
from haversack_gui.words import tr
from haversack_gui.workspace import Workspace

if TYPE_CHECKING:
    from haversack.services.readiness import Readiness

STATES = {"ready": "good", "needs preparing": "warn", "incomplete": "bad"}


class RecipesPage(Page):
    """Puts a recipe together, slot by slot, and says at every step what is still missing."""

    name: ClassVar[str] = "recipes"
    title: ClassVar[str] = "Recipes"
    topics: ClassVar[frozenset[str]] = frozenset({"recipes", "assets"})

    def __init__(self, workspace: Workspace) -> None:
        """Lay the page out."""
        super().__init__(workspace)
        self.draft: Draft | None = None
        self._listed: list[Listed] = []
        self._slot = ""
        self._asked = False
        self.picker = ElidedCombo(tr("Recipe to edit"))
        self.picker.setMinimumWidth(240)
        self.picker.activated.connect(self._picked)
        self.name_edit = QLineEdit()
        self.name_edit.setAccessibleName(tr("Name of the recipe"))
        self.name_edit.setPlaceholderText(tr("Name this recipe"))
        self.name_edit.setMaximumWidth(240)
        self.name_edit.editingFinished.connect(self._rename)
        self.tree_model = RecipeTreeModel(self)
        self.tree = QTreeView()
        self.tree.setModel(self.tree_model)
        self.tree.setAccessibleName(tr("Slots of the recipe"))
        self.tree.setRootIsDecorated(True)
        self.tree.setIndentation(18)
        self.tree.selectionModel().currentChanged.connect(self._selected)
        self.slot_panel = SlotPanel(
            self._set_option, self._check, self._assign, self._clear, self._choices
        )
        self.state = chip()
        self.problem = label("", "muted")
        self._make_buttons()
        self.main_button, self.search_field = self.prepare, self.slot_panel.picker.search
        self.empty = EmptyState(
            workspace.look,
            "recipes",
            "No recipe yet",
            "A recipe says what is learnt, from which data, with which network, and how. "
            "Start with the task; every other slot has a sensible default.",
            ("New detection recipe", lambda: self.take("new:detection")),
            ("New classification recipe", lambda: self.take("new:classification")),
            ("New segmentation recipe", lambda: self.take("new:segmentation")),
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self._editor())
        self.setLayout(column(self.stack, margin="l"))
        workspace.look.changed.connect(self._show)
        for keys, act in (
            (QKeySequence.StandardKey.Undo, self._undo),
            (QKeySequence.StandardKey.Redo, self._redo),
            (QKeySequence.StandardKey.Save, self._save),
            (QKeySequence("Ctrl+D"), self._compare),
        ):
            QShortcut(QKeySequence(keys), self, act)

    def refresh(self) -> None:
        """Read the list of recipes, and how ready the one in hand is."""
        pantry = self.workspace.pantry
        if pantry is not None:
            self.workspace.jobs.query(lambda: calls.saved(pantry), self._list, key="recipes")

    def take(self, what: object) -> None:
        """Show a recipe by its id, or start a new one (``"new:detection"``)."""
        pantry = self.workspace.pantry
        if pantry is None or not isinstance(what, str):
            return
        self._asked = True
        if what.startswith("new:"):
            self._hold(Draft(calls.new(pantry, what.removeprefix("new:"))))
        else:
            self.workspace.jobs.query(lambda: calls.load(pantry, what), self._loaded, key="recipe")

    def _make_buttons(self) -> None:
        self.undo = button("Undo", self._undo, "quiet", tip="Take the last change back (Ctrl+Z)")
        self.redo = button("Redo", self._redo, "quiet", tip="Make it again (Ctrl+Shift+Z)")
        self.fill = button(
            "Fill the rest",
            self._fill,
            name="fill_rest",
            tip="Fill every empty slot with the task's default",
        )
        self.compare = button(
            "Compare…",
            self._compare,
            "quiet",
            name="compare_recipes",
            tip="This recipe beside another (Ctrl+D)",
        )
        self.save = button("Save", self._save, name="save_recipe", tip="Save (Ctrl+S)")
        self.prepare = button(
            "Prepare",
            self._prepare,
            name="prepare_recipe",
            tip="Fetch what it needs and rehearse it without a network",
        )
        self.train = button("Train", self._train, "primary", name="train_recipe")
        offer_copies(self.save, self._saving)
        offer_copies(self.prepare, lambda: self._same(equivalents.prepare_one))
        offer_copies(self.train, lambda: self._same(equivalents.train_anywhere))

    def _editor(self) -> QSplitter:
        new = QComboBox()
        new.setAccessibleName(tr("New recipe"))
        new.addItem(tr("New…"))
        for task in calls.TASKS:
            new.addItem(tr(task.capitalize()), f"new:{task}")
        new.activated.connect(lambda place: self._started(new, place))
        left = card(
            row(self.picker, new),
            row(self.name_edit, self.undo, self.redo, self.compare),
            self.tree,
            row(self.state, None),
            self.problem,
            flow(self.fill, self.save, self.prepare, self.train, last=2),
            margin="m",
        )
        left.setMinimumWidth(420)
        made = QSplitter()
        made.setHandleWidth(12)
        made.setChildrenCollapsible(False)
        made.addWidget(left)
        made.addWidget(self.slot_panel)
        made.setStretchFactor(0, 2)
        made.setStretchFactor(1, 3)
        made.setSizes([480, 600])
        return made

    def _started(self, box: QComboBox, place: int) -> None:
        box.setCurrentIndex(0)
        if box.itemData(place):
            self.take(box.itemData(place))

    def _list(self, listed: list[Listed]) -> None:
        self._listed = listed
        ids = {entry.id for entry in listed}
        if self.draft is None and not self._asked and listed:
            self.take(listed[0].id)
        elif self.draft is not None and self.draft.saved_id not in ids:
            self.draft.saved_id = ""
        self._show_picker()
        self._show_standing()
        self.stack.setCurrentIndex(1 if self.draft is not None or listed else 0)

    def _loaded(self, recipe: Recipe) -> None:
        self._hold(Draft(recipe, recipe.id, recipe.name))

    def _hold(self, draft: Draft) -> None:
        self.draft = draft
        self.stack.setCurrentIndex(1)
        self._show(draft.first_empty() or "model")

    def _show(self, select: str = "") -> None:
        if self.draft is None:
            return
        slot = select or self._slot
        self.tree_model.show(self.draft.recipe, self.workspace.look.palette)
        self.tree.expandAll()
        self.tree.setColumnWidth(0, 190)
        index = self.tree_model.index_of(slot)
        self.tree.setCurrentIndex(index if index.isValid() else self.tree_model.index(0, 0))
        self.name_edit.setText(self.draft.recipe.name)
        self.name_edit.home(False)
        self._show_picker()
        self._show_standing()

    def _show_picker(self) -> None:
        draft = self.draft
        self.picker.clear()
        if draft is not None and not draft.saved_id:
            name = draft.recipe.name or tr("New {task} recipe").format(task=draft.recipe.task)
            self.picker.addItem(f"{name} •", "")
        for entry in self._listed:
            held = draft is not None and entry.id == draft.saved_id
            mark = " •" if held and draft is not None and draft.changed else ""
            self.picker.addItem(f"{entry.name}{mark}", entry.id)
            if held:
                self.picker.setCurrentIndex(self.picker.count() - 1)
        self.picker.setToolTip(tr("A dot marks changes that are not saved"))

    def _show_standing(self) -> None:
        pantry, draft = self.workspace.pantry, self.draft
        if pantry is None or draft is None:
            return
        recipe = draft.recipe.copy()
        self.undo.setEnabled(draft.can_undo)
        self.redo.setEnabled(draft.can_redo)
        self.save.setEnabled(draft.changed)
        self.workspace.jobs.query(
            lambda: calls.standing(pantry, recipe), self._standing, key="standing"
        )

    def _standing(self, stand: Readiness) -> None:
        text = {
            "ready": tr("Ready, rehearsed") if stand.proved else tr("Ready offline"),
            "needs preparing": tr("Needs preparing"),
            "incomplete": tr("Incomplete"),
        }[stand.state]
        self.state.setText(text)
        restyle(self.state, "chip", STATES[stand.state])
        if stand.unset:
            line = tr("Still empty: {slots}.").format(slots=", ".join(stand.unset))
        elif stand.lacking:
            size = words.size(sum(asset.size for asset in stand.missing))
            names = ", ".join(stand.lacking)
            line = tr("To fetch while there is a network: {names} ({size}).").format(
                names=names, size=size
            )
        elif not stand.proved:
            line = tr("All files are here. Prepare it to prove that it works without a network.")
        else:
            line = tr("All files are here, and a run without a network has passed.")
        self.problem.setText(line)
        self.fill.setEnabled(bool(stand.unset))
        self.prepare.setEnabled(not stand.unset)
        self.train.setEnabled(stand.state == "ready")
        self.train.setToolTip("" if stand.state == "ready" else tr("Prepare the recipe first"))

    def _selected(self, index: QModelIndex, _before: QModelIndex) -> None:
        if self.draft is not None and index.isValid():
            self._slot = str(index.siblingAtColumn(0).data(PATH_ROLE))
            self.slot_panel.show_slot(self.draft, self._slot)

    def _choices(self, slot: str) -> None:
        pantry, draft = self.workspace.pantry, self.draft
        if pantry is not None and draft is not None:
            recipe = draft.recipe.copy()
            self.workspace.jobs.query(
                lambda: calls.choices(pantry, recipe, slot),
                self.slot_panel.show_choices,
                key="choices",
            )

    def _set_option(self, path: str, value: object) -> None:
        if self.draft is not None:
            self.draft.set_option(path, value)
            self._show_picker()
            self._show_standing()

    def _check(self, path: str, value: object) -> None:
        if self.draft is not None:
            self.draft.check(path, value)

    def _assign(self, slot: str, found: Answer) -> None:
        if self.draft is not None:
            self._try(lambda draft: draft.assign(slot, found))
            self._show(self.draft.first_empty() if slot != "loggers" else slot)

    def _clear(self, path: str) -> None:
        self._try(lambda draft: draft.clear(path))
        self._show(path.rpartition(".")[0] if path[-1].isdigit() else path)

    def _fill(self) -> None:
        self._try(Draft.fill)
        self._show()

    def _same(self, form: Callable[[Path, str], Same]) -> Same:
        pantry, draft = self.workspace.pantry, self.draft
        if pantry is None or draft is None or not draft.saved_id:
            return NOTHING
        return form(pantry.path, draft.saved_id)

    def _saving(self) -> Same:
        pantry, draft = self.workspace.pantry, self.draft
        if pantry is None or draft is None:
            return NOTHING
        recipe = draft.recipe
        return equivalents.save_recipe(pantry.path, recipe.name, calls.as_text(recipe))

    def _undo(self) -> None:
        self._try(Draft.undo)
        self._show()

    def _redo(self) -> None:
        self._try(Draft.redo)
        self._show()

    def _rename(self) -> None:
        if self.draft is not None and self.name_edit.text() != self.draft.recipe.name:
            self.draft.recipe.name = self.name_edit.text().strip()
            self._show_picker()
            self._show_standing()

    def _try(self, change: Callable[[Draft], None]) -> None:
        if self.draft is not None:
            try:
                change(self.draft)
            except HaversackError as error:
                self.workspace.say("bad", *words.error(error))

    def _picked(self, place: int) -> None:
        recipe_id = self.picker.itemData(place)
        if recipe_id:
            self.take(recipe_id)

    def _save(self) -> None:
        self._saved_then(lambda _recipe_id: None)

    def _saved_then(self, then: Callable[[str], None]) -> None:
        pantry, draft = self.workspace.pantry, self.draft
        if pantry is None or draft is None:
            return
        self._rename()
        if not draft.changed:
            then(draft.saved_id)
            return
        if not draft.recipe.name:
            draft.recipe.name = _free_name(draft.recipe, [entry.name for entry in self._listed])
        recipe, replaces = draft.recipe.copy(), draft.saved_id

        def saved(recipe_id: str) -> None:
            draft.saved_id, draft.saved_name = recipe_id, recipe.name
            self._show()
            then(recipe_id)

        self.workspace.jobs.change(
            tr("Save {name}").format(name=recipe.name),
            lambda told: calls.save(pantry, recipe, replaces, told),
            then=saved,
            same=equivalents.save_recipe(pantry.path, recipe.name, calls.as_text(recipe)),
        )

    def _prepare(self) -> None:
        self._saved_then(self._prepare_saved)

    def _prepare_saved(self, recipe_id: str) -> None:
        pantry, draft = self.workspace.pantry, self.draft
        if pantry is not None and draft is not None:
            self.workspace.jobs.change(
                tr("Prepare {name}").format(name=draft.recipe.name),
                lambda told: pantry_calls.prepare(pantry, [recipe_id], told),
                same=equivalents.prepare(pantry.path, [recipe_id]),
            )

    def _compare(self) -> None:
        pantry, draft = self.workspace.pantry, self.draft
        if pantry is None or draft is None:
            return
        others = [entry for entry in self._listed if entry.id != draft.saved_id]
        if not others:
            self.workspace.say("warn", tr("There is no other recipe to compare with."))
            return

        def load(recipe_id: str, then: Callable[[Recipe], None]) -> None:
            self.workspace.jobs.query(lambda: calls.load(pantry, recipe_id), then, key="compared")

        DiffDialog(self.workspace.look, draft.recipe.copy(), others, load, self).open()

    def _train(self) -> None:
        self._saved_then(lambda recipe_id: self.workspace.go_to("train", recipe_id))


def _free_name(recipe: Recipe, taken: list[str]) -> str:
    stem = f"{recipe.task.capitalize()} recipe"
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem} {number}", number + 1
    return name
