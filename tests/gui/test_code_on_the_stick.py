"""The app and a runtime are packed beside recipes, by clicks; only a key for code signs them."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from gui_desk import Desk
from haversack.services.keys import open_keyring
from haversack.services.shelves import Pantry
from haversack.services.unpack import inspect
from haversack_gui.widgets.key_dialog import KeyDialog

OpenDesk = Callable[..., Desk]
SECRET = "correct horse battery"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """What `make release` leaves: an archive of the frozen app."""
    program = tmp_path / "haversack"
    program.write_bytes(b"\x7fELF")
    made = tmp_path / "haversack-0.1.0-linux-x86_64.tar.gz"
    with tarfile.open(made, "w:gz") as tar:
        tar.add(program, "haversack/haversack")
    return made


def _new_key(desk: Desk, name: str, *, code: bool) -> None:
    desk.page._new_key()
    dialog = desk.page.findChildren(KeyDialog)[-1]
    desk.type_into(dialog.name_edit, name)
    for edit in (dialog.first, dialog.second):
        desk.type_into(edit, SECRET)
    if code:
        dialog.code.click()
    desk.click(dialog.ok)
    desk.settle()


def _choosing(monkeypatch: pytest.MonkeyPatch, file: Path | None) -> None:
    answer = (str(file) if file is not None else "", "")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: answer)


def test_the_app_goes_onto_the_stick_signed_by_a_key_for_code(
    open_desk: OpenDesk,
    pantry: Pantry,
    archive: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = open_desk(pantry, "pack")
    page = desk.page
    _choosing(monkeypatch, archive)
    page.code.app.click()
    desk.settle()
    assert page.code.about.text() == f"The app: {archive.name}."
    desk.type_into(page.folder, str(tmp_path / "stick" / "KIT"))
    desk.settle()
    _new_key(desk, "recipes-only", code=False)
    assert "may not sign code" in page.why.text() and not page.pack.isEnabled()
    _new_key(desk, "all-of-it", code=True)
    desk.choose(page.key, "all-of-it")
    desk.type_into(page.passphrase, SECRET)
    desk.click(page.pack)
    desk.settle()
    assert "signed by all-of-it" in page.receipt.text()
    ring = open_keyring(tmp_path / "home")
    ring.trust(tmp_path / "stick" / "KIT")
    files = inspect(tmp_path / "stick" / "KIT", ring).files
    assert [file.path for file in files if file.kind == "code"] == [f"app/{archive.name}"]
    command = desk.window.workspace.jobs.jobs[-1].same.command
    assert f"--app-from {archive}" in command


def test_the_licences_of_the_code_are_told_before_it_is_packed(
    open_desk: OpenDesk,
    pantry: Pantry,
    archive: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = open_desk(pantry, "pack")
    page = desk.page
    before = page.licences.text()
    page.code.take_app(archive)
    desk.settle()
    assert (
        page.licences.text()
        .removeprefix(before)
        .strip()
        .startswith("The licences of the app's parts are not known")
    )
    parts = [
        {"name": "PySide6", "version": "6.11", "licenses": [{"expression": "LGPL-3.0-only"}]},
        {"name": "libX11.so.6"},
    ]
    beside = archive.with_name(archive.name.replace(".tar.gz", ".cdx.json"))
    beside.write_text(json.dumps({"components": parts}))
    page.code.take_app(archive)
    desk.settle()
    said = page.licences.text()
    assert "PySide6 6.11 (LGPL-3.0-only): copies that are passed on must come" in said
    assert "libX11.so.6 (not stated): " in said and "not known" not in said
    page.code.take_report(tmp_path / "DOCTOR.json")
    desk.settle()
    assert "`haversack pack --plan` tells them" in page.licences.text()
    page.code.app.click()
    page.code.runtime.click()
    desk.settle()
    assert page.licences.text() == before


def test_the_report_of_a_machine_is_named_and_can_be_left_again(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(pantry, "pack")
    box = desk.page.code
    _choosing(monkeypatch, None)
    box.runtime.click()
    assert not box.runtime.isChecked(), "no report was chosen"
    assert not box.app.isChecked() and not box.wish.wanted
    _choosing(monkeypatch, tmp_path / "DOCTOR.json")
    box.runtime.click()
    assert box.wish.runtime == tmp_path / "DOCTOR.json"
    assert "DOCTOR.json" in box.about.text()
    box.runtime.click()
    assert not box.wish.wanted
    assert box.about.text() == "Neither is needed where Haversack is installed already."
