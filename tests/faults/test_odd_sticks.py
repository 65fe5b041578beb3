"""Faults 14, 38, 61, 62, 67, 68 and 69: short reads, links, limits of disks, hanging ones."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from faults.foreign_disks import exfat_disk, fat_disk
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
from haversack.base.errors import Cancelled, HaversackError
from haversack.base.files import StorageError, write_bytes
from haversack.base.progress import CancelToken, Progress
from haversack.bundle.bundle import Bundle
from haversack.bundle.errors import PackError
from haversack.bundle.items import PackItem
from haversack.bundle.layout import BLOB_SIZE as LARGEST
from haversack.bundle.spread import piece_sizes
from haversack.bundle.writer import PackOptions, pack


@pytest.mark.parametrize("at_most", [1, 7, 4095])
def test_fault_14_a_system_that_gives_fewer_bytes_than_asked_loses_none(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, at_most: int
) -> None:
    read = os.read
    monkeypatch.setattr(os, "read", lambda file, size: read(file, min(size, at_most)))
    blob = kit.blobs_of("weights/lite0.safetensors")[1]
    sound = blob.read_bytes()
    blob.write_bytes(sound[:-1] + b"?")
    assert_refused(kit, "invalid", says="damaged")
    blob.write_bytes(sound)
    assert_whole(kit)


def test_fault_38_a_hard_link_is_copied_from_and_never_shared(kit: Kit) -> None:
    blob = kit.blobs_of("data/a.tar")[0]
    outside = kit.folder.parent / "outside"
    os.link(blob, outside)
    assert_whole(kit)
    stored = kit.store.path(blob.name)
    assert (stored.stat().st_nlink, stored.stat().st_ino == blob.stat().st_ino) == (1, False)
    outside.write_bytes(b"changed through the other name")
    kit.store.verify(blob.name)
    with pytest.raises(HaversackError, match="bytes instead of"):
        kit.bundle.verify(kit.field)


def test_fault_38_packing_over_a_hard_link_leaves_the_other_name_alone(kit: Kit) -> None:
    outside = kit.folder.parent / "outside"
    os.link(kit.folder / "README.txt", outside)
    before = outside.read_bytes()
    repack(kit, [*few_items(), item("data/new.tar", b"new")])
    assert outside.read_bytes() == before


def test_fault_61_no_blob_is_larger_than_any_file_system_can_hold(kit: Kit) -> None:
    assert LARGEST == 256 << 20
    size = (4 << 30) + 1
    large = PackItem("data/large.tar", "dataset", "", "", "", "0" * 64, size, lambda: _closed())
    with pytest.raises(PackError, match="impossible"):
        pack([large], kit.folder, kit.signer, CONTENTS, PackOptions(blob_size=LARGEST + 1))
    sizes = piece_sizes(large, LARGEST)
    assert (max(sizes), sum(sizes)) == (LARGEST, size)


@pytest.mark.slow
@pytest.mark.root
def test_fault_61_a_file_over_4_gib_fits_on_fat32(kit: Kit, tmp_path: Path) -> None:
    with fat_disk(tmp_path, 600) as disk:
        source, size = tmp_path / "large.tar", (4 << 30) + 1
        with source.open("wb") as file:
            file.truncate(size)
        with source.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        large = PackItem(
            "data/large.tar", "dataset", "", "", "", sha256, size, lambda: source.open("rb")
        )
        pack([large], disk / "KIT", kit.signer, CONTENTS)
        assert Bundle(disk / "KIT").verify(kit.field).state == "verified"


@pytest.mark.root
def test_fault_61_names_and_limits_of_exfat_are_kept(tmp_path: Path) -> None:
    kit = make_kit(tmp_path)
    with exfat_disk(tmp_path, 64) as disk:
        on_disk = replace(kit, folder=disk.path / "KIT")
        repack(on_disk)
        assert_whole(on_disk)
        with pytest.raises(PackError, match="MB free"):
            pack([item("data/huge.tar", bytes(90 << 20))], disk.path / "BIG", kit.signer, CONTENTS)
        assert not (disk.path / "BIG").exists()


def test_fault_62_more_blobs_than_a_folder_of_fat32_can_name_are_spread_over_256(
    tmp_path: Path,
) -> None:
    count = 11_000
    kit = make_kit(tmp_path, [item("data/one.tar", b"one")])
    items = [item(f"data/{at:05}.txt", str(at).encode()) for at in range(count)]
    options = PackOptions(read_back=False)
    pack(items, kit.folder, kit.signer, CONTENTS, options)
    folders = list((kit.folder / "blobs" / "sha256").iterdir())
    assert len(folders) == 256
    fullest = max(len(list(folder.iterdir())) for folder in folders)
    assert fullest * 40 < 10_922, "so that 400,000 blobs still fit"
    assert kit.bundle.verify(kit.field).blobs == count


@pytest.mark.root
def test_fault_67_a_stick_mounted_elsewhere_half_way_is_an_error_and_goes_on_there(
    tmp_path: Path,
) -> None:
    kit = make_kit(tmp_path, many_items(30, 2048))
    with plugged_in(tmp_path, 8) as stick:
        for name, content in state_of(kit.folder).items():
            write_bytes(stick.path / "KIT" / name, content)
        moved = tmp_path / "elsewhere"
        once = _Once(lambda: stick.remount(moved))
        with pytest.raises(StorageError, match="device is gone"):
            Bundle(stick.path / "KIT").take_in(kit.store, kit.field, jobs=1, on_progress=once)
        inside = len(list(kit.store.digests()))
        assert 0 < inside < 30
        assert kit.field.receipts.list() == ()
        taken = Bundle(moved / "KIT").take_in(kit.store, kit.field)
        assert taken.copied == (30 - inside) * 2048


@pytest.mark.root
def test_fault_68_a_stick_that_hangs_holds_up_its_thread_alone_and_can_be_left(
    tmp_path: Path,
) -> None:
    kit = make_kit(tmp_path, many_items(40, 65536))
    with exfat_disk(tmp_path, 64) as disk:
        for name, content in state_of(kit.folder).items():
            write_bytes(disk.path / "KIT" / name, content)
        bundle, cancel, found = Bundle(disk.path / "KIT"), CancelToken(), list[BaseException]()

        def take() -> None:
            try:
                bundle.take_in(kit.store, kit.field, cancel=cancel)
            except HaversackError as error:
                found.append(error)

        thread = threading.Thread(target=take)
        with disk.hanging():
            thread.start()
            thread.join(0.5)
            assert thread.is_alive(), "it waits for the device"
            cancel.cancel()
        thread.join(20)
        assert not thread.is_alive()
        assert isinstance(found[0], Cancelled)
        assert kit.field.receipts.list() == ()
        assert len(bundle.take_in(kit.store, kit.field).files) == 40


def test_fault_69_of_two_writers_at_once_one_is_refused_and_harms_nothing(kit: Kit) -> None:
    other: list[BaseException] = []

    def meanwhile() -> None:
        try:
            repack(kit, [item("data/other.tar", b"other")])
        except HaversackError as error:
            other.append(error)

    items = [*few_items(), item("data/new.tar", b"new" * 99)]
    pack(
        items,
        kit.folder,
        kit.signer,
        CONTENTS,
        PackOptions(blob_size=BLOB_SIZE, jobs=1),
        on_progress=_Once(lambda: _in_a_thread(meanwhile), "packing"),
    )
    assert len(other) == 1
    assert isinstance(other[0], PackError)
    assert "something else packs into" in str(other[0])
    assert len(kit.bundle.verify(kit.field).files) == len(items)
    repack(kit)
    assert_whole(kit)


def _in_a_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join(30)


def _closed() -> BinaryIO:
    raise AssertionError("a source was opened that need not be")


class _Once:
    """Acts at the first word of a phase."""

    def __init__(self, act: Callable[[], None], phase: str = "") -> None:
        self._act, self._phase, self._done = act, phase, False

    def __call__(self, progress: Progress) -> None:
        if not self._done and (not self._phase or self._phase == progress.phase):
            self._done = True
            self._act()
