"""Rows of a list that say more than a name: bold, with a sentence below and small facts last."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from haversack_gui.theme import SPACE, TYPE

Index = QModelIndex | QPersistentModelIndex
EDGE, GAP = SPACE["s"], 2
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
_WRAPPED = _LEFT | int(Qt.TextFlag.TextWordWrap)


class TitledRows(QStyledItemDelegate):
    """Draws items of three lines: a title, a sentence that may wrap, and facts."""

    def __init__(self, view: QListView) -> None:
        """Draw the rows of a list, as wide as it is."""
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """Give the height that all three parts take at the width of the list."""
        width = self._view.viewport().width()
        return QSize(0, sum(self._heights(index, width - 2 * EDGE)) + 2 * EDGE + 2 * GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the ground as of any item, and the parts on it."""
        self.initStyleOption(option, index)
        option.text = ""  # type: ignore[attr-defined,unused-ignore] # a field of Qt's struct
        style = self._view.style() or QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, self._view)
        room = option.rect.adjusted(EDGE, EDGE, -EDGE, -EDGE)
        colours = option.palette
        inks = (
            QPalette.ColorRole.Text,
            QPalette.ColorRole.Text,
            QPalette.ColorRole.PlaceholderText,
        )
        painter.save()
        top = room.top()
        parts = zip(
            _parts(index), self._fonts(), self._heights(index, room.width()), inks, strict=True
        )
        for place, (text, font, height, ink) in enumerate(parts):
            painter.setFont(font)
            painter.setPen(colours.color(ink))
            spot = QRect(room.left(), top, room.width(), height)
            if place != 1:
                dots = Qt.TextElideMode.ElideRight
                text = QFontMetrics(font).elidedText(text, dots, room.width())
            painter.drawText(spot, _WRAPPED if place == 1 else _LEFT, text)
            top += height + GAP
        painter.restore()

    def _fonts(self) -> tuple[QFont, QFont, QFont]:
        title, sentence, facts = (QFont(self._view.font()) for _ in range(3))
        title.setWeight(QFont.Weight.DemiBold)
        facts.setPixelSize(TYPE["small"])
        return title, sentence, facts

    def _heights(self, index: Index, width: int) -> tuple[int, int, int]:
        title, sentence, facts = (QFontMetrics(font) for font in self._fonts())
        room = QRect(0, 0, max(width, 1), 10_000)
        wrapped = sentence.boundingRect(room, _WRAPPED, _parts(index)[1]).height()
        return title.height(), wrapped, facts.height()


def _parts(index: Index) -> tuple[str, str, str]:
    lines = [*str(index.data()).split("\n", 2), "", ""]
    return lines[0], lines[1], lines[2]
