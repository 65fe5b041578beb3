"""Other languages say the same in longer words; nothing that is clicked may be cut by them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QAbstractButton, QPushButton, QWidget

from gui_desk import Desk
from haversack.services.keys import open_keyring
from haversack.services.pack import pack
from haversack.services.shelves import Pantry
from haversack_gui.app import PAGES

OpenDesk = Callable[..., Desk]
SECRET = "correct horse battery"
LEFT_ALONE = re.compile(r"(\{[^}]*\}|<[^>]*>|\(\*[^)]*\))")
WORD = re.compile(r"[A-Za-z]{3,}")


class Longer(QTranslator):
    """Makes each word half as long again, which few languages do."""

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's name
        return False

    def translate(
        self, context: str, text: str, about: str | None = None, count: int = -1
    ) -> str | None:
        if context != "haversack":
            return None  # Qt's own words stay: an empty text would take their place
        parts = LEFT_ALONE.split(text)
        return "".join(
            part if place % 2 else WORD.sub(lambda m: m[0] + m[0][: len(m[0]) // 2].lower(), part)
            for place, part in enumerate(parts)
        )


@pytest.fixture(autouse=True)
def longer(qapp: QCoreApplication) -> Iterator[None]:
    translator = Longer()
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


@pytest.fixture
def stick(pantry: Pantry, tmp_path: Path) -> Path:
    ring = open_keyring(tmp_path / "home")
    ring.new("field-team", SECRET)
    pack(pantry, tmp_path / "stick", ring, "field-team", SECRET, name="kit")
    ring.trust(tmp_path / "stick")
    return tmp_path / "stick"


def cut(page: QWidget) -> list[str]:
    """Give the words of the buttons that are too narrow for them, or partly out of sight."""
    return [
        button.text()
        for button in page.findChildren(QPushButton)
        if button.isVisible() and not button.visibleRegion().isEmpty()
        if button.width() < button.sizeHint().width() or out_of_sight(button)
    ]


def out_of_sight(button: QAbstractButton) -> bool:
    return button.visibleRegion().boundingRect().width() < button.width()


@pytest.mark.parametrize("name", PAGES)
def test_no_button_of_a_page_is_cut_in_the_smallest_window(
    open_desk: OpenDesk, pantry: Pantry, stick: Path, name: str
) -> None:
    desk = open_desk(pantry, name, bundle=stick if name == "open" else None)
    desk.window.resize(1024, 640)
    desk.settle()
    assert desk.window.width() == 1024 and desk.window.height() == 640
    assert cut(desk.page) == []
    if name == "open":
        desk.window.show_page("open", "keys")
        desk.settle()
        assert cut(desk.page) == []


@pytest.mark.parametrize("name", PAGES)
def test_no_button_of_an_empty_page_is_cut_in_the_smallest_window(
    open_desk: OpenDesk, empty_pantry: Pantry, name: str
) -> None:
    desk = open_desk(empty_pantry, name)
    desk.window.resize(1024, 640)
    desk.settle()
    assert cut(desk.page) == []
