"""A table model over plain values: columns say how a value is shown, sorted and marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QColor

from haversack_gui import words
from haversack_gui.letting_go import LettingGo

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole
ROW_ROLE = Qt.ItemDataRole.UserRole + 1
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column.

    Attributes:
        title: What the header says.
        text: What a cell says.
        key: What the column is sorted by; the text where None.
        number: Whether cells are aligned to the right.
        colour: The colour of a cell's text; None for the ordinary one.
        tip: What a cell's tooltip says; the text where None.
    """

    title: str
    text: Callable[[Row], str]
    key: Callable[[Row], Any] | None = None
    number: bool = False
    colour: Callable[[Row], str | None] | None = None
    tip: Callable[[Row], str] | None = None

    @property
    def sort_key(self) -> Callable[[Row], Any]:
        """What gives the value by which a row is sorted."""
        text = self.text
        return self.key or (lambda row: text(row).lower())


class RowsModel(QAbstractTableModel, Generic[Row]):
    """Rows of one type, shown through columns."""

    def __init__(self, columns: Sequence[Column[Row]], parent: QObject | None = None) -> None:
        """Begin without rows."""
        super().__init__(parent)
        self.columns = tuple(columns)
        self.rows: list[Row] = []
        self._order: tuple[int, bool] | None = None
        self.letting_go = LettingGo(self)

    def show(self, rows: Sequence[Row], columns: Sequence[Column[Row]] | None = None) -> None:
        """Replace all rows, and the columns where some are given."""
        self.beginResetModel()
        if columns is not None:
            self.columns = tuple(columns)
        self.letting_go.take(self.rows)
        self.rows = list(rows)
        self._put_in_order()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Put the rows in the order of a column, and all that are shown later.

        For a view without a ``SearchModel`` between: one pass in Python's own sort, where Qt's
        would ask the model about two cells at a time.
        """
        self.beginResetModel()
        self._order = (column, order == Qt.SortOrder.DescendingOrder)
        self._put_in_order()
        self.endResetModel()

    def _put_in_order(self) -> None:
        if self._order is not None and self._order[0] < len(self.columns):
            column, backwards = self.columns[self._order[0]], self._order[1]
            self.rows.sort(key=column.sort_key, reverse=backwards)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """Give the number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """Give the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give what Qt asks of a cell."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row, column = self.rows[index.row()], self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == SORT_ROLE:
            return column.sort_key(row)
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.TextAlignmentRole and column.number:
            return int(_RIGHT)
        if role == Qt.ItemDataRole.ForegroundRole and column.colour is not None:
            colour = column.colour(row)
            return QColor(colour) if colour else None
        if role == Qt.ItemDataRole.ToolTipRole:
            return words.as_written((column.tip or column.text)(row))
        return None

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Give the title of a column."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.ToolTipRole:
            return words.as_written(self.columns[section].title)
        if role == Qt.ItemDataRole.TextAlignmentRole and self.columns[section].number:
            return int(_RIGHT)
        return None


class SearchModel(QSortFilterProxyModel):
    """Sorts by the columns' keys and keeps the rows in which every word occurs."""

    def __init__(self, source: QAbstractTableModel, parent: QObject | None = None) -> None:
        """Search the rows of a source."""
        super().__init__(parent)
        self._words: list[str] = []
        self.setSortRole(SORT_ROLE)
        self.setSourceModel(source)

    def search(self, text: str) -> None:
        """Keep the rows that hold every word of ``text`` in any column."""
        self.beginFilterChange()
        self._words = text.lower().split()
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:  # noqa: N802 - Qt's name
        """Say whether a row is kept."""
        if not self._words:
            return True
        model = self.sourceModel()
        cells = (
            str(model.data(model.index(source_row, place, source_parent)))
            for place in range(model.columnCount())
        )
        text = " ".join(cells).lower()
        return all(word in text for word in self._words)
