"""Keys and publishers by clicks: made, handed over as a file, compared, trusted, forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox

from gui_desk import Desk
from haversack.services.keys import open_keyring
from haversack.services.shelves import Pantry
from haversack_gui.widgets.key_dialog import KeyDialog
from haversack_gui.widgets.passphrase_dialog import PassphraseDialog
from haversack_gui.widgets.qr import draw
from haversack_gui.widgets.trust_dialog import TrustDialog
from haversack_gui.widgets.trust_panel import TrustPanel

OpenDesk = Callable[..., Desk]
SECRET = "correct horse battery"


def panel(desk: Desk) -> TrustPanel:
    desk.go_to("open")
    desk.page.tabs.setCurrentIndex(1)
    desk.settle()
    found: TrustPanel = desk.page.trust_panel
    return found


def make_key(desk: Desk, shown: TrustPanel) -> None:
    desk.click(shown.new_key)
    dialog = shown.findChild(KeyDialog)
    assert isinstance(dialog, KeyDialog)
    desk.type_into(dialog.name_edit, "field-team")
    desk.type_into(dialog.first, SECRET)
    desk.type_into(dialog.second, SECRET)
    desk.click(dialog.ok)
    desk.settle()


def test_a_key_is_made_and_its_file_trusted_and_forgotten_by_clicks(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(pantry)
    shown = panel(desk)
    assert shown.no_keys.isVisible() and not shown.export.isVisible()
    assert shown.about.text() == "The fingerprint of a key or a publisher is shown here."
    make_key(desk, shown)
    (key,) = shown.keys.rows
    assert shown.fingerprint.words.text().split() == key.words.split()
    assert shown.fingerprint.code.text == key.fingerprint
    file = tmp_path / "field-team.publisher.json"
    monkeypatch.setattr(shown, "_ask_target", lambda *_: file)  # the system's own dialogs
    monkeypatch.setattr(shown, "_ask_source", lambda *_: file)
    desk.click(shown.export)
    desk.settle()
    assert json.loads(file.read_text("utf-8"))["format"].startswith("haversack-publisher")
    desk.click(shown.trust_file)
    desk.settle()
    dialog = shown.findChild(TrustDialog)
    assert isinstance(dialog, TrustDialog) and not dialog.ok.isEnabled()
    dialog.compared.setChecked(True)
    desk.click(dialog.ok)
    desk.settle()
    assert [one.fingerprint for one in shown.publishers.rows] == [key.fingerprint]
    shown.publisher_table.selectRow(0)
    assert shown.distrust.isVisible() and not shown.revoke.isVisible()
    yes = QMessageBox.StandardButton.Yes
    monkeypatch.setattr(QMessageBox, "question", lambda *_: yes)  # a dialog that blocks
    desk.click(shown.distrust)
    desk.settle()
    assert shown.publishers.rows == []
    assert open_keyring(tmp_path / "home").publishers() == ()


def test_a_key_is_revoked_with_its_passphrase_only(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path
) -> None:
    desk = open_desk(pantry)
    shown = panel(desk)
    make_key(desk, shown)
    before = open_keyring(tmp_path / "home").show("field-team").data_keyids
    for passphrase, revoked in (("not the passphrase", 0), (SECRET, 1)):
        desk.click(shown.revoke)
        dialog = shown.findChildren(PassphraseDialog)[-1]
        desk.type_into(dialog.edit, passphrase)
        desk.click(dialog.ok)
        desk.settle()
        info = open_keyring(tmp_path / "home").show("field-team")
        assert len(info.revoked) == revoked
    assert info.data_keyids != before


def test_a_qr_code_is_drawn_with_a_quiet_zone_and_its_three_eyes() -> None:
    image = draw("0123456789abcdef" * 4)
    edge = image.width()
    dark = {(x, y) for x in range(edge) for y in range(edge) if image.pixelColor(x, y).value() == 0}
    assert not [(x, y) for x, y in dark if min(x, y) < 2 or max(x, y) >= edge - 2]
    for left, top in ((2, 2), (edge - 9, 2), (2, edge - 9)):
        assert {(left + i, top) for i in range(7)} <= dark
