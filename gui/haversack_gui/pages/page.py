"""What every page has: a name, the topics that make it stale, and a refresh."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLineEdit, QWidget

from haversack_gui.workspace import Workspace


class Page(QWidget):
    """A page reads again when it is shown after something it shows has changed."""

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    topics: ClassVar[frozenset[str]] = frozenset()
    needs_pantry: ClassVar[bool] = True

    main_button: QAbstractButton | None = None
    search_field: QLineEdit | None = None

    def __init__(self, workspace: Workspace) -> None:
        """Stand on a workspace; nothing is read before it is shown."""
        super().__init__()
        self.workspace = workspace
        self._stale = True
        self.setObjectName(f"page_{self.name}")
        workspace.jobs.changed.connect(self._changed)
        workspace.pantry_opened.connect(self.mark_stale)

    def refresh(self) -> None:
        """Ask for what the page shows; answers come later."""

    def take(self, what: object) -> None:
        """Show one thing that another page has sent here."""

    def shown(self) -> None:
        """Called each time the page comes to the front."""
        if self._stale:
            self._stale = False
            self.refresh()

    def act(self) -> None:
        """Press the page's main button, where it can be pressed."""
        if self.main_button is not None and self.main_button.isEnabled():
            self.main_button.click()

    def look_for(self) -> None:
        """Put the cursor into the page's search field."""
        if self.search_field is not None and self.search_field.isVisible():
            self.search_field.setFocus()
            self.search_field.selectAll()

    def mark_stale(self) -> None:
        """Read again now where the page is seen, otherwise when it is shown next."""
        self._stale = True
        if self.isVisible():
            self.shown()

    def _ask_folder(self, title: str) -> Path | None:
        chosen = QFileDialog.getExistingDirectory(self, title)
        return Path(chosen) if chosen else None

    def _ask_file(self, title: str, name: str) -> Path | None:
        chosen, _ = QFileDialog.getSaveFileName(self, title, name)
        return Path(chosen) if chosen else None

    def _changed(self, topics: frozenset[str]) -> None:
        if self.topics & topics:
            self.mark_stale()
