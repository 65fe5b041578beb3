"""Which code a bundle carries beside recipes: the app itself, the wheels that a machine needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QFileDialog, QWidget

from haversack_gui.calls.packing import CodeWish, can_carry_itself
from haversack_gui.widgets.basics import button, column, label, row
from haversack_gui.words import tr

NEITHER = "Neither is needed where Haversack is installed already."


class CodeBox(QWidget):
    """Two ticks, each with the file that it takes; ``changed`` is called when one changes."""

    def __init__(self, changed: Callable[[], None]) -> None:
        """Lay the ticks out."""
        super().__init__()
        self._changed = changed
        self._app_from: Path | None = None
        self._report: Path | None = None
        self.app = QCheckBox(tr("This app, for a machine without it"))
        self.app.setToolTip(tr("The frozen app as one archive, with a guide for the first machine"))
        self.app_file = button(
            "From…",
            self._choose_app,
            name="choose_app",
            tip="Another frozen folder or an archive of it, such as dist/haversack",
        )
        self.runtime = QCheckBox(tr("Python packages, for a machine with Python"))
        self.runtime.setToolTip(
            tr("The packages by which Haversack runs in its Python, with an offline installer")
        )
        self.report_file = button(
            "Its report…",
            self._choose_report,
            name="choose_report",
            tip="The file that `haversack doctor --json` wrote on that machine: which packages fit",
        )
        self.about = label("", "small")
        self.setLayout(
            column(
                row(self.app, None, self.app_file),
                row(self.runtime, None, self.report_file),
                self.about,
            )
        )
        self.app.toggled.connect(lambda on: self._toggled(on, self._app_from, self._choose_app))
        self.runtime.toggled.connect(
            lambda on: self._toggled(on, self._report, self._choose_report)
        )
        self._show()

    @property
    def wish(self) -> CodeWish:
        """What a person wants carried."""
        return CodeWish(
            self.app.isChecked(),
            self._app_from if self.app.isChecked() else None,
            self._report if self.runtime.isChecked() else None,
        )

    def take_app(self, place: Path) -> None:
        """Carry a frozen folder, or an archive of it."""
        self._app_from = place
        self.app.setChecked(True)
        self._show()
        self._changed()

    def take_report(self, file: Path) -> None:
        """Carry the wheels for the machine of a report."""
        self._report = file
        self.runtime.setChecked(True)
        self._show()
        self._changed()

    def _toggled(self, on: bool, file: Path | None, choose: Callable[[], None]) -> None:
        itself = choose == self._choose_app and can_carry_itself()
        if on and file is None and not itself:
            choose()
        self._show()
        self._changed()

    def _choose_app(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, tr("Choose the app's program or archive"), "",
            tr("The frozen app (haversack haversack.exe *.tar.gz)"),
        )  # fmt: skip
        if chosen:
            place = Path(chosen)
            self.take_app(place if place.name.endswith(".tar.gz") else place.parent)
        elif self._app_from is None and not can_carry_itself():
            self.app.setChecked(False)

    def _choose_report(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, tr("Choose the report of the field machine"), "", tr("JSON files (*.json)")
        )
        if chosen:
            self.take_report(Path(chosen))
        elif self._report is None:
            self.runtime.setChecked(False)

    def _show(self) -> None:
        wish = self.wish
        lines = [] if wish.wanted else [tr(NEITHER)]
        if wish.app:
            name = wish.app_from.name if wish.app_from else tr("this program")
            lines.append(tr("The app: {name}.").format(name=name))
        if wish.runtime is not None:
            lines.append(
                tr("Python packages by {report}: chosen and fetched when it is packed.").format(
                    report=wish.runtime.name
                )
            )
        self.about.setText(" ".join(lines))
