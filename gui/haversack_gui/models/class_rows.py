"""The classes of a set as a table: how often each occurs, and what it is to be called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from haversack_gui import words
from haversack_gui.words import tr

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Class", "Training", "Validation", "Becomes")
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
BECOMES = 3


class ClassRows(QAbstractTableModel):
    """Unchecking a class leaves it out; editing the last column renames or joins classes."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Begin without classes."""
        super().__init__(parent)
        self._names: list[str] = []
        self._counts: list[tuple[int, int]] = []
        self._becomes: list[str] = []
        self._left_out: set[int] = set()
        self._can_change = True

    def show(self, counts: Mapping[str, Mapping[str, int]], *, can_change: bool = True) -> None:
        """Show classes as they are, with what each split has of them.

        Args:
            counts: By class, then by split.
            can_change: Whether they can be renamed and left out; those of a kept set cannot.
        """
        self.beginResetModel()
        self._can_change = can_change
        self._names = list(counts)
        self._counts = [(one.get("train", 0), one.get("val", 0)) for one in counts.values()]
        self._becomes = list(counts)
        self._left_out = set()
        self.endResetModel()

    @property
    def becomes(self) -> dict[str, str]:
        """What each class that changes is to be called; empty text for one that is left out."""
        changed = {}
        for at, (name, new) in enumerate(zip(self._names, self._becomes, strict=True)):
            wanted = "" if at in self._left_out else new
            if wanted != name:
                changed[name] = wanted
        return changed

    @property
    def left(self) -> int:
        """How many classes there would be."""
        return len({n for at, n in enumerate(self._becomes) if at not in self._left_out})

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """Give the number of classes."""
        return 0 if parent.isValid() else len(self._names)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """Give the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """The first column is checked, the last edited."""
        given = super().flags(index)
        if not self._can_change:
            return given
        if index.column() == 0:
            return given | Qt.ItemFlag.ItemIsUserCheckable
        if index.column() == BECOMES and index.row() not in self._left_out:
            return given | Qt.ItemFlag.ItemIsEditable
        return given

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give what Qt asks of a cell."""
        if not index.isValid():
            return None
        at, column = index.row(), index.column()
        if role == Qt.ItemDataRole.CheckStateRole and column == 0 and self._can_change:
            return Qt.CheckState.Unchecked if at in self._left_out else Qt.CheckState.Checked
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (1, 2):
            return int(_RIGHT)
        if role == Qt.ItemDataRole.ToolTipRole and column in (0, BECOMES):
            return words.as_written(self._names[at])
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self._text(at, column)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802 - Qt's name
        """Take what a person checked or typed; an empty name gives the old one back."""
        at = index.row()
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == 0:
            unchecked = Qt.CheckState(value) == Qt.CheckState.Unchecked
            (self._left_out.add if unchecked else self._left_out.discard)(at)
        elif role == Qt.ItemDataRole.EditRole and index.column() == BECOMES:
            self._becomes[at] = str(value).strip() or self._names[at]
        else:
            return False
        self.dataChanged.emit(self.index(at, 0), self.index(at, BECOMES))
        return True

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
        if column == BECOMES:
            return tr("left out") if at in self._left_out else self._becomes[at]
        return f"{self._counts[at][column - 1]:,}"
