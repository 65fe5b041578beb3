"""Data: a folder is dropped, looked at picture by picture, mended, and taken into the pantry.

What was imported before is looked at in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QMenu, QStackedWidget, QWidget

from haversack_gui import equivalents, words
from haversack_gui.calls import data as calls
from haversack_gui.equivalents import NOTHING, Same
from haversack_gui.models.pictures import PictureModel
from haversack_gui.pages.page import Page
from haversack_gui.widgets.basics import button, chip, column, holder, label, restyle, row
from haversack_gui.widgets.copying import offer_copies
from haversack_gui.widgets.dropping import dropped_folder
from haversack_gui.widgets.empty_state import EmptyState
from haversack_gui.widgets.picture_dialog import PictureDialog
from haversack_gui.widgets.picture_grid import SPLITS, PictureGrid
from haversack_gui.widgets.set_facts import SetFacts
from haversack_gui.words import tr
from haversack_gui.workspace import Workspace

TASKS = ("", "classification", "detection", "segmentation", "unlabeled")
SEARCH_AFTER_MS = 200


class DataPage(Page):
    """Drop a folder; see what it holds and what is wrong with it before anything is trained."""

    name: ClassVar[str] = "data"
    title: ClassVar[str] = "Data"
    topics: ClassVar[frozenset[str]] = frozenset({"assets"})

    def __init__(self, workspace: Workspace) -> None:
        """Lay the page out."""
        super().__init__(workspace)
        self.looked: calls.Looked | None = None
        self.wish: calls.Wish | None = None
        self.setAcceptDrops(True)
        self.kept_sets = QMenu(self)
        self.model = PictureModel(workspace.jobs, self)
        self.grid = PictureGrid(workspace.look, self.model)
        self.facts = SetFacts(workspace.look, self._offer)
        body = self._body()
        self.empty = EmptyState(
            workspace.look,
            "data",
            "Drop a folder with pictures here",
            "Its format is found by itself: a folder for each class, CSV, COCO, Pascal VOC, YOLO, "
            "KITTI, CVAT, LabelMe, masks. Nothing is changed by looking.",
            ("Choose a folder…", self._choose),
            ("Imported before", lambda: None),
        )
        self.kept_buttons = (self.empty.buttons[1], self.kept)
        for one in self.kept_buttons:
            one.setMenu(self.kept_sets)
            one.hide()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(body)
        self.setLayout(column(self.stack, margin="l"))
        self._searching = QTimer(self, singleShot=True, interval=SEARCH_AFTER_MS)
        self._searching.timeout.connect(self._narrow)
        self.search.textChanged.connect(lambda _text: self._searching.start())
        for box in (self.class_box, self.split_box):
            box.currentIndexChanged.connect(lambda _place: self._narrow())
        for box in (self.format_box, self.task_box):
            box.activated.connect(lambda _place: self._again())
        self.name_edit.textChanged.connect(lambda _text: self._offer())
        self.grid.activated.connect(lambda index: self._enlarge(index.row()))
        offer_copies(self.importing, self._importing)
        offer_copies(self.grid, self._importing)
        self.main_button, self.search_field = self.importing, self.search
        self._offer()

    def refresh(self) -> None:
        """Read which sets were imported."""
        pantry = self.workspace.pantry
        if pantry is not None:
            self.workspace.jobs.query(
                lambda: calls.kept_names(pantry), self._list_kept, key="kept sets"
            )

    def take(self, what: object) -> None:
        """Look at a folder that was dropped or chosen elsewhere, or at an imported set by name."""
        if isinstance(what, Path):
            self.look_at(calls.Wish(what))
        elif isinstance(what, str):
            self.look_at_kept(what)

    def look_at_kept(self, name: str) -> None:
        """Open a set that was imported."""
        pantry = self.workspace.pantry
        if pantry is not None:
            self.wish = calls.Wish(kept=name)
            self.workspace.jobs.query(
                lambda: calls.look_at_kept(pantry, name), self._show, key="kept set"
            )

    def look_at(self, wish: calls.Wish) -> None:
        """Read a folder as a format, or as the one that it seems to be in."""
        pantry = self.workspace.pantry
        if pantry is None:
            return
        self.wish = wish
        self.workspace.jobs.change(
            tr("Look at {folder}").format(folder=wish.folder.name),
            lambda told: calls.look_at(pantry, wish, told),
            then=self._show,
            same=equivalents.check_data(wish.folder, wish.form, wish.task),
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """A folder may be dropped anywhere on the page."""
        if dropped_folder(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Look at the folder that was dropped."""
        folder = dropped_folder(event)
        if folder is not None:
            event.acceptProposedAction()
            self.look_at(calls.Wish(folder))

    def _body(self) -> QWidget:
        self.folder = label("", "lead", wrap=False, select=True)
        self.summary = label("", "muted", wrap=False)
        self.trouble = chip()
        self.kept = button("Imported before", lambda: None, name="data_kept")
        self.other = button("Another folder…", self._choose, name="data_other")
        self.format_box = _combo(tr("Format"))
        self.task_box = _combo(tr("What the labels are for"))
        for task in TASKS:
            self.task_box.addItem(tr(task.capitalize()) if task else tr("By the format"), task)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search names"))
        self.search.setAccessibleName(tr("Search the names"))
        self.search.setClearButtonEnabled(True)
        self.class_box = _combo(tr("Only this class"))
        self.split_box = _combo(tr("Only this split"))
        self.amount = label("", "small", wrap=False)
        self.name_edit = QLineEdit()
        self.name_edit.setAccessibleName(tr("Name in the pantry"))
        self.name_edit.setMaximumWidth(200)
        self.licence = QLineEdit()
        self.licence.setAccessibleName(tr("Licence"))
        self.licence.setPlaceholderText(tr("Licence, as CC0-1.0"))
        self.licence.setMaximumWidth(200)
        self.importing = button(
            "Import", self._import, "primary", name="data_import",
            tip="Take what can be used into the pantry, under this name",
        )  # fmt: skip
        self.will = label("", "small", wrap=False)
        head = row(self.folder, self.summary, self.trouble, None, self.kept, self.other)
        narrow = row(self.search, self.class_box, self.split_box, None, self.amount, space="s")
        narrow.setStretch(0, 1)
        left = column(narrow, self.grid)
        left.setStretch(1, 1)
        self.how = holder(
            row(
                label("Format", "small", wrap=False), self.format_box,
                label("Labels for", "small", wrap=False), self.task_box, None,
            )
        )  # fmt: skip
        middle = row(left, column(self.how, self.facts), space="l")
        middle.setStretch(0, 1)
        self.foot = holder(
            row(
                label("Name", "small", wrap=False), self.name_edit, self.licence, None, self.will,
                self.importing,
            )
        )  # fmt: skip
        body = column(head, middle, self.foot, space="m")
        body.setStretch(1, 1)
        return holder(body)

    def _show(self, looked: calls.Looked) -> None:
        if self.wish is not None and looked.wish != self.wish:
            return
        self.looked = looked
        gallery = looked.gallery
        self.grid.painter_of_cells.classes = {n: at for at, n in enumerate(gallery.classes)}
        self.model.show(gallery)
        self.facts.show_set(looked)
        kept = bool(looked.wish.kept)
        for part in (self.how, self.foot):
            part.setVisible(not kept)
        self.folder.setText(looked.wish.name)
        self.folder.setToolTip("" if kept else words.as_written(str(looked.wish.folder)))
        self.summary.setText(
            tr("{pictures}, {classes}, {source} for {task}").format(
                pictures=words.count(len(gallery.pictures), "picture", "pictures"),
                classes=words.count(len(gallery.classes), "class", "classes"),
                source=looked.source,
                task=looked.task,
            )
        )
        problems = len(looked.problems)
        self.trouble.setText(
            words.count(problems, "problem", "problems") if problems else tr("no problems")
        )
        restyle(self.trouble, "chip", "warn" if problems else "good")
        if not kept:
            self.name_edit.setText(calls.name_for(looked.wish.folder))
        self._fill_boxes(looked)
        self.stack.setCurrentIndex(1)
        self._narrow()
        if problems:
            self.facts.setCurrentIndex(2)
        self.workspace.jobs.query(
            lambda: calls.measure(gallery), self.facts.show_sizes, key="sizes"
        )

    def _fill_boxes(self, looked: calls.Looked) -> None:
        boxes = (self.class_box, self.split_box, self.format_box)
        for box in boxes:
            box.blockSignals(True)
            box.clear()
        self.class_box.addItem(tr("Every class"), "")
        for name in looked.gallery.classes:
            self.class_box.addItem(name, name)
        self.split_box.addItem(tr("Both splits"), "")
        for name in looked.splits:
            self.split_box.addItem(tr(SPLITS.get(name, name)).capitalize(), name)
        for name in calls.formats():
            self.format_box.addItem(
                tr("Found: {form}").format(form=looked.form) if name == "auto" else name, name
            )
        self.format_box.setCurrentIndex(self.format_box.findData(looked.wish.form))
        self.task_box.setCurrentIndex(self.task_box.findData(looked.wish.task))
        for box in boxes:
            box.blockSignals(False)

    def _narrow(self) -> None:
        gallery = self.model.gallery
        if gallery is None:
            return
        wanted = calls.Narrow(
            self.search.text().strip(),
            self.class_box.currentData() or "",
            self.split_box.currentData() or "",
        )

        def narrowed(places: Sequence[int]) -> None:
            self.model.keep(places)
            here, all_ = len(places), len(gallery.pictures)
            self.amount.setText(
                "" if here == all_ else tr("{here:,} of {all:,}").format(here=here, all=all_)
            )

        self.workspace.jobs.query(lambda: calls.narrowed(gallery, wanted), narrowed, key="narrow")

    def _again(self) -> None:
        if self.wish is not None:
            self.look_at(
                calls.Wish(
                    self.wish.folder, self.format_box.currentData(), self.task_box.currentData()
                )
            )

    def _choose(self) -> None:
        folder = self._ask_folder(tr("A folder with pictures and their labels"))
        if folder is not None:
            self.look_at(calls.Wish(folder))

    def _enlarge(self, row_: int) -> None:
        gallery = self.model.gallery
        if gallery is not None:
            cells = self.grid.painter_of_cells
            dialog = PictureDialog(
                self.workspace.jobs, cells, gallery, self.model.places, row_, self
            )
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

    def _list_kept(self, names: list[str]) -> None:
        self.kept_sets.clear()
        for name in names:
            entry = self.kept_sets.addAction(name.replace("&", "&&"))
            entry.triggered.connect(lambda _checked=False, name=name: self.look_at_kept(name))
        for one in self.kept_buttons:
            one.setVisible(bool(names))

    def _offer(self) -> None:
        becomes = self.facts.classes.becomes
        left = self.facts.classes.left
        self.will.setText(
            tr("{classes} after mapping").format(classes=words.count(left, "class", "classes"))
            if becomes
            else ""
        )
        unlabeled = self.looked is not None and not self.looked.counts
        self.importing.setEnabled(
            self.looked is not None
            and bool(self.name_edit.text().strip())
            and (left > 0 or unlabeled)
        )

    def _import(self) -> None:
        pantry, looked = self.workspace.pantry, self.looked
        if pantry is None or looked is None or looked.wish.kept:
            return
        name, licence = self.name_edit.text().strip(), self.licence.text().strip()
        becomes = self.facts.classes.becomes
        self.workspace.jobs.change(
            tr("Import {name}").format(name=name),
            lambda told: calls.take_in(pantry, looked, name, licence, becomes, told),
            same=self._importing(),
        )

    def _importing(self) -> Same:
        pantry, looked = self.workspace.pantry, self.looked
        if pantry is None or looked is None:
            return NOTHING
        if looked.wish.kept:
            return equivalents.show_data(pantry.path, looked.wish.kept)
        return equivalents.import_data(
            pantry.path,
            looked.wish.folder,
            self.name_edit.text().strip(),
            looked.wish.form,
            looked.wish.task,
            self.licence.text().strip(),
            self.facts.classes.becomes,
        )


def _combo(spoken: str) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(spoken)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    made.setMaximumWidth(180)
    return made
