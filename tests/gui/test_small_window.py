"""The smallest window that the app allows: what matters most is in sight, and whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QRegion
from PySide6.QtWidgets import QStyle, QTableView

from gui_desk import Desk
from haversack.services.keys import open_keyring
from haversack.services.pack import pack
from haversack.services.shelves import Pantry, open_or_build

OpenDesk = Callable[..., Desk]
SECRET = "correct horse battery"
NAMES = ("xval_seg, its card", "tf_efficientnet_lite0", "Find digits in scenes")
OTHERS = (
    "Volume", "Weights", "Proof", "18.8 MB", "left out", "Apache-2.0", "not stated", "publisher's",
)  # fmt: skip


def contents_of(page: Any, names: Sequence[str]) -> None:
    held = page.model.rows[0]
    page.model.show([replace(held, title=name, source="pypi:some_package==0.1") for name in names])


def room_for_text(view: QTableView, place: int) -> int:
    style, margin = view.style(), QStyle.PixelMetric.PM_FocusFrameHMargin
    tick = view.model().index(0, place).data(Qt.ItemDataRole.CheckStateRole) is not None
    room = view.columnWidth(place) - 2 * (style.pixelMetric(margin, None, view) + 1) - 12
    return room - style.pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth) * tick


def small(desk: Desk) -> Desk:
    desk.window.resize(1024, 640)
    desk.settle()
    return desk


@pytest.fixture
def stick(pantry: Pantry, tmp_path: Path) -> Path:
    ring = open_keyring(tmp_path / "home")
    ring.new("field-team", SECRET)
    pack(pantry, tmp_path / "stick", ring, "field-team", SECRET, name="kit")
    return tmp_path / "stick"


@pytest.mark.parametrize("where", ["pack", "open"])
def test_the_list_of_contents_shows_whole_names_in_the_smallest_window(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path, stick: Path, where: str
) -> None:
    if where == "open":
        open_keyring(tmp_path / "home").trust(stick)
    desk = small(open_desk(pantry, where, bundle=stick if where == "open" else None))
    contents_of(desk.page, NAMES)
    table = desk.page.table
    text = table.fontMetrics().horizontalAdvance
    assert table.horizontalScrollBar().maximum() == 0
    assert max(map(text, NAMES)) <= room_for_text(table, 1)
    for place, words in ((0, OTHERS[:3]), (2, OTHERS[3:5]), (3, OTHERS[5:])):
        assert max(map(text, words)) <= room_for_text(table, place), words
    told = table.model().index(0, 1).data(Qt.ItemDataRole.ToolTipRole)
    assert "From pypi:some_package==0.1" in told, "the tooltip has what is not shown"


def test_a_long_name_leaves_the_other_columns_their_room_in_a_wide_window(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = open_desk(pantry, "pack")
    desk.window.resize(1440, 900)
    desk.settle()
    contents_of(desk.page, ["x" * 200])
    table = desk.page.table
    assert not table.isColumnHidden(4) and table.columnWidth(4) >= 200
    assert sum(table.columnWidth(place) for place in range(5)) == table.viewport().width()


def test_what_a_publisher_is_trusted_by_is_in_sight_without_scrolling(
    open_desk: OpenDesk, tmp_path: Path, stick: Path
) -> None:
    (tmp_path / "home").rename(tmp_path / "workstation")
    desk = small(open_desk(open_or_build(tmp_path / "field"), "open", bundle=stick))
    page = desk.page
    assert page.state.text() == "Publisher not trusted here"
    assert page.compared.visibleRegion() == QRegion(page.compared.rect())
    assert "tick" in page.why.text() and "trust" in page.why.text()
    assert page.model.rows == [] and "once its publisher is trusted" in page.part.text()
    desk.click(page.compared)
    assert page.trust.isEnabled()
    words = page.card.here.words
    assert words.visibleRegion() == QRegion(words.rect()), "what is to be compared is in sight"
    inside = page.card.widget()
    assert inside.minimumSizeHint().width() <= page.card.viewport().width(), "no text is cut"


def test_long_names_of_recipes_make_no_list_scroll_sideways_and_hide_no_state(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    pantry.recipes.save(pantry.recipes.load("Tiny digits"), "digits, " * 12 + "again")
    desk = small(open_desk(pantry, "pack"))
    listed = desk.page.recipes
    assert listed.horizontalScrollBar().maximum() == 0
    assert listed.textElideMode() == Qt.TextElideMode.ElideMiddle, "the state comes last"
    assert any(listed.item(at).toolTip().count("digits") > 11 for at in range(listed.count()))


def test_where_no_recipe_can_be_trained_the_box_of_recipes_says_so(
    open_desk: OpenDesk, empty_pantry: Pantry
) -> None:
    box = small(open_desk(empty_pantry, "train")).page.recipe
    said = box.grab().toImage()
    box.setPlaceholderText("")
    assert box.grab().toImage() != said, "the words are drawn, not only held"
