"""F1, diagnostics, and copying what was done."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence
from PySide6.QtTest import QTest

from gui_desk import Desk
from haversack.services.keys import open_keyring
from haversack.services.shelves import Pantry
from haversack_gui import actions
from haversack_gui.app import PAGES
from haversack_gui.frame.guide import GUIDES, PLACES, Guide, guide_folder

OpenDesk = Callable[..., Desk]
SECRET = "correct horse battery"


def test_the_guide_has_every_picture_and_heading_that_it_names() -> None:
    texts = {name: (guide_folder() / name).read_text("utf-8") for name, _ in GUIDES}
    for text in texts.values():
        for picture in re.findall(r"!\[[^]]+\]\(([^)]+)\)", text):
            assert not QImage(str(guide_folder() / picture)).isNull(), picture
    for name, heading in PLACES.values():
        assert f"## {heading}\n" in texts[name]


@pytest.mark.parametrize("page", PAGES)
def test_f1_opens_the_chapter_about_the_page(
    open_desk: OpenDesk, pantry: Pantry, page: str
) -> None:
    desk = open_desk(pantry, page)
    QTest.keyClick(desk.window, Qt.Key.Key_F1)
    guide = desk.window.findChild(Guide)
    assert isinstance(guide, Guide) and guide.isVisible()
    name, heading = PLACES[page]
    assert guide.list.currentRow() == [file for file, _ in GUIDES].index(name)
    assert guide.page.textCursor().block().text() == heading
    bar = guide.page.verticalScrollBar()
    desk.wait(lambda: guide.page.cursorRect().top() < 40 or bar.value() == bar.maximum(), 10)
    rows = [guide.list.visualRect(guide.list.model().index(at, 0)) for at in range(len(GUIDES))]
    assert all(one.bottom() < other.top() for one, other in pairwise(rows)), "no row is cut"
    guide.close()


def test_the_diagnostics_hold_what_went_wrong_and_nothing_secret(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = open_keyring(tmp_path / "home")
    ring.new("field-team", SECRET)
    private = [p for p in (tmp_path / "home" / "keys").rglob("*") if p.is_file()]
    desk = open_desk(pantry, "pack")
    page = desk.page
    desk.type_into(page.folder, str(tmp_path / "stick"))
    desk.settle()
    desk.type_into(page.passphrase, "wrong passphrase")
    desk.click(page.pack)
    desk.settle()
    file = tmp_path / "diagnostics.json"
    monkeypatch.setattr(desk.window, "choose_target", lambda *_: file)  # the system's own dialog
    monkeypatch.setattr("haversack_gui.calls.diagnostics._machine", lambda _: {"cpu": "?"})
    desk.window.actions_by_name["app.diagnostics"].trigger()
    desk.settle()
    text = file.read_text("utf-8")
    facts = json.loads(text)
    assert [job["state"] for job in facts["jobs"]] == ["failed"]
    assert "passphrase" in facts["jobs"][0]["error"]
    assert {item["name"] for item in facts["pantry"]["items"]} >= {"Tiny digits", "Unfinished"}
    assert "wrong passphrase" not in text and SECRET not in text
    for key in private:
        for word in re.findall(r"[A-Za-z0-9+/=]{40,}", key.read_text("utf-8", "replace")):
            assert word not in text


def test_the_last_action_is_copied_by_a_key(open_desk: OpenDesk, pantry: Pantry) -> None:
    desk = open_desk(pantry, "pantry")
    desk.window.actions_by_name["copy.command"].trigger()
    assert desk.window.notice.message.text() == "Nothing was started yet."
    desk.page._start_preparing([item for item in desk.page.model.rows if item.name != "Unfinished"])
    for job in desk.window.workspace.jobs.under_way:
        assert job.stop is not None
        job.stop()
    desk.settle(120)
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(desk.window, Qt.Key.Key_C, keys)
    assert QGuiApplication.clipboard().text().startswith("haversack prepare ")
    QTest.keyClick(desk.window, Qt.Key.Key_P, keys)
    assert "lrd.offline.single_recipe" in QGuiApplication.clipboard().text()


def test_every_action_has_a_shortcut_and_no_two_share_one() -> None:
    keys = [row.keys for row in actions.TABLE]
    assert all(not QKeySequence(one).isEmpty() for one in keys)
    assert len(set(keys)) == len(keys)
