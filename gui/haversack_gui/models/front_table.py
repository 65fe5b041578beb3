"""The list beside the front: as many rows as a volume has, none of them an object of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from haversack_gui import words
from haversack_gui.models.front_rows import FrontColumn, FrontRow, columns_for
from haversack_gui.models.rows import ROW_ROLE, Index

if TYPE_CHECKING:
    from haversack_gui.calls.front import Drawn, Mask, Places

_NOTHING = np.empty(0, dtype=np.int64)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class FrontTable(QAbstractTableModel):
    """The places of an answer in its order; cells are read from the volume when they are seen."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Begin without an answer."""
        super().__init__(parent)
        self.drawn: Drawn | None = None
        self.columns: tuple[FrontColumn, ...] = ()
        self._places: Places = _NOTHING
        self._at: Places | None = None

    @property
    def rows(self) -> list[FrontRow]:
        """Every line; costly where there are many, meant for a few."""
        return [self.line(at) for at in range(self.rowCount())]

    @property
    def places(self) -> Places:
        """The places that are listed, in order, shape (n,)."""
        return self._places

    def show(self, drawn: Drawn | None, kept: Mask | None = None) -> None:
        """List an answer; ``kept`` marks the places that a search or a brush leaves."""
        self.beginResetModel()
        if drawn is not self.drawn:
            self.columns = columns_for(drawn) if drawn is not None else ()
        self.drawn, self._at = drawn, None
        self._places = _NOTHING if drawn is None else drawn.listed
        if drawn is not None and kept is not None:
            self._places = drawn.listed[kept[drawn.listed]]
        self.endResetModel()

    def line(self, at: int) -> FrontRow:
        """Give one line."""
        assert self.drawn is not None  # noqa: S101 - tells mypy what a valid row implies
        place = int(self.places[at])
        return FrontRow(at + 1, place, int(self.drawn.cell("id", place)))

    def row_of(self, place: int) -> int:
        """Give the line of a place; -1 where it is not listed."""
        if self.drawn is None or place < 0:
            return -1
        if self._at is None:
            self._at = np.full(len(self.drawn.rows), -1, dtype=np.int64)
            self._at[self._places] = np.arange(len(self._places))
        return int(self._at[place])

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """Give the number of lines."""
        return 0 if parent.isValid() else len(self._places)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """Give the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give what Qt asks of a cell."""
        if not index.isValid() or index.row() >= len(self._places):
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(self.line(index.row()))
        if role == ROW_ROLE:
            return self.line(index.row())
        if role == Qt.ItemDataRole.TextAlignmentRole and column.number:
            return _RIGHT
        if role == Qt.ItemDataRole.ToolTipRole:
            return words.as_written(column.text(self.line(index.row())))
        return None

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Give the title of a column."""
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole and self.columns[section].number:
            return _RIGHT
        return None
