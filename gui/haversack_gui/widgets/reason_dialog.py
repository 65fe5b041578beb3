"""Asks for a reason before something is done that should not be done lightly."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from haversack_gui.widgets.basics import button, column, label, row
from haversack_gui.words import tr

SHORTEST = 8


class ReasonDialog(QDialog):
    """Says what will be done and what it means; ``decided(reason)`` is called with the reason."""

    def __init__(
        self, title: str, about: str, act: str, decided: Callable[[str], None], parent: QWidget
    ) -> None:
        """Lay the dialog out."""
        super().__init__(parent)
        self._decided = decided
        self.setWindowTitle(tr(title))
        self.setMinimumWidth(460)
        self.reason = QLineEdit()
        self.reason.setAccessibleName(tr("The reason"))
        self.reason.setPlaceholderText(tr("Why, in a few words"))
        self.reason.textChanged.connect(lambda _text: self._judge())
        self.reason.returnPressed.connect(self._done)
        self.ok = button(act, self._done, "danger", name="decide")
        self.setLayout(
            column(
                label(about),
                label("The reason"),
                self.reason,
                label("It is kept in the receipt, with the time.", "small"),
                row(None, button("Cancel", self.reject), self.ok),
                margin="l",
            )
        )
        self._judge()

    def _judge(self) -> None:
        self.ok.setEnabled(len(self.reason.text().strip()) >= SHORTEST)

    def _done(self) -> None:
        if self.ok.isEnabled():
            self._decided(self.reason.text().strip())
            self.accept()
