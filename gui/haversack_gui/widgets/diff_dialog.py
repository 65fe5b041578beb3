"""Two recipes side by side; what differs stands out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QTableView, QWidget

from haversack.recipe.tree import Recipe
from haversack_gui.calls.recipes import Listed
from haversack_gui.look import Look
from haversack_gui.models.recipe_diff import DiffLine, diff
from haversack_gui.models.rows import Column, RowsModel, SearchModel
from haversack_gui.widgets.basics import column, label, row
from haversack_gui.widgets.table import table
from haversack_gui.words import tr


class DiffDialog(QDialog):
    """Asks for the second recipe; ``load(id, then)`` brings it."""

    def __init__(
        self,
        look: Look,
        recipe: Recipe,
        others: Sequence[Listed],
        load: Callable[[str, Callable[[Recipe], None]], None],
        parent: QWidget,
    ) -> None:
        """Compare a recipe with one of the others."""
        super().__init__(parent)
        self._left, self._load, self._lines = recipe, load, list[DiffLine]()
        self.setWindowTitle(tr("Compare recipes"))
        self.resize(900, 560)
        self.other = QComboBox()
        self.other.setAccessibleName(tr("Recipe to compare with"))
        for entry in others:
            self.other.addItem(entry.name, entry.id)
        self.other.activated.connect(lambda _place: self._ask())
        self.only = QCheckBox(tr("Only what differs"))
        self.only.setChecked(True)
        self.only.toggled.connect(lambda _on: self._show())
        self.count = label("", "muted", wrap=False)
        palette = look.palette
        self.model: RowsModel[DiffLine] = RowsModel(
            (
                Column(tr("Slot or option"), lambda line: line.path.replace("_", " ")),
                Column(
                    recipe.name or tr("This recipe"),
                    lambda line: line.left or "—",
                    colour=lambda line: palette.warn if line.differs else None,
                ),
                Column(
                    tr("The other"),
                    lambda line: line.right or "—",
                    colour=lambda line: palette.warn if line.differs else None,
                ),
            ),
            self,
        )
        self.table: QTableView = table(
            SearchModel(self.model, self), tr("Differences"), stretch=2, sorts=False
        )
        self.table.setColumnWidth(0, 280)
        self.table.setColumnWidth(1, 280)
        head = row(label("Compare with", wrap=False), self.other, self.only, None, self.count)
        head.setStretch(1, 1)
        self.setLayout(column(head, self.table, margin="l"))
        self._ask()

    def _ask(self) -> None:
        chosen = self.other.currentData()
        if chosen:
            self._load(str(chosen), self._compare)

    def _compare(self, right: Recipe) -> None:
        self._lines = diff(self._left, right)
        self._show()

    def _show(self) -> None:
        differing = [line for line in self._lines if line.differs]
        self.model.show(differing if self.only.isChecked() else self._lines)
        self.count.setText(
            tr("{differing} of {all} differ").format(differing=len(differing), all=len(self._lines))
        )
