"""What can fill a slot: a list that narrows as one types, saying which works offline."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from haversack.recipe.fill import Answer
from haversack_gui.calls.recipes import Choice
from haversack_gui.widgets.basics import button, column, label, row
from haversack_gui.widgets.titled_rows import TitledRows
from haversack_gui.words import tr


class SlotPicker(QWidget):
    """A searchable list of ingredients; ``chosen`` is called with what fills the slot."""

    def __init__(self, chosen: Callable[[Answer], None]) -> None:
        """Begin without choices."""
        super().__init__()
        self._chosen = chosen
        self._choices: list[Choice] = []
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search by name, tag or purpose"))
        self.search.setAccessibleName(tr("Search what can fill this slot"))
        self.search.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("What can fill this slot"))
        self.list.setItemDelegate(TitledRows(self.list))
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.use = button("Use this", self._use, "primary", name="use_ingredient")
        self.none = label("Nothing that is installed matches.", "muted")
        self.setLayout(column(self.search, self.list, self.none, row(self.use, None)))
        self.search.textChanged.connect(lambda _text: self._narrow())
        self.search.returnPressed.connect(self._use)
        self.list.itemActivated.connect(lambda _item: self._use())
        self.list.currentRowChanged.connect(lambda place: self.use.setEnabled(place >= 0))

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Show what fits."""
        self._choices = list(choices)
        self.search.clear()
        self._narrow()

    def _narrow(self) -> None:
        parts = self.search.text().lower().split()
        self.list.clear()
        for place, choice in enumerate(self._choices):
            words = f"{choice.title} {choice.kind} {choice.help} {' '.join(choice.tags)}".lower()
            if not all(part in words for part in parts):
                continue
            where = tr("here") if choice.here else tr("needs preparing with a network")
            extra = tr("nothing to fetch") if not choice.needs else where
            item = QListWidgetItem(f"{choice.title}\n{choice.help}\n{extra}  ·  {choice.path}")
            item.setData(Qt.ItemDataRole.UserRole, place)
            item.setToolTip(choice.kind)
            self.list.addItem(item)
        self.none.setVisible(self.list.count() == 0)
        self.list.setCurrentRow(0)
        self.use.setEnabled(self.list.count() > 0)

    def _use(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self._chosen(self._choices[item.data(Qt.ItemDataRole.UserRole)].fills)
