"""Horizontal bars with their numbers: what there is how often."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from haversack_gui.look import Look
from haversack_gui.theme import TYPE
from haversack_gui.words import tr

LINE = 22
LABEL = 104
NUMBER = 56


class Bars(QWidget):
    """One bar for each name; the longest fills the width."""

    def __init__(self, look: Look, spoken: str) -> None:
        """Begin without bars; ``spoken`` is what a screen reader says."""
        super().__init__()
        self._look = look
        self._spoken = spoken
        self.bars: list[tuple[str, int]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(spoken)
        look.changed.connect(self.update)

    def show_bars(self, bars: Sequence[tuple[str, int]]) -> None:
        """Show names with numbers, in the order given."""
        self.bars = list(bars)
        said = ", ".join(f"{name}: {amount:,}" for name, amount in self.bars[:20])
        self.setAccessibleDescription(said or tr("nothing"))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Give the room that all bars take."""
        return QSize(LABEL + NUMBER + 100, max(1, len(self.bars)) * LINE)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Give the least room."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the bars that lie in the part to be drawn."""
        palette = self._look.palette
        with QPainter(self) as painter:
            font = self.font()
            font.setPixelSize(TYPE["small"])
            painter.setFont(font)
            metrics = QFontMetrics(font)
            most = max((amount for _, amount in self.bars), default=0) or 1
            room = self.width() - LABEL - NUMBER
            first, last = event.rect().top() // LINE, event.rect().bottom() // LINE
            for at in range(max(0, first), min(len(self.bars), last + 1)):
                name, amount = self.bars[at]
                top = at * LINE
                painter.setPen(QColor(palette.text))
                shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, LABEL - 8)
                painter.drawText(QRectF(0, top, LABEL - 8, LINE), _LEFT, shown)
                width = max(1.0 if amount else 0.0, room * amount / most)
                painter.fillRect(QRectF(LABEL, top + 5, width, LINE - 10), QColor(palette.plot_top))
                painter.setPen(QColor(palette.muted))
                painter.drawText(
                    QRectF(LABEL + width + 6, top, NUMBER - 6, LINE), _LEFT, f"{amount:,}"
                )


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
