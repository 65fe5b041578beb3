"""The real window with what tests do to it: wait, click, type, find."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from haversack_gui.app import PAGES, Wishes, application, make_window

W = TypeVar("W", bound=QWidget)


class Desk:
    """A running app under test."""

    def __init__(
        self, qtbot: QtBot, home: Path, pantry: Path | None, page: str, bundle: Path | None = None
    ) -> None:
        self.qtbot = qtbot
        self.app = application([])
        for place in PAGES.values():
            place.fetch()  # as the running app does after its start
        wishes = Wishes(pantry=pantry, bundle=bundle, page=page, theme="light", home=home)
        self.window = make_window(self.app, wishes)
        self.window.resize(1280, 800)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.closed = False
        self.activate()
        self.settle()

    @property
    def page(self) -> Any:
        """The page that is shown; tests reach for its widgets."""
        return self.window.pages[self.window.current]

    def activate(self) -> None:
        """Make the window the one that hears shortcuts; no window manager does it under Xvfb."""
        self.window.activateWindow()
        assert QTest.qWaitForWindowActive(self.window, 10_000)

    def press(self, key: Qt.Key, how: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a shortcut in the window."""
        self.activate()
        QTest.keyClick(self.window, key, how)

    def settle(self, seconds: float = 60) -> None:
        """Wait until nothing is asked and nothing is changed any more."""
        jobs = self.window.workspace.jobs
        self.qtbot.waitUntil(lambda: jobs.idle, timeout=int(seconds * 1000))
        self.qtbot.wait(20)
        self.qtbot.waitUntil(lambda: jobs.idle, timeout=int(seconds * 1000))

    def wait(self, true: Callable[[], bool], seconds: float = 60) -> None:
        self.qtbot.waitUntil(true, timeout=int(seconds * 1000))

    def click(self, button: QAbstractButton) -> None:
        """Click a button that a person could click."""
        assert button.isVisible(), f"{button.text()} is not visible"
        assert button.isEnabled(), f"{button.text()} cannot be clicked"
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def type_into(self, edit: QLineEdit, text: str) -> None:
        assert edit.isVisible() and edit.isEnabled()
        edit.setFocus()
        edit.selectAll()
        QTest.keyClicks(edit, text)

    def choose(self, box: QComboBox, text: str) -> None:
        """Choose an entry of a combo box with the keyboard."""
        place = box.findText(text)
        assert place >= 0, (
            f"{text!r} is not offered: {[box.itemText(i) for i in range(box.count())]}"
        )
        box.setFocus()
        key = Qt.Key.Key_Down if place > box.currentIndex() else Qt.Key.Key_Up
        for _ in range(abs(place - box.currentIndex())):
            QTest.keyClick(box, key)
        assert box.currentText() == text

    def go_to(self, name: str) -> Any:
        self.click(self.window.rail.buttons[name])
        self.settle()
        return self.page

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.window.close()
            self.window.deleteLater()
            self.app.processEvents()
            left = [t.name for t in threading.enumerate() if t.name.startswith("haversack-")]
            assert not left, f"threads are left: {left}"


def select(desk: Desk, path: str) -> None:
    """Click a slot in the tree of the recipe page."""
    page = desk.page
    index = page.tree_model.index_of(path)
    assert index.isValid()
    page.tree.scrollTo(index)
    QTest.mouseClick(
        page.tree.viewport(),
        Qt.MouseButton.LeftButton,
        pos=page.tree.visualRect(index).center(),
    )
    desk.settle()
