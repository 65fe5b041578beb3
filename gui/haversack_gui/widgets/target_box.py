"""Where a bundle goes: the folder, the disk's room and limits, sticks of a set, the delta."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QWidget

from haversack_gui import words
from haversack_gui.calls.packing import STICKS, PackPlan, Target, stick_bytes
from haversack_gui.widgets.basics import button, column, label, row
from haversack_gui.words import tr

NO_LIST = "Only what is new: by the list that the field machine saved (Ctrl+Shift+H there)."


class TargetBox(QWidget):
    """Asks where to write, on what, and what the receiver has already."""

    def __init__(self, moved: Callable[[], None], changed: Callable[[], None]) -> None:
        """Lay the form out."""
        super().__init__()
        self._changed = changed
        self.since: Path | None = None
        self.folder = QLineEdit()
        self.folder.setAccessibleName(tr("Folder to write to"))
        self.folder.setPlaceholderText(tr("A folder on the stick"))
        self.folder.textChanged.connect(lambda _text: moved())
        self.choose = button("Choose…", self._choose, name="choose_target")
        self.space = label("", "small")
        self.space.hide()
        self.sticks = QComboBox()
        self.sticks.setAccessibleName(tr("One folder or a set of sticks"))
        for gigabytes, title in STICKS:
            self.sticks.addItem(tr(title), gigabytes)
        self.sticks.activated.connect(lambda _place: moved())
        self.sticks.activated.connect(lambda _place: changed())
        self.delta = button(
            "Only what is new…",
            self._choose_list,
            name="choose_have_list",
            tip="Choose the list that the receiver saved: what it names is not carried again",
        )
        self.whole = button("Carry all", self._forget_list, "quiet", name="forget_have_list")
        self.delta_line = label("", "small")
        self.setLayout(
            column(
                row(self.folder, self.choose),
                self.space,
                row(self.sticks, self.delta, self.whole, None),
                self.delta_line,
            )
        )
        self._show_list()

    @property
    def stick(self) -> int | None:
        """Bytes of one stick of a set; None for one folder."""
        return stick_bytes(int(self.sticks.currentData()))

    @property
    def path(self) -> Path | None:
        """The folder; None while none is named."""
        text = self.folder.text().strip()
        return Path(text) if text else None

    def show_target(self, target: Target | None) -> None:
        """Say what the disk is like."""
        if target is None:
            self.space.setText("")
        elif target.problem:
            self.space.setText(target.problem)
        else:
            free = tr("{size} free there").format(size=words.size(target.free))
            self.space.setText(
                "\n".join(part for part in (f"{free}. {target.about}.", target.there) if part)
            )
        self.space.setVisible(bool(self.space.text()))

    def foresee(self, plan: PackPlan) -> str:
        """Say what will be written, in one sentence."""
        sizes = [words.size(size) for size in plan.sticks]
        if not sizes:
            return ""
        if self.stick is None:
            line = tr("{size} will be written").format(size=sizes[0])
        else:
            parts = ", ".join(f"stick-{number} {size}" for number, size in enumerate(sizes, 1))
            sticks = words.count(len(sizes), tr("stick"), tr("sticks"))
            line = tr("{sticks} will be written: {parts}").format(sticks=sticks, parts=parts)
        if plan.left_out:
            line += tr("; {size} are left out, the receiver has them").format(
                size=words.size(plan.left_out)
            )
        return f"{line}."

    def _choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("Choose a folder on the stick"))
        if chosen:
            self.folder.setText(str(Path(chosen) / "field-kit"))

    def _choose_list(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self,
            tr("Choose what the field machine saved: have.json"),
            "",
            tr("JSON files (*.json)"),
        )
        if chosen:
            self.take_list(Path(chosen))

    def take_list(self, file: Path) -> None:
        """Leave out what a have-list names."""
        self.since = file
        self._show_list()
        self._changed()

    def _forget_list(self) -> None:
        self.since = None
        self._show_list()
        self._changed()

    def _show_list(self) -> None:
        self.whole.setVisible(self.since is not None)
        if self.since is None:
            self.delta_line.setText(tr(NO_LIST))
        else:
            said = tr("Only what {file} does not name is carried.")
            self.delta_line.setText(said.format(file=self.since.name))
