"""Rows that can be ticked: all are, until a person unticks some."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from haversack_gui.models.rows import Column, Index, Row, RowsModel


class TickedRows(RowsModel[Row]):
    """A rows model whose first column bears a tick for each row."""

    ticked = Signal()

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        name: Callable[[Row], Hashable],
        parent: QObject | None = None,
    ) -> None:
        """Begin without rows; ``name`` gives what a row is known by when rows change."""
        super().__init__(columns, parent)
        self._name = name
        self._off: set[Hashable] = set()

    @property
    def chosen(self) -> Sequence[Row]:
        """The rows that are ticked, in order."""
        if not self._off:
            return self.rows
        return [row for row in self.rows if self._name(row) not in self._off]

    def tick_all(self) -> None:
        """Tick every row."""
        self._off.clear()
        self._say(0, len(self.rows) - 1)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let the first column be ticked."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == 0 else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give what Qt asks of a cell, the tick included."""
        if role == Qt.ItemDataRole.CheckStateRole and index.isValid() and index.column() == 0:
            off = self._name(self.rows[index.row()]) in self._off
            return Qt.CheckState.Unchecked if off else Qt.CheckState.Checked
        return super().data(index, role)

    def setData(  # noqa: N802 - Qt's name
        self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        """Take a tick."""
        if role != Qt.ItemDataRole.CheckStateRole or index.column() != 0:
            return False
        name = self._name(self.rows[index.row()])
        if Qt.CheckState(value) == Qt.CheckState.Checked:
            self._off.discard(name)
        else:
            self._off.add(name)
        self._say(index.row(), index.row())
        return True

    def _say(self, first: int, last: int) -> None:
        if self.rows:
            self.dataChanged.emit(self.index(first, 0), self.index(last, 0))
        self.ticked.emit()
