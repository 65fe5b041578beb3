"""Which palette is worn now; widgets that paint for themselves listen to it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from haversack_gui import theme


class Look(QObject):
    """The palette in use and the signal that it changed."""

    changed = Signal()

    def __init__(self, app: QApplication, choice: str = "system") -> None:
        """Paint the app in the theme of this choice."""
        super().__init__(app)
        self._app = app
        self.palette = theme.PALETTES[choice] if choice in theme.PALETTES else _of_system()
        theme.apply(app, self.palette)

    def wear(self, name: str) -> None:
        """Change to ``light`` or ``dark``."""
        self.palette = theme.PALETTES[name]
        theme.apply(self._app, self.palette)
        self.changed.emit()

    def toggle(self) -> str:
        """Change to the other palette and give its name."""
        self.wear("dark" if self.palette.name == "light" else "light")
        return self.palette.name


def _of_system() -> theme.Palette:
    scheme = QGuiApplication.styleHints().colorScheme()
    return theme.DARK if scheme == Qt.ColorScheme.Dark else theme.LIGHT
