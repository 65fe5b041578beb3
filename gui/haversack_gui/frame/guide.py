"""F1: the user guide, shown from the files that came with the app; no network is asked."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QImage, QTextCursor, QTextDocument
from PySide6.QtWidgets import QDialog, QListWidget, QTextBrowser, QWidget

from haversack.base.resources import resource, source_folder
from haversack_gui.widgets.basics import column, row
from haversack_gui.words import tr

GUIDES = (
    ("guide-preparer.md", "Preparing a stick"),
    ("guide-field.md", "In the field"),
    ("troubleshooting.md", "When something is wrong"),
)
PLACES = {
    "pantry": ("guide-preparer.md", "The pantry"),
    "recipes": ("guide-preparer.md", "Put a recipe together"),
    "data": ("guide-preparer.md", "Bring your own pictures"),
    "front": ("guide-field.md", "Choose on the front"),
    "train": ("guide-field.md", "Train, export, measure"),
    "pack": ("guide-preparer.md", "Pack and sign"),
    "open": ("guide-field.md", "Open the stick"),
}
"""Which chapter tells about a page."""


class GuidePage(QTextBrowser):
    """A page of the guide; pictures are made as narrow as the window."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:  # noqa: N802 - Qt's name
        """Give a file of the guide's own folder, and nothing else."""
        url = QUrl(name)
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, url)
        file = guide_folder() / url.path()
        if not url.isRelative() or guide_folder().resolve() not in file.resolve().parents:
            return None
        image = QImage(str(file))
        room = max(200, self.viewport().width() - 24)
        return image if image.width() <= room else image.scaledToWidth(room)


class Guide(QDialog):
    """The guide's chapters at the left, the chosen one at the right."""

    def __init__(self, parent: QWidget) -> None:
        """List the chapters."""
        super().__init__(parent)
        self.setWindowTitle(tr("User guide"))
        self.resize(940, 640)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Chapters"))
        self.list.setFixedWidth(200)
        self.list.ensurePolished()  # its rows keep the height of when the first one was chosen
        for _, title in GUIDES:
            self.list.addItem(tr(title))
        self.page = GuidePage()
        self.page.setAccessibleName(tr("The chapter"))
        self.page.setOpenLinks(False)
        self.page.anchorClicked.connect(self._follow)
        self.list.currentRowChanged.connect(lambda place: self._open(GUIDES[place][0]))
        self.setLayout(row(column(self.list), self.page, margin="m"))

    def show_place(self, page: str) -> None:
        """Open the chapter that tells about a page of the app."""
        name, heading = PLACES.get(page, (GUIDES[0][0], ""))
        self.list.setCurrentRow([file for file, _ in GUIDES].index(name))
        self.page.moveCursor(QTextCursor.MoveOperation.End)
        found = self.page.document().find(heading) if heading else QTextCursor()
        if found.isNull():
            self.page.moveCursor(QTextCursor.MoveOperation.Start)
        else:
            found.clearSelection()
            self.page.setTextCursor(found)
            self.page.ensureCursorVisible()
            self.page.verticalScrollBar().setValue(
                self.page.verticalScrollBar().value() + self.page.cursorRect().top() - 12
            )

    def _open(self, name: str) -> None:
        file = guide_folder() / name
        self.page.setMarkdown(file.read_text(encoding="utf-8") if file.is_file() else "")

    def _follow(self, link: QUrl) -> None:
        names = [file for file, _ in GUIDES]
        if link.path() in names:
            self.list.setCurrentRow(names.index(link.path()))


def guide_folder() -> Path:
    """Give the folder of the guide: ``docs`` of a checkout, otherwise what was shipped."""
    source = source_folder()
    return source / "docs" if source is not None else resource("guide")
