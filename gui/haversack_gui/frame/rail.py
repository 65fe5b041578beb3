"""The left rail: one button a page, the theme at the foot."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from haversack_gui import icons
from haversack_gui.actions import PAGES
from haversack_gui.look import Look
from haversack_gui.widgets.basics import column
from haversack_gui.words import tr

WIDTH = 88


class Rail(QWidget):
    """Buttons for the pages, in the order in which a person needs them."""

    def __init__(self, look: Look, actions: dict[str, QAction]) -> None:
        """Make a button for each page."""
        super().__init__()
        self._look = look
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(tr("Pages"))
        group = QButtonGroup(self)
        group.setExclusive(True)
        self.buttons: dict[str, QToolButton] = {}
        for row in PAGES:
            made = _button(actions[row.name], tr(row.title))
            made.setCheckable(True)
            group.addButton(made)
            self.buttons[row.name.removeprefix("page.")] = made
        self.guide_button = _button(actions["app.guide"], tr("Guide"))
        self.theme_button = _button(actions["view.theme"], tr("Theme"))
        foot = (self.guide_button, self.theme_button)
        self.setLayout(column(*self.buttons.values(), None, *foot, space="xs", margin="s"))
        look.changed.connect(self._draw)
        self._draw()

    def show_page(self, name: str) -> None:
        """Mark the button of the page that is shown."""
        if name in self.buttons:
            self.buttons[name].setChecked(True)

    def _draw(self) -> None:
        palette = self._look.palette
        for name, made in self.buttons.items():
            made.setIcon(icons.icon(name, palette.rail_text, palette.rail_active_text))
        self.guide_button.setIcon(icons.icon("help", palette.rail_text))
        self.theme_button.setIcon(icons.icon("moon", palette.rail_text))


def _button(action: QAction, text: str) -> QToolButton:
    made = QToolButton()
    made.setText(text)
    made.setAccessibleName(text)
    made.setToolTip(action.toolTip())
    made.setObjectName(f"rail_{action.objectName()}")
    made.setProperty("look", "rail")
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
    made.setIconSize(QSize(24, 24))
    made.setFixedWidth(WIDTH - 16)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.clicked.connect(lambda _checked=False: action.trigger())
    return made
