"""Faults 70 to 74: bytes that change between two looks, a poisoned store, others at work."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from faults.staging import (
    BLOB_SIZE,
    CONTENTS,
    Kit,
    assert_refused,
    assert_whole,
    few_items,
    item,
    make_kit,
    many_items,
    repack,
    state_of,
)
from faults.sticks import plugged_in
from haversack.base.errors import Cancelled, IntegrityError
from haversack.base.files import write_bytes
from haversack.base.progress import CancelToken, Progress
from haversack.bundle.admission import Admitted, Policy, admit
from haversack.bundle.bundle import Bundle
from haversack.bundle.errors import Invalid, PackError, Refused
from haversack.bundle.layout import ENVELOPE
from haversack.bundle.reader import read_file
from haversack.bundle.writer import PackOptions, pack
from haversack.pantry.errors import PantryBusyError
from haversack.pantry.pantry import Pantry
from haversack.trust.keyring import KeyRing


@pytest.mark.parametrize("path", ["data/a.tar", "weights/lite0.safetensors"])
def test_fault_70_a_file_swapped_after_verification_does_not_come_in(kit: Kit, path: str) -> None:
    kit.bundle.verify(kit.field)
    found = kit.bundle.admit(kit.field)
    blob = kit.blobs_of(path)[0]
    swapped = blob.with_name("swapped")
    swapped.write_bytes(os.urandom(blob.stat().st_size))
    swapped.replace(blob)
    with pytest.raises(Invalid, match=r"damaged|refused as weights"):
        read_file(found, path)
    assert_refused(kit, "invalid")


def test_fault_70_a_swap_after_taking_in_changes_nothing_here(kit: Kit) -> None:
    taken = kit.bundle.take_in(kit.store, kit.field)
    for blob in kit.folder.glob("blobs/*/*/*"):
        blob.write_bytes(b"gone")
    for file in taken.files:
        kit.store.verify(file.sha256)


def test_fault_71_what_is_shown_as_signed_is_what_was_checked_and_not_what_was_read_before(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    envelope = kit.folder / ENVELOPE
    sound, statement = envelope.read_bytes(), kit.statement
    statement["predicate"].update(counter=99, volumes=["what it never held"])
    kit.seal(statement)

    def admit_after_a_change(
        folder: Path, keyring: KeyRing, policy: Policy, *, sizes: bool
    ) -> Admitted:
        envelope.write_bytes(sound)
        return admit(folder, keyring, policy, sizes=sizes)

    monkeypatch.setattr("haversack.bundle.reader.admit", admit_after_a_change)
    found = kit.bundle.inspect(kit.field)
    assert found.claims is not None
    assert (found.state, found.claims.counter) == ("signed", 1)
    assert found.claims.volumes == CONTENTS.volumes


@pytest.mark.root
def test_fault_71_other_bytes_on_a_second_read_do_not_come_in(tmp_path: Path) -> None:
    secret = os.urandom(3000)
    kit = make_kit(tmp_path, [*few_items(), item("data/two-faced.tar", secret)])
    with plugged_in(tmp_path, 8) as stick:
        for name, content in state_of(kit.folder).items():
            write_bytes(stick.path / "KIT" / name, content)
        kit.folder = stick.path / "KIT"
        assert kit.bundle.verify(kit.field).state == "verified"
        stick.flip(secret)
        assert_refused(kit, "invalid", says="damaged")


def test_fault_71_weights_whose_header_changes_after_hashing_do_not_come_in(kit: Kit) -> None:
    """The bytes that enter are the bytes that were hashed: there is one read, not two."""
    opened: list[str] = []
    read = os.open

    def counting(path: str, flags: int, mode: int = 0o777) -> int:
        opened.append(str(path))
        return read(path, flags, mode)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "open", counting)
        kit.bundle.take_in(kit.store, kit.field, jobs=1)
    for blob in kit.blobs_of("weights/lite0.safetensors"):
        assert sum(path.endswith(blob.name) for path in opened if "KIT" in path) == 1


def test_fault_72_a_poisoned_store_is_found_out_and_mended_from_the_stick(kit: Kit) -> None:
    taken = kit.bundle.take_in(kit.store, kit.field)
    for file in taken.files:
        path = kit.store.path(file.sha256)
        path.chmod(0o644)
        path.write_bytes(b"poison" + path.read_bytes())
        with pytest.raises(IntegrityError):
            kit.store.read(file.sha256)
    assert_whole(kit)


def test_fault_72_poison_under_the_right_size_is_not_relied_upon_by_a_delta(kit: Kit) -> None:
    kit.bundle.take_in(kit.store, kit.field)
    options = PackOptions(
        blob_size=BLOB_SIZE, leave_out=frozenset(one.sha256 for one in few_items())
    )
    new = item("data/new.tar", b"new")
    pack([*few_items(), new], kit.folder.parent / "DELTA", kit.signer, CONTENTS, options)
    path = kit.store.path(few_items()[2].sha256)
    path.chmod(0o644)
    path.write_bytes(os.urandom(path.stat().st_size))
    with pytest.raises(Refused) as caught:
        Bundle(kit.folder.parent / "DELTA").take_in(kit.store, kit.field)
    assert caught.value.state == "partial"
    assert not kit.store.has(new.sha256)


def test_fault_73_collecting_garbage_meanwhile_takes_nothing_away(tmp_path: Path) -> None:
    kit = make_kit(tmp_path, many_items(30, 2048))
    pantry = Pantry.build(tmp_path / "pantry")
    removed: list[str] = []
    told = threading.Event()

    def collect() -> None:
        told.set()
        removed.extend(pantry.collect_garbage(spare_younger_than=0))

    collector = threading.Thread(target=collect)

    def start(progress: Progress) -> None:
        if not told.is_set():
            collector.start()
            told.wait(10)

    with pantry.store.writing():
        taken = kit.bundle.take_in(pantry.store, kit.field, jobs=1, on_progress=start)
        held = set(pantry.store.digests())
        assert {file.sha256 for file in taken.files} <= held
        assert collector.is_alive(), "it waits until the taking in has been recorded"
        with pytest.raises(PantryBusyError):
            pantry.store.collect_garbage(set())
    collector.join(30)
    assert set(removed) == held, "nothing had been recorded, so it was garbage afterwards"


def test_fault_74_taking_in_goes_on_by_what_the_stick_says_now(tmp_path: Path) -> None:
    kit = make_kit(tmp_path, many_items(30, 2048))
    _stop_half_way(kit)
    inside = set(kit.store.digests())
    assert 0 < len(inside) < 30
    other = [*many_items(30, 2080)[:5], item("data/other.tar", b"other")]
    repack(kit, other)
    taken = kit.bundle.take_in(kit.store, kit.field)
    assert {file.sha256 for file in taken.files} == {one.sha256 for one in other}
    assert taken.bundle.statement.counter == 2
    for sha256 in kit.store.digests():
        kit.store.verify(sha256)


def test_fault_74_a_stick_that_was_forged_between_stop_and_resume_is_refused(
    tmp_path: Path,
) -> None:
    kit = make_kit(tmp_path, many_items(30, 2048))
    _stop_half_way(kit)
    before = set(kit.store.digests())
    late = kit.blobs_of("data/0029.tar")[0]
    late.write_bytes(os.urandom(2048))
    with pytest.raises(Refused, match=late.name):
        kit.bundle.take_in(kit.store, kit.field)
    assert set(kit.store.digests()) == before
    assert kit.field.receipts.list() == ()


def test_fault_74_a_source_that_changed_while_packing_was_stopped_is_never_sealed(
    tmp_path: Path,
) -> None:
    kit = make_kit(tmp_path)
    source = tmp_path / "large.tar"
    source.write_bytes(os.urandom(9 * BLOB_SIZE))
    large = item("data/large.tar", source.read_bytes())
    object.__setattr__(large, "open", lambda: source.open("rb"))
    cancel = CancelToken()
    options = PackOptions(blob_size=BLOB_SIZE, jobs=1)

    def stop(progress: Progress) -> None:
        if progress.phase == "packing" and progress.done > 3 * BLOB_SIZE:
            cancel.cancel()

    with pytest.raises(Cancelled):
        pack(
            [*few_items(), large],
            kit.folder,
            kit.signer,
            CONTENTS,
            options,
            on_progress=stop,
            cancel=cancel,
        )
    with source.open("r+b") as file:
        file.write(b"changed")
    with pytest.raises(PackError, match=r"data/large\.tar is not what was recorded"):
        pack([*few_items(), large], kit.folder, kit.signer, CONTENTS, options)
    assert not (kit.folder / "bundle.dsse.json").exists()
    repack(kit)
    assert_whole(kit)


def _stop_half_way(kit: Kit) -> None:
    cancel = CancelToken()

    def stop(progress: Progress) -> None:
        cancel.cancel()

    with pytest.raises(Cancelled):
        kit.bundle.take_in(kit.store, kit.field, jobs=1, cancel=cancel, on_progress=stop)
