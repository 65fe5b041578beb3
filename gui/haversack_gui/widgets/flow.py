"""Controls side by side that go on in the next line where the place is too narrow for all."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from haversack_gui.theme import SPACE


class Flow(QLayout):
    """Gives each control the width it asks for, so that no word of it is cut."""

    def __init__(self, last: int = 0, *, centred: bool = False) -> None:
        """Begin without controls.

        Args:
            last: How many at the end stand at the right, where one line takes all.
            centred: Whether lines stand in the middle.
        """
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._last, self._centred = last, centred
        self.setSpacing(SPACE["s"])
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802 - Qt's name
        """Take a control."""
        self._items.append(item)

    def count(self) -> int:
        """Give how many there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - Qt's name
        """Give one; None where there is none."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - Qt's name
        """Let one go; None where there is none."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802 - Qt's name
        """Take what is left from left to right, where the last ones stand."""
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """A narrow place makes it higher."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Give the height of all lines."""
        lines = self._lines(width)
        heights = [max(item.sizeHint().height() for item in line) for line in lines]
        return sum(heights) + self.spacing() * max(len(heights) - 1, 0)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Give the size of one line of all."""
        hints = [item.sizeHint() for item in self._shown()]
        return QSize(self._width(self._shown()), max((hint.height() for hint in hints), default=0))

    def minimumSize(self) -> QSize:  # noqa: N802 - Qt's name
        """Give the size of the widest."""
        hints = [item.sizeHint() for item in self._shown()]
        return QSize(
            max((hint.width() for hint in hints), default=0),
            max((hint.height() for hint in hints), default=0),
        )

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802 - Qt's name
        """Put each in its line."""
        super().setGeometry(rect)
        lines, top = self._lines(rect.width()), rect.top()
        for line in lines:
            spare = rect.width() - self._width(line)
            left = rect.left() + (spare // 2 if self._centred else 0)
            height = max(item.sizeHint().height() for item in line)
            for item in line:
                if len(lines) == 1 and self._ends(item) and spare > 0:
                    left, spare = left + spare, 0
                size = item.sizeHint()
                down = (height - size.height()) // 2
                width = min(size.width(), rect.width())
                item.setGeometry(QRect(QPoint(left, top + down), QSize(width, size.height())))
                left += width + self.spacing()
            top += height + self.spacing()

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _ends(self, item: QLayoutItem) -> bool:
        return self._items.index(item) >= len(self._items) - self._last

    def _width(self, line: list[QLayoutItem]) -> int:
        gaps = self.spacing() * max(len(line) - 1, 0)
        return sum(item.sizeHint().width() for item in line) + gaps

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = []
        for item in self._shown():
            if lines and self._width([*lines[-1], item]) <= width:
                lines[-1].append(item)
            else:
                lines.append([item])
        return lines


def flow(*controls: QWidget, last: int = 0, centred: bool = False) -> Flow:
    """Put controls side by side, in as many lines as the place needs; see ``Flow``."""
    made = Flow(last, centred=centred)
    for control in controls:
        made.addWidget(control)
    return made
