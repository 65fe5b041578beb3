"""A view of cells of one size in rows: all is arithmetic, so a million cost what ten cost.

Qt's own list view asks the model about every row when it lays out, which holds up the window.
"""

from __future__ import annotations

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem, QWidget

from haversack_gui.models.pictures import Index

Move = QAbstractItemView.CursorAction
MOST_COORDINATE = 16_000_000  # Qt's widgets count pixels in 24 bits


class CellGrid(QAbstractItemView):
    """Shows a list model from left to right and top to bottom.

    Args:
        cell: The least size of a cell in pixels; it is wider where there is room to share out.
    """

    def __init__(self, cell: QSize, parent: QWidget | None = None) -> None:
        """Lay cells of one size out."""
        super().__init__(parent)
        self.cell = cell
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)

    @property
    def across(self) -> int:
        """How many cells stand side by side."""
        return max(1, self.viewport().width() // self.cell.width())

    @property
    def width_of_cells(self) -> int:
        """How wide each is."""
        return max(self.cell.width(), self.viewport().width() // self.across)

    @property
    def count(self) -> int:
        """How many cells there are."""
        model = self.model()
        return model.rowCount() if model is not None else 0

    def visualRect(self, index: Index) -> QRect:  # noqa: N802 - Qt's name
        """Give where a cell lies in what is seen."""
        if not index.isValid():
            return QRect()
        down, right = divmod(index.row(), self.across)
        width, height = self.width_of_cells, self.cell.height()
        return QRect(right * width, down * height - self.verticalOffset(), width, height)

    def indexAt(self, point: QPoint) -> QModelIndex:  # noqa: N802 - Qt's name
        """Give the cell at a point of what is seen."""
        right = point.x() // self.width_of_cells
        row = (point.y() + self.verticalOffset()) // self.cell.height() * self.across + right
        if not 0 <= right < self.across or not 0 <= row < self.count:
            return QModelIndex()
        return self.model().index(row, 0)

    def scrollTo(  # noqa: N802 - Qt's name
        self,
        index: Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Bring a cell into sight by the shortest way."""
        place, bar = self.visualRect(index), self.verticalScrollBar()
        if place.top() < 0:
            bar.setValue(bar.value() + place.top())
        elif place.bottom() > self.viewport().height():
            bar.setValue(bar.value() + place.bottom() - self.viewport().height() + 1)

    def moveCursor(self, action: Move, modifiers: Qt.KeyboardModifier) -> QModelIndex:  # noqa: N802 - Qt's name
        """Give the cell to which a key leads."""
        if self.count == 0:
            return QModelIndex()
        page = max(1, self.viewport().height() // self.cell.height()) * self.across
        steps = {
            Move.MoveLeft: -1,
            Move.MovePrevious: -1,
            Move.MoveRight: 1,
            Move.MoveNext: 1,
            Move.MoveUp: -self.across,
            Move.MoveDown: self.across,
            Move.MovePageUp: -page,
            Move.MovePageDown: page,
            Move.MoveHome: -self.count,
            Move.MoveEnd: self.count,
        }
        here = self.currentIndex()
        row = here.row() + steps.get(action, 0) if here.isValid() else 0
        return self.model().index(min(max(row, 0), self.count - 1), 0)

    def horizontalOffset(self) -> int:  # noqa: N802 - Qt's name
        """Nothing lies to the side."""
        return 0

    def verticalOffset(self) -> int:  # noqa: N802 - Qt's name
        """Give how far down what is seen begins, in pixels."""
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:  # noqa: N802 - Qt's name
        """No cell is hidden."""
        return False

    def setSelection(  # noqa: N802 - Qt's name
        self, rect: QRect, command: QItemSelectionModel.SelectionFlag
    ) -> None:
        """Select the cell under the beginning of a rectangle."""
        index = self.indexAt(rect.topLeft())
        self.selectionModel().select(QItemSelection(index, index), command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:  # noqa: N802 - Qt's name
        """Give what has to be drawn anew when cells are chosen."""
        region = QRegion()
        for index in selection.indexes():
            region += self.visualRect(index)
        return region

    def updateGeometries(self) -> None:  # noqa: N802 - Qt's name
        """Set how far can be scrolled."""
        lines = -(-self.count // self.across)
        height = min(lines * self.cell.height(), MOST_COORDINATE)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, height - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(self.cell.height() // 3)
        super().updateGeometries()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the first cell that is seen where it was."""
        first = self.indexAt(QPoint(0, 0))
        super().resizeEvent(event)
        self.updateGeometries()
        if first.isValid():
            self.verticalScrollBar().setValue(first.row() // self.across * self.cell.height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the cells that lie in the part to be drawn, and no other."""
        with QPainter(self.viewport()) as painter:
            option = QStyleOptionViewItem()
            self.initViewItemOption(option)
            chosen = self.selectionModel()
            top = (event.rect().top() + self.verticalOffset()) // self.cell.height()
            bottom = (event.rect().bottom() + self.verticalOffset()) // self.cell.height()
            for row in range(top * self.across, min(self.count, (bottom + 1) * self.across)):
                index = self.model().index(row, 0)
                option.rect = self.visualRect(index)  # type: ignore[attr-defined,unused-ignore] # a field of Qt's struct
                if chosen.isSelected(index):
                    option.state |= QStyle.StateFlag.State_Selected  # type: ignore[attr-defined,unused-ignore] # a field of Qt's struct
                else:
                    option.state &= ~QStyle.StateFlag.State_Selected  # type: ignore[attr-defined,unused-ignore] # a field of Qt's struct
                self.itemDelegate().paint(painter, option, index)
