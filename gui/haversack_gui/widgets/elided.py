"""Text that ends in dots where there is no room for all of it; the whole of it is the tooltip."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QStylePainter,
)

from haversack_gui import words


class Elided(QLabel):
    """A label that takes whatever width is left."""

    def __init__(self, look: str = "") -> None:
        """Begin without a text."""
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setProperty("look", look)

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show a text."""
        super().setText(text)
        self.setToolTip(words.as_written(text))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw as much of the text as there is room for."""
        with QPainter(self) as painter:
            room: QRect = self.contentsRect()
            text = self.fontMetrics().elidedText(
                self.text(), Qt.TextElideMode.ElideRight, room.width()
            )
            painter.setPen(self.palette().color(self.foregroundRole()))
            painter.drawText(
                room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text
            )


class ElidedCombo(QComboBox):
    """A combo box as wide as its place, whatever its entries are."""

    def __init__(self, spoken: str) -> None:
        """Begin without entries; ``spoken`` is what a screen reader says."""
        super().__init__()
        self.setAccessibleName(spoken)
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.currentTextChanged.connect(lambda text: self.setToolTip(words.as_written(text)))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw as much of the entry as there is room for."""
        painter = QStylePainter(self)
        with painter:
            option = QStyleOptionComboBox()
            self.initStyleOption(option)
            style = self.style()
            field = style.subControlRect(
                QStyle.ComplexControl.CC_ComboBox,
                option,
                QStyle.SubControl.SC_ComboBoxEditField,
                self,
            )
            nothing = self.currentIndex() < 0
            if nothing:
                faint = self.palette().color(QPalette.ColorRole.PlaceholderText)
                option.palette.setColor(QPalette.ColorRole.ButtonText, faint)  # type: ignore[attr-defined,unused-ignore] # a field of Qt's struct
                option.palette.setColor(QPalette.ColorRole.Text, faint)  # type: ignore[attr-defined,unused-ignore] # as above
            option.currentText = self.fontMetrics().elidedText(  # type: ignore[attr-defined,unused-ignore] # as above
                self.placeholderText() if nothing else self.currentText(),
                Qt.TextElideMode.ElideRight,
                field.width() - 4,
            )
            painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
            painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


class MiddleElided(QStyledItemDelegate):
    """Cells with the dots in their middle: names, paths and digests differ at their ends."""

    def initStyleOption(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Put the dots where they belong."""
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideMiddle  # type: ignore[attr-defined,unused-ignore] # a field of Qt's struct
