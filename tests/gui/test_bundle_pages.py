"""Both halves of the stick's way, by clicks: packed and signed here, trusted and taken in there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt

from gui_desk import Desk
from haversack.services.shelves import Pantry, open_or_build
from haversack_gui.widgets.key_dialog import KeyDialog

OpenDesk = Callable[..., Desk]
SECRET = "correct horse battery"


def make_key(desk: Desk, name: str = "field-team") -> None:
    desk.page._new_key()
    dialog = desk.page.findChild(KeyDialog)
    assert isinstance(dialog, KeyDialog)
    desk.type_into(dialog.name_edit, name)
    desk.type_into(dialog.first, SECRET)
    desk.type_into(dialog.second, SECRET + "x")
    assert not dialog.ok.isEnabled()
    desk.type_into(dialog.second, SECRET)
    desk.click(dialog.ok)
    desk.settle()


def pack(desk: Desk, stick: Path) -> None:
    desk.go_to("pack")
    make_key(desk)
    page = desk.page
    desk.type_into(page.folder, str(stick))
    desk.type_into(page.bundle_name, "field-kit")
    desk.settle()
    assert "passphrase" in page.why.text() and not page.pack.isEnabled()
    desk.type_into(page.passphrase, SECRET)
    desk.click(page.pack)
    desk.settle()


def test_a_packed_stick_is_trusted_checked_and_taken_in_on_another_machine(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path
) -> None:
    stick = tmp_path / "stick" / "field-kit"
    desk = open_desk(pantry)
    pack(desk, stick)
    assert "field-kit, counter 1, signed by field-team" in desk.page.receipt.text()
    assert desk.page.passphrase.text() == ""
    told = desk.page.words.text()
    desk.close()

    there = open_desk(open_or_build(tmp_path / "field"), "open", bundle=stick)
    page = there.page
    assert page.state.text() == "Publisher not trusted here"
    assert page.words.text().split() == told.split()
    assert page.pinned.text() == "Nothing of that name"
    assert not page.trust.isEnabled() and not page.take_in.isEnabled()
    page.compared.setChecked(True)
    there.click(page.trust)
    there.settle()
    assert page.state.text() == "Signed by a trusted publisher"
    assert page.pinned.text() == page.words.text()
    there.click(page.verify)
    there.settle()
    assert page.state.text() == "Verified: every byte is right"
    there.click(page.take_in)
    there.settle()
    assert there.window.top_bar.source.text() == "From field-team, verified"
    shelf = there.go_to("pantry")
    assert [item.name for item in shelf.model.rows] == ["Tiny digits"]
    assert [item.state for item in shelf.model.rows] == ["ready"]


def test_a_flipped_bit_is_refused_and_nothing_comes_in(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path
) -> None:
    stick = tmp_path / "stick" / "field-kit"
    desk = open_desk(pantry)
    pack(desk, stick)
    desk.close()
    blob = max((stick / "blobs").rglob("*"), key=lambda path: path.stat().st_size)
    content = bytearray(blob.read_bytes())
    content[len(content) // 2] ^= 1
    blob.write_bytes(content)

    there = open_desk(open_or_build(tmp_path / "field"), "open", bundle=stick)
    page = there.page
    page.compared.setChecked(True)
    there.click(page.trust)
    there.settle()
    there.click(page.take_in)
    there.settle()
    assert page.state.text() == "Invalid: do not use it"
    assert there.window.notice.isVisible()
    assert there.go_to("pantry").model.rows == []


def test_a_wrong_passphrase_is_said_in_one_line_and_writes_nothing(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path
) -> None:
    desk = open_desk(pantry, "pack")
    make_key(desk)
    page = desk.page
    desk.type_into(page.folder, str(tmp_path / "stick" / "kit"))
    desk.settle()
    desk.type_into(page.passphrase, "not the passphrase")
    desk.click(page.pack)
    desk.settle()
    assert "passphrase" in desk.window.notice.message.text().lower()
    assert not (tmp_path / "stick").exists()
    assert page.pack.isEnabled()


def test_only_ticked_recipes_are_planned(open_desk: OpenDesk, pantry: Pantry) -> None:
    desk = open_desk(pantry, "pack")
    page = desk.page
    assert page.recipes.count() == 2
    ready = next(i for i in range(2) if page.recipes.item(i).text().startswith("Tiny"))
    assert len(page.chosen()) == 1
    assert not page.recipes.item(1 - ready).flags() & Qt.ItemFlag.ItemIsEnabled
    page.recipes.item(ready).setCheckState(Qt.CheckState.Unchecked)
    desk.settle()
    assert page.model.rows == []
    assert page.why.text() == "Tick a recipe."


def test_a_folder_that_is_no_bundle_says_so(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path
) -> None:
    desk = open_desk(pantry, "open", bundle=tmp_path)
    assert desk.page.state.text() in ("Not signed", "Invalid: do not use it")
    assert not desk.page.verify.isEnabled()
