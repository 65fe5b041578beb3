"""Where the pages stand, with the job centre beside them, or over them where room is scarce."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QKeySequence, QMouseEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from haversack_gui.frame.job_panel import WIDTH, JobPanel
from haversack_gui.widgets.basics import column

PAGE_NEEDS = 930
"""Pixels from left to right that a page has in the smallest window; with fewer it is squeezed."""


class PageArea(QWidget):
    """Shows the pages, and the job centre without taking room from a page that needs it.

    While the job centre lies over the page, what is beneath is dimmed; a click on that, Escape,
    the Tab key out of the job centre or another page closes it.
    """

    def __init__(self, pages: QStackedWidget, panel: JobPanel) -> None:
        """Show the pages; the job centre comes when it is asked for."""
        super().__init__()
        self._pages, self._panel = pages, panel
        self._layout = column(pages)
        self.setLayout(self._layout)
        self.shade = Shade(self)
        self.shade.clicked.connect(self.close_jobs)
        panel.setParent(self)
        panel.left.connect(self.close_jobs)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), panel, self.close_jobs)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_moved)

    @property
    def covered(self) -> bool:
        """Whether the job centre lies over the page."""
        return not self._panel.isHidden() and self.width() < PAGE_NEEDS + WIDTH

    def toggle_jobs(self) -> None:
        """Open the job centre, or close it."""
        if not self._panel.isHidden():
            self.close_jobs()
            return
        self._panel.show()
        self._place()
        if self.covered:
            self._panel.close_button.setFocus()

    def close_jobs(self) -> None:
        """Close the job centre; the page has the keyboard again."""
        focused = QApplication.focusWidget()
        inside = focused is not None and self._panel.isAncestorOf(focused)
        self._panel.hide()
        self._place()
        if inside:
            self._pages.setFocus()

    def uncover(self) -> None:
        """Close the job centre where it hides the page."""
        if self.covered:
            self.close_jobs()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put the job centre beside the page or over it, by the new width."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        beside = not self._panel.isHidden() and not self.covered
        self._layout.setContentsMargins(0, 0, WIDTH if beside else 0, 0)
        self._panel.setGeometry(QRect(self.width() - WIDTH, 0, WIDTH, self.height()))
        self.shade.setGeometry(self.rect())
        self.shade.setVisible(self.covered)
        self.shade.raise_()
        self._panel.raise_()

    def _focus_moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.covered and self._pages.isAncestorOf(now):
            self.close_jobs()


class Shade(QWidget):
    """Dims what lies beneath it; emits ``clicked``."""

    clicked = Signal()

    def __init__(self, parent: QWidget) -> None:
        """Begin unseen."""
        super().__init__(parent)
        self.setObjectName("shade")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Say so; nothing beneath is clicked."""
        event.accept()
        self.clicked.emit()
