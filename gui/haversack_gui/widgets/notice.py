"""A strip that says what happened and what to do, until it is put away."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QWidget

from haversack_gui.widgets.basics import button, column, label, restyle, row
from haversack_gui.words import tr

GOOD_NEWS_MS = 8000


class Notice(QFrame):
    """One message with its remedy; hidden while there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begin hidden."""
        super().__init__(parent)
        self.message = label(select=True)
        self.message.setStyleSheet("font-weight: 600;")
        self.hint = label(select=True)
        close = button("Dismiss", self.hide, "quiet", name="notice_dismiss")
        layout = row(column(self.message, self.hint, space="xs"), close, margin="m")
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.setProperty("notice", "good")
        self._going = QTimer(self, singleShot=True, interval=GOOD_NEWS_MS)
        self._going.timeout.connect(self.hide)
        self.hide()

    def say(self, kind: str, message: str, hint: str = "") -> None:
        """Show a message; ``kind`` is ``good``, ``warn`` or ``bad``."""
        restyle(self, "notice", kind)
        for child in (self.message, self.hint):
            child.style().unpolish(child)
            child.style().polish(child)
        self.message.setText(message)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.setAccessibleName(tr("Message"))
        self.setAccessibleDescription(f"{message} {hint}".strip())
        self.show()
        if kind == "good":
            self._going.start()
        else:
            self._going.stop()
