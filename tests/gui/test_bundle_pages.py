"""Both halves of the stick's way, by clicks: packed and signed here, trusted and taken in there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from gui_desk import Desk
from haversack.services.have import have
from haversack.services.keys import open_keyring
from haversack.services.pack import pack as pack_now
from haversack.services.shelves import Pantry, open_or_build
from haversack.services.volumes import shipped_volumes
from haversack_gui.widgets.key_dialog import KeyDialog
from haversack_gui.widgets.reason_dialog import ReasonDialog
from services.kits import borrowed_recipe

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


def trusting_desk(open_desk: OpenDesk, target: Pantry, stick: Path, home: Path) -> Desk:
    """The app on another machine that trusts the publisher of a stick already."""
    open_keyring(home).trust(stick)
    return open_desk(target, "open", bundle=stick)


def test_only_what_is_ticked_is_taken_in(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    ring = open_keyring(home)
    ring.new("field-team", SECRET)
    path, card = shipped_volumes()["xval_cls"]
    pantry.volumes.put("xval_cls", path.read_bytes(), card.as_dict())
    stick = tmp_path / "stick"
    pack_now(pantry, stick, ring, "field-team", SECRET, name="kit")
    there = trusting_desk(open_desk, open_or_build(tmp_path / "field"), stick, home)
    page = there.page
    places = range(page.model.rowCount())
    for place in places:
        if page.model.rows[place].kind != "volume":
            page.model.setData(
                page.model.index(place, 0),
                Qt.CheckState.Unchecked.value,
                Qt.ItemDataRole.CheckStateRole,
            )
    assert page.take_in.text() == "Take the ticked in"
    assert "only with its weights and data" in page.part.text()
    copy = next(entry for entry in page.take_in.actions() if entry.objectName() == "copy_command")
    copy.trigger()
    assert "--item volumes/xval_cls.parquet" in QGuiApplication.clipboard().text()
    there.click(page.take_in)
    there.settle()
    assert "It is in the pantry" in page.done.text(), there.window.notice.message.text()
    field = open_or_build(tmp_path / "field")
    assert field.volumes.list() == ["bench_cls", "xval_cls"]
    assert field.recipes.list() == []


def test_an_older_bundle_is_opened_only_with_a_reason_that_is_kept(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    ring = open_keyring(home)
    ring.new("field-team", SECRET)
    for number in (1, 2):
        pack_now(pantry, tmp_path / f"stick{number}", ring, "field-team", SECRET, name="kit")
    field = open_or_build(tmp_path / "field")
    there = trusting_desk(open_desk, field, tmp_path / "stick2", home)
    there.click(there.page.take_in)
    there.settle()
    there.page.take(tmp_path / "stick1")
    there.settle()
    page = there.page
    assert page.state.text() == "Older than the last one opened"
    assert not page.take_in.isEnabled()
    there.click(page.downgrade)
    dialog = page.findChild(ReasonDialog)
    assert isinstance(dialog, ReasonDialog)
    there.type_into(dialog.reason, "no")
    assert not dialog.ok.isEnabled()
    there.type_into(dialog.reason, "number 2 lost a recipe")
    there.click(dialog.ok)
    there.settle()
    assert "number 2 is the newest opened here" in page.card.facts.text()
    there.click(page.take_in)
    there.settle()
    receipts = open_keyring(home).receipts.list()
    assert receipts[-1]["downgrade"] == "number 2 lost a recipe"


def test_a_set_of_sticks_is_packed_and_opened_stick_after_stick(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    ring = open_keyring(home)
    ring.new("field-team", SECRET)
    out = tmp_path / "set"
    receipt = pack_now(pantry, out, ring, "field-team", SECRET, name="kit", stick=330_000)
    assert len(receipt.sticks) > 1
    first, *others = receipt.sticks
    there = trusting_desk(open_desk, open_or_build(tmp_path / "field"), first, home)
    page = there.page
    assert page.state.text() == "Partial: files are missing"
    assert page.add_stick.isVisible() and not page.take_in.isEnabled()
    there.click(page.gather)
    there.settle()
    assert "open the next one" in page.done.text()
    for other in others:
        page.take(other)
        there.settle()
        there.click(page.gather)
        there.settle()
    assert "It is in the pantry" in page.done.text()
    assert [record.name for record in open_or_build(tmp_path / "field").recipes.list()]


def test_a_delta_leaves_out_what_the_field_machine_has_and_says_so_before(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path
) -> None:
    listed = tmp_path / "have.json"
    have(pantry, listed)
    desk = open_desk(pantry, "pack")
    make_key(desk)
    page = desk.page
    whole = page.foreseen.text()
    assert page.where.delta_line.isVisible(), "what a list is good for is said before one is chosen"
    assert "the list that the field machine saved" in page.where.delta_line.text()
    page.where.take_list(listed)
    desk.settle()
    assert page.where.delta_line.text() == "Only what have.json does not name is carried."
    assert whole != page.foreseen.text()
    assert "are left out, the receiver has them" in page.foreseen.text()
    assert {page.model.index(place, 2).data() for place in range(page.model.rowCount())} == {
        "left out"
    }
    desk.type_into(page.folder, str(tmp_path / "stick"))
    desk.settle()
    assert "free there" in page.space.text()
    desk.type_into(page.passphrase, SECRET)
    desk.click(page.pack)
    desk.settle()
    assert "left out: the receiver has them" in page.receipt.text()


def test_the_pack_page_says_which_licences_may_forbid_a_use_and_what_is_own(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path
) -> None:
    borrowed_recipe(pantry, tmp_path)
    page = open_desk(pantry, "pack").page
    said = page.licences.text()
    assert said.startswith("Licences inside: BSD-3-Clause, not stated, own.")
    assert (
        "resnet10t, bench_cls (not stated)" in said
        and "states no licence; ask before you use it" in said
    )
    assert "digits" not in said.lower(), "nothing is forbidden of those"
    rows = range(page.model.rowCount())
    licences = {(page.model.rows[at].kind, page.model.index(at, 3).data()) for at in rows}
    assert licences == {
        ("recipe", "own"),
        ("dataset", "BSD-3-Clause"),
        ("weights", "not stated"),
        ("volume", "not stated"),
    }


def test_the_open_page_calls_nothing_of_another_publisher_ones_own(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    ring = open_keyring(home)
    ring.new("field-team", SECRET)
    pack_now(pantry, tmp_path / "stick", ring, "field-team", SECRET, name="kit")
    page = trusting_desk(
        open_desk, open_or_build(tmp_path / "field"), tmp_path / "stick", home
    ).page
    rows = range(page.model.rowCount())
    licences = {(page.model.rows[at].kind, page.model.index(at, 3).data()) for at in rows}
    assert ("recipe", "publisher's") in licences
    assert "own" not in {licence for _kind, licence in licences}
