"""Small makers of labels, buttons and layouts, so that every control looks and speaks alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from haversack_gui.theme import SPACE
from haversack_gui.words import tr

L = TypeVar("L", bound=QBoxLayout)


def label(text: str = "", look: str = "", *, wrap: bool = True, select: bool = False) -> QLabel:
    """Make a label in one of the theme's looks."""
    made = QLabel(tr(text) if text else "")
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if look:
        made.setProperty("look", look)
    if select:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


def chip(text: str = "", kind: str = "plain") -> QLabel:
    """Make a small coloured label: ``plain``, ``good``, ``warn`` or ``bad``."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("chip", kind)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
    return made


def restyle(widget: QWidget, name: str, value: str) -> None:
    """Change a property that the style sheet looks at, and draw the widget anew."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def button(
    text: str,
    on_click: Callable[[], object],
    look: str = "",
    *,
    name: str = "",
    tip: str = "",
) -> QPushButton:
    """Make a button; ``look`` is ``primary``, ``quiet``, ``danger`` or empty."""
    made = QPushButton(tr(text))
    if look:
        made.setProperty("look", look)
    made.setAccessibleName(tr(text))
    made.setObjectName(name)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if tip:
        made.setToolTip(tr(tip))
    made.clicked.connect(lambda _checked=False: on_click())
    return made


def column(
    *items: QWidget | QLayout | int | None, space: str = "s", margin: str | None = None
) -> QVBoxLayout:
    """Stack things from top to bottom; None stretches, a number is a gap."""
    return _fill(QVBoxLayout(), items, space, margin)


def row(
    *items: QWidget | QLayout | int | None, space: str = "s", margin: str | None = None
) -> QHBoxLayout:
    """Put things side by side; None stretches, a number is a gap."""
    return _fill(QHBoxLayout(), items, space, margin)


def _fill(
    layout: L, items: Iterable[QWidget | QLayout | int | None], space: str, margin: str | None
) -> L:
    layout.setSpacing(SPACE[space])
    edge = SPACE[margin] if margin else 0
    layout.setContentsMargins(edge, edge, edge, edge)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        elif isinstance(item, QWidget):
            layout.addWidget(item)
        else:
            layout.addLayout(item)
    return layout


def card(*items: QWidget | QLayout | int | None, margin: str = "l") -> QFrame:
    """Make a framed group."""
    made = QFrame()
    made.setProperty("look", "card")
    made.setLayout(column(*items, margin=margin))
    return made


def holder(layout: QBoxLayout, parent: QWidget | None = None) -> QWidget:
    """Make a widget out of a layout, in its parent at once where one is given."""
    made = QWidget(parent)
    made.setLayout(layout)
    return made
