"""Compares a publisher's fingerprint with what the publisher told, before it is trusted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QDialog, QWidget

from haversack_gui.calls.trust import Publisher
from haversack_gui.widgets.basics import button, column, label, row
from haversack_gui.widgets.fingerprint import Fingerprint
from haversack_gui.words import tr


class TrustDialog(QDialog):
    """Shows whom a file is of; ``pin(fingerprint)`` is called once it was compared."""

    def __init__(self, found: Publisher, pin: Callable[[str], None], parent: QWidget) -> None:
        """Show whom a file is of."""
        super().__init__(parent)
        self._found, self._pin = found, pin
        self.setWindowTitle(tr("Trust a publisher"))
        self.setMinimumWidth(420)
        fingerprint = Fingerprint("Its fingerprint")
        fingerprint.show_fingerprint(found.words, found.fingerprint)
        self.compared = QCheckBox(tr("I compared these words with what the publisher told me"))
        self.ok = button("Trust this publisher", self._done, "primary", name="pin")
        self.ok.setEnabled(False)
        self.compared.toggled.connect(self.ok.setEnabled)
        self.setLayout(
            column(
                label(found.publisher, "title"),
                fingerprint,
                self.compared,
                row(None, button("Cancel", self.reject), self.ok),
                margin="l",
            )
        )

    def _done(self) -> None:
        self._pin(self._found.fingerprint)
        self.accept()
