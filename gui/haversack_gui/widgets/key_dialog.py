"""Makes a new signing key: a name and a passphrase, typed twice."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QWidget

from haversack_gui.widgets.basics import button, column, label, row
from haversack_gui.words import tr

SHORTEST = 8


class KeyDialog(QDialog):
    """Asks for what a key needs; ``make(name, passphrase, code)`` is called with it."""

    def __init__(self, make: Callable[[str, str, bool], None], parent: QWidget) -> None:
        """Lay the form out."""
        super().__init__(parent)
        self._make = make
        self.setWindowTitle(tr("New key"))
        self.setMinimumWidth(420)
        self.name_edit = QLineEdit()
        self.name_edit.setAccessibleName(tr("Name of the key"))
        self.name_edit.setPlaceholderText(tr("For example: field-team"))
        self.first = _secret(tr("Passphrase"))
        self.second = _secret(tr("The passphrase again"))
        self.code = QCheckBox(tr("It may sign code too: the app, Python packages"))
        self.problem = label("", "bad")
        self.ok = button("Make the key", self._done, "primary", name="make_key")
        cancel = button("Cancel", self.reject)
        self.setLayout(
            column(
                label(
                    "A key signs your bundles. Others decide once whether they trust it.", "muted"
                ),
                label("Name"),
                self.name_edit,
                label("Passphrase"),
                self.first,
                label("The passphrase again"),
                self.second,
                label(
                    "It cannot be recovered. Without it the key cannot sign, "
                    "and others must trust a new one.",
                    "small",
                ),
                self.code,
                self.problem,
                row(None, cancel, self.ok),
                margin="l",
            )
        )
        for edit in (self.name_edit, self.first, self.second):
            edit.textChanged.connect(lambda _text: self._judge())
        self._judge()

    def _judge(self) -> None:
        name, first, second = self.name_edit.text().strip(), self.first.text(), self.second.text()
        problem = ""
        if first and len(first) < SHORTEST:
            problem = tr("At least {count} characters.").format(count=SHORTEST)
        elif first and second and first != second:
            problem = tr("The two passphrases are not the same.")
        self.problem.setText(problem)
        self.ok.setEnabled(bool(name and first and first == second and not problem))

    def _done(self) -> None:
        self._make(self.name_edit.text().strip(), self.first.text(), self.code.isChecked())
        self.accept()


def _secret(spoken: str) -> QLineEdit:
    made = QLineEdit()
    made.setEchoMode(QLineEdit.EchoMode.Password)
    made.setAccessibleName(spoken)
    return made
