"""The classes of a set as a table: how often each occurs in each split."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from haversack_gui import words
from haversack_gui.words import tr

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Class", "Training", "Validation")
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ClassRows(QAbstractTableModel):
    """One row for each class."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self._counts: list[tuple[int, int]] = []

    def show(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Show classes as they are, with what each split has of them."""
        self.beginResetModel()
        self._names = list(counts)
        self._counts = [(one.get("train", 0), one.get("val", 0)) for one in counts.values()]
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """Give the number of classes."""
        return 0 if parent.isValid() else len(self._names)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """Give the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give what Qt asks of a cell."""
        if not index.isValid():
            return None
        at, column = index.row(), index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (1, 2):
            return int(_RIGHT)
        if role == Qt.ItemDataRole.ToolTipRole and column == 0:
            return words.as_written(self._names[at])
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(at, column)
        return None

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Give the title of a column."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(COLUMNS[section])
        return None

    def _text(self, at: int, column: int) -> str:
        if column == 0:
            return self._names[at]
        return f"{self._counts[at][column - 1]:,}"
