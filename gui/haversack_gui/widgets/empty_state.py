"""What an empty page shows: what would be here, and the button that makes it so."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from haversack_gui import icons
from haversack_gui.look import Look
from haversack_gui.widgets.basics import button, column, label, row
from haversack_gui.widgets.flow import flow


class EmptyState(QWidget):
    """An icon, a sentence and up to two buttons, centred."""

    def __init__(
        self,
        look: Look,
        icon: str,
        title: str,
        sentence: str,
        *doors: tuple[str, Callable[[], object]],
    ) -> None:
        """Show what is missing and why."""
        super().__init__()
        self._look, self._icon = look, icon
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title = label(title, "title")
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence = label(sentence, "muted")
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.setMaximumWidth(460)
        self.sentence.setMinimumWidth(300)
        self.buttons: list[QPushButton] = [
            button(text, act, "primary" if place == 0 else "")
            for place, (text, act) in enumerate(doors)
        ]
        self.setLayout(
            column(
                None,
                self._picture,
                self.title,
                row(None, self.sentence, None),
                8,
                flow(*self.buttons, centred=True),
                None,
                space="m",
                margin="xl",
            )
        )
        look.changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        self._picture.setPixmap(icons.pixmap(self._icon, self._look.palette.line_strong, 56))
