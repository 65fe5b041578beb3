"""A table over a rows model, with the app's habits: whole rows, sorting, no grid."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from haversack_gui.models.rows import ROW_ROLE

ROW_HEIGHT = 32


def table(
    model: QAbstractItemModel, spoken: str, stretch: int = 0, *, sorts: bool = True
) -> QTableView:
    """Make a table view; the column ``stretch`` takes the width that is left.

    Where it ``sorts``, a click on a column's title does, and the first column's order comes first;
    otherwise the rows stay in the model's order.
    """
    made = QTableView()
    made.setModel(model)
    made.setAccessibleName(spoken)
    made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    made.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    made.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    made.setAlternatingRowColors(True)
    made.setShowGrid(False)
    made.setWordWrap(False)
    made.setTabKeyNavigation(False)
    if sorts:
        made.setSortingEnabled(True)
        made.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    made.verticalHeader().hide()
    made.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
    header = made.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)
    return made


def selected_rows(view: QTableView) -> list[Any]:
    """Give the values of the selected rows, from top to bottom."""
    indexes = sorted(view.selectionModel().selectedRows(), key=lambda index: index.row())
    return [index.data(ROW_ROLE) for index in indexes]
