"""Asks for the passphrase of a key before the key is changed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from haversack_gui.widgets.basics import button, column, label, row
from haversack_gui.words import tr


class PassphraseDialog(QDialog):
    """Says what will be done; ``act(passphrase)`` is called where a person goes on."""

    def __init__(self, title: str, about: str, act: Callable[[str], None], parent: QWidget) -> None:
        """Lay the dialog out."""
        super().__init__(parent)
        self._act = act
        self.setWindowTitle(title)
        self.setMinimumWidth(420)
        self.edit = QLineEdit()
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.setAccessibleName(tr("Passphrase of the key"))
        self.ok = button("Go on", self._done, "primary", name="go_on")
        self.ok.setEnabled(False)
        self.edit.textChanged.connect(lambda text: self.ok.setEnabled(bool(text)))
        self.edit.returnPressed.connect(self._done)
        self.setLayout(
            column(
                label(about),
                label("Passphrase of the key"),
                self.edit,
                row(None, button("Cancel", self.reject), self.ok),
                margin="l",
            )
        )

    def _done(self) -> None:
        if self.edit.text():
            self._act(self.edit.text())
            self.accept()
