"""Ctrl+K: type a few letters of what you want, press Enter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QWidget

from haversack_gui.widgets.basics import column
from haversack_gui.words import tr


class CommandPalette(QDialog):
    """A list of every action, narrowed as one types."""

    def __init__(self, actions: dict[str, QAction], parent: QWidget) -> None:
        """List these actions."""
        super().__init__(parent)
        self._actions = {name: action for name, action in actions.items() if name != "view.palette"}
        self.setWindowTitle(tr("Find an action"))
        self.setMinimumSize(440, 340)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Type what you want to do"))
        self.search.setAccessibleName(tr("Find an action"))
        self.search.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Actions found"))
        self.setLayout(column(self.search, self.list, margin="m"))
        self.search.textChanged.connect(self._narrow)
        self.search.returnPressed.connect(self._choose)
        self.list.itemActivated.connect(lambda _item: self._choose())
        self.search.installEventFilter(self)
        self._narrow("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Let the arrow keys move through the list while one types."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and self.list.count():
                self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
                return True
        return super().eventFilter(watched, event)

    def _narrow(self, text: str) -> None:
        parts = text.lower().split()
        self.list.clear()
        for name, action in self._actions.items():
            if all(part in f"{action.text()} {name}".lower() for part in parts):
                keys = action.shortcut().toString()
                item = QListWidgetItem(f"{action.text()}    {keys}" if keys else action.text())
                item.setData(Qt.ItemDataRole.UserRole, name)
                self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _choose(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.accept()
            self._actions[item.data(Qt.ItemDataRole.UserRole)].trigger()
