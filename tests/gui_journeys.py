"""What the two people do, by clicks and keys only, on the real engine."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QFileDialog, QSpinBox, QTableView

from gui_desk import Desk, select
from haversack_gui.widgets.key_dialog import KeyDialog

SECRET = "correct horse battery"
WORKING = ("queued", "running")


def answer_dialogs(monkeypatch: pytest.MonkeyPatch, folder: Path, file: Path) -> None:
    """Let the system's own dialogs, which no test can click, give these answers."""
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))


def prepare_a_stick(desk: Desk, pantry: Path, stick: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The preparer: from no pantry to a signed stick; gives the words of the fingerprint."""
    answer_dialogs(monkeypatch, pantry, stick.parent / "field-team.publisher.json")
    desk.click(_door(desk, "Start a pantry"))
    desk.settle()
    desk.press(Qt.Key.Key_N, _keys("Ctrl", "Shift"))  # a new recipe
    desk.settle()
    _put_together(desk)
    desk.click(desk.page.prepare)
    desk.settle(400)
    last = desk.window.workspace.jobs.jobs[-1]
    assert (last.state, last.error) == ("done", ""), last.error
    assert desk.page.state.text().startswith("Ready")
    _pack(desk, stick)
    words: str = desk.page.words.text()
    desk.click(desk.page.share)
    desk.settle()
    assert (stick.parent / "field-team.publisher.json").is_file()
    return words


def work_in_the_field(
    desk: Desk, pantry: Path, stick: Path, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The field operator: from a stick to a trained, exported, measured recipe."""
    have = pantry.parent / "have.json"
    answer_dialogs(monkeypatch, pantry, have)
    desk.click(_door(desk, "Start a pantry"))
    desk.settle()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(stick))
    desk.press(Qt.Key.Key_B, _keys("Ctrl"))  # open a bundle
    desk.settle()
    _take_in(desk, told)
    _cook(desk)
    _train(desk)
    desk.press(Qt.Key.Key_H, _keys("Ctrl", "Shift"))  # carry home what is here
    desk.settle(120)
    assert have.is_file()


def _put_together(desk: Desk) -> None:
    page = desk.page
    desk.click(page.fill)
    desk.settle()
    _option(desk, "model.backbone", "use_pretrained", 0)
    _option(desk, "model", "image_size", 32)
    _option(desk, "trainer", "num_epochs", 2)
    _option(desk, "data", "batch_size", 256)
    desk.type_into(page.name_edit, "Field digits")
    desk.click(page.save)
    desk.settle()
    assert page.state.text() == "Needs preparing"


def _option(desk: Desk, slot: str, name: str, value: int) -> None:
    select(desk, slot)
    editor = desk.page.slot_panel.form.editors[name]
    if isinstance(editor, QCheckBox):
        editor.setFocus()
        if editor.isChecked() != bool(value):
            QTest.keyClick(editor, Qt.Key.Key_Space)
        return
    assert isinstance(editor, QSpinBox)
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, str(value))
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert editor.value() == value
    desk.settle()


def _pack(desk: Desk, stick: Path) -> None:
    page = desk.go_to("pack")
    desk.click(_button(desk, "new_key"))
    dialog = page.findChild(KeyDialog)
    assert isinstance(dialog, KeyDialog)
    desk.type_into(dialog.name_edit, "field-team")
    desk.type_into(dialog.first, SECRET)
    desk.type_into(dialog.second, SECRET)
    desk.click(dialog.ok)
    desk.settle()
    desk.type_into(page.folder, str(stick))
    desk.settle()
    desk.type_into(page.passphrase, SECRET)
    assert "will be written" in page.foreseen.text()
    QTest.keyClick(page.passphrase, Qt.Key.Key_Return)
    desk.settle(120)
    assert "signed by field-team" in page.receipt.text()


def _take_in(desk: Desk, told: str) -> None:
    page = desk.page
    assert page.state.text() == "Publisher not trusted here"
    assert page.words.text().split() == told.split()
    page.card.ensureWidgetVisible(page.compared)
    page.compared.setFocus()
    QTest.keyClick(page.compared, Qt.Key.Key_Space)
    desk.click(page.trust)
    desk.settle()
    desk.click(page.take_in)
    desk.settle(120)
    assert page.state.text() == "Verified: every byte is right", desk.window.notice.message.text()


def _cook(desk: Desk) -> None:
    page = desk.go_to("front")
    view: QTableView = page.table
    spot = view.visualRect(page.model.index(0, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    desk.click(page.cook)
    desk.settle(120)
    assert desk.window.current == "recipes", desk.window.notice.message.text()
    desk.click(desk.page.train)
    desk.settle()


def _train(desk: Desk) -> None:
    page = desk.page
    assert desk.window.current == "train"
    desk.press(Qt.Key.Key_Return, _keys("Ctrl"))
    _until_over(desk, "train")
    assert page.view.pictures.files, "what it finds is shown"
    train = page._shown
    desk.click(page.view.export)
    _until_over(desk, "export")
    _choose_run(desk, train)
    desk.click(page.view.measure)
    _until_over(desk, "measure")
    desk.wait(page.view.keep.isVisible)
    desk.click(page.view.keep)
    desk.settle(120)
    assert desk.window.current == "front"
    assert desk.page.loaded.name == "my_results_classification"


def _until_over(desk: Desk, kind: str) -> None:
    page, queue = desk.page, desk.window.workspace.queue
    desk.wait(lambda: page._shown in queue.states and kind in page._shown, 120)
    desk.wait(lambda: queue.states[page._shown].status not in WORKING, 400)
    desk.settle()
    assert page.view.status.text() == "Finished", page.view.error.text()


def _choose_run(desk: Desk, run_id: str) -> None:
    page = desk.page
    place = [line.run_id for line in page.model.rows].index(run_id)
    spot = page.table.visualRect(page.model.index(place, 0)).center()
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    desk.settle()


def _door(desk: Desk, text: str) -> QAbstractButton:
    doors = desk.window.welcome.findChildren(QAbstractButton)
    return next(door for door in doors if door.text() == text)


def _button(desk: Desk, name: str) -> QAbstractButton:
    buttons: list[QAbstractButton] = desk.page.findChildren(QAbstractButton)
    return next(found for found in buttons if found.objectName() == name and found.isVisible())


def _keys(*names: str) -> Qt.KeyboardModifier:
    known = {
        "Ctrl": Qt.KeyboardModifier.ControlModifier,
        "Shift": Qt.KeyboardModifier.ShiftModifier,
    }
    found = Qt.KeyboardModifier.NoModifier
    for name in names:
        found |= known[name]
    return found
