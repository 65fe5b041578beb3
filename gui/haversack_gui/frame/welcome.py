"""First start: three doors, and a place to drop a bundle's folder."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from haversack_gui import icons
from haversack_gui.look import Look
from haversack_gui.widgets.basics import button, column, label, row
from haversack_gui.words import tr

DOORS = (
    ("pantry", "Start a pantry", "Choose a folder. Recipes, weights and data will be kept there."),
    ("open", "Open a bundle", "Check who signed the stick, then take in what is on it."),
    ("demo", "Try the demo", "A small pantry with two recipes, to look around in."),
)

PANTRY = "Haversack keeps all it needs in one folder, the pantry."


class Welcome(QWidget):
    """What is shown while no pantry is open."""

    def __init__(
        self,
        look: Look,
        start: Callable[[], None],
        open_bundle: Callable[[], None],
        demo: Callable[[], None],
    ) -> None:
        """Show the doors; each calls what it is given."""
        super().__init__()
        self._look = look
        self._pictures: list[tuple[str, QLabel]] = []
        self.setAccessibleName("Welcome")
        title = label("Pack where there is a network.\nCook where there is none.", "display")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.lead = label(PANTRY, "muted")
        self.lead.setAlignment(Qt.AlignmentFlag.AlignCenter)
        doors = [
            self._door(icon, name, about, act)
            for (icon, name, about), act in zip(DOORS, (start, open_bundle, demo), strict=True)
        ]
        foot = label("You can also drop a bundle's folder anywhere on this window.", "small")
        foot.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setLayout(
            column(
                None,
                title,
                self.lead,
                24,
                row(None, *doors, None, space="l"),
                16,
                foot,
                None,
                space="s",
                margin="xl",
            )
        )
        look.changed.connect(self._draw)
        self._draw()

    def say_why(self, page: str) -> None:
        """Say that a page needs a pantry, where one was asked for by its title."""
        asked = tr("The page {page} needs a pantry: start one, or take one in with a bundle.")
        self.lead.setText(asked.format(page=page) if page else tr(PANTRY))

    def _door(self, icon: str, name: str, about: str, act: Callable[[], None]) -> QFrame:
        picture = QLabel()
        self._pictures.append((icon, picture))
        opener = button(name, act, "primary", name=f"door_{icon}")
        made = QFrame()
        made.setProperty("look", "door")
        made.setFixedWidth(240)
        text = label(about, "muted")
        text.setMinimumHeight(56)
        text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        made.setLayout(column(picture, label(name, "lead"), text, opener, space="m", margin="l"))
        return made

    def _draw(self) -> None:
        for name, picture in self._pictures:
            picture.setPixmap(icons.pixmap(name, self._look.palette.accent, 36))
