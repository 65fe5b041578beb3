"""What is known of a set of pictures: classes to map, sizes and splits as bars, problems."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QScrollArea, QTableView, QTabWidget

from haversack_gui import words
from haversack_gui.calls import data as calls
from haversack_gui.look import Look
from haversack_gui.models.class_rows import BECOMES, ClassRows
from haversack_gui.models.rows import Column, RowsModel, SearchModel
from haversack_gui.widgets.bars import Bars
from haversack_gui.widgets.basics import column, holder, label
from haversack_gui.widgets.picture_grid import SPLITS
from haversack_gui.widgets.table import ROW_HEIGHT, selected_rows, table
from haversack_gui.words import tr

if TYPE_CHECKING:
    from haversack.services.gallery import Problem

WIDTH = 380


class SetFacts(QTabWidget):
    """Four tabs; ``mapped`` is called when a class was renamed or left out."""

    def __init__(self, look: Look, mapped: Callable[[], None]) -> None:
        """Begin without a set."""
        super().__init__()
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(tr("About these pictures"))
        self.classes = ClassRows(self)
        self.class_table = _class_table(self.classes)
        self.splits = Bars(look, tr("Pictures in each split"))
        self.edges = Bars(look, tr("Longer edge of the pictures, in pixels"))
        self.boxes = Bars(look, tr("Size of the boxes, in pixels"))
        self._boxes_title = label("Boxes by size (root of the area, pixels)", "small")
        self._edges_title = label("", "small")
        self.problems: RowsModel[Problem] = RowsModel(
            [
                Column(
                    tr("File"),
                    lambda one: one.file.rpartition("/")[2],
                    key=lambda one: one.file,
                    tip=lambda one: one.file,
                ),
                Column(tr("What is wrong"), what_is_wrong),
            ],
            self,
        )
        self.problem_table = table(SearchModel(self.problems, self), tr("Problems"), stretch=1)
        self.problem_table.setColumnWidth(0, 130)
        self.problem_text = label("", "small", select=True)
        self.problem_table.selectionModel().selectionChanged.connect(lambda *_: self._explain())
        self.hint = label(
            "Untick a class to leave it out; edit its last column to rename it.", "small"
        )
        sizes = holder(
            column(
                label("Pictures in each split", "small"),
                self.splits,
                self._edges_title,
                self.edges,
                self._boxes_title,
                self.boxes,
                None,
                space="s",
                margin="m",
            )
        )
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(sizes)
        self.addTab(holder(column(self.class_table, self.hint, margin="s")), tr("Classes"))
        self.addTab(scroll, tr("Sizes"))
        self.addTab(
            holder(column(self.problem_table, self.problem_text, margin="s")), tr("Problems")
        )
        self.classes.dataChanged.connect(lambda *_: mapped())

    def show_set(self, looked: calls.Looked) -> None:
        """Show a set; its sizes come later."""
        kept = bool(looked.wish.kept)
        self.classes.show(looked.counts, can_change=not kept)
        self.class_table.setColumnHidden(BECOMES, kept)
        self.hint.setVisible(not kept)
        self.splits.show_bars([(tr(SPLITS.get(n, n)), count) for n, count in looked.splits.items()])
        self.problems.show(looked.problems)
        self.setTabText(0, tr("Classes {count}").format(count=len(looked.counts)))
        self.setTabText(2, tr("Problems {count}").format(count=len(looked.problems)))
        self.problem_text.setText("")
        self.edges.show_bars([])
        self.boxes.show_bars([])

    def _explain(self) -> None:
        chosen = selected_rows(self.problem_table)
        self.problem_text.setText(f"{chosen[0].file}: {what_is_wrong(chosen[0])}" if chosen else "")

    def show_sizes(self, measured: tuple[list[int], list[int]]) -> None:
        """Show how large pictures and boxes are."""
        edges, boxes = measured
        self._edges_title.setText(
            tr("Longer edge in pixels, of {count}").format(
                count=words.count(len(edges), "picture", "pictures")
            )
        )
        self.edges.show_bars(calls.bins(edges))
        self.boxes.show_bars(calls.bins(boxes))
        for part in (self.boxes, self._boxes_title):
            part.setVisible(bool(boxes))


def what_is_wrong(one: Problem) -> str:
    """Say what is wrong without naming the file again."""
    return one.what.removeprefix(one.file).strip()


def _class_table(model: ClassRows) -> QTableView:
    made = QTableView()
    made.setModel(model)
    made.setAccessibleName(tr("Classes"))
    made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    made.setShowGrid(False)
    made.setAlternatingRowColors(True)
    made.setTabKeyNavigation(False)
    made.verticalHeader().hide()
    made.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
    header = made.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    for place, width in ((1, 68), (2, 76)):
        header.setSectionResizeMode(place, QHeaderView.ResizeMode.Fixed)
        made.setColumnWidth(place, width)
    return made
