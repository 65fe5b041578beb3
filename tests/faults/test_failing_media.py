"""Faults 57, 58, 60, 63 and 64: sticks that are pulled, full, locked or not what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import pytest

from faults.staging import (
    BLOB_SIZE,
    CONTENTS,
    Kit,
    assert_whole,
    few_items,
    make_kit,
    many_items,
    repack,
    state_of,
)
from faults.sticks import Stick, plugged_in, small_disk
from haversack.base.errors import HaversackError
from haversack.base.files import StorageError, write_bytes
from haversack.base.progress import Progress
from haversack.bundle.errors import PackError, Unsigned
from haversack.bundle.items import PackItem
from haversack.bundle.layout import ENVELOPE
from haversack.bundle.writer import PackOptions, pack
from haversack.pantry.store import Store
from haversack.trust.publisher_signer import PublisherSigner

pytestmark = pytest.mark.root
ITEMS = [*few_items(), *many_items(20, 2048)]


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Stick]:
    with plugged_in(tmp_path, 8) as stick:
        yield stick


@pytest.fixture
def kit_on_stick(stick: Stick, tmp_path: Path) -> Kit:
    kit = make_kit(tmp_path, ITEMS)
    return _move(kit, stick.path / "KIT")


def test_fault_57_a_stick_pulled_while_it_is_verified_is_an_error_and_no_crash(
    stick: Stick, kit_on_stick: Kit
) -> None:
    with pytest.raises(StorageError) as caught:
        kit_on_stick.bundle.verify(kit_on_stick.field, jobs=2, on_progress=_once(stick.yank))
    assert "device failed" in caught.value.message
    assert caught.value.exit_code == 1
    stick.replug()
    assert kit_on_stick.bundle.verify(kit_on_stick.field).state == "verified"


def test_fault_57_a_stick_that_is_gone_is_an_error_for_every_way_in(
    stick: Stick, kit_on_stick: Kit
) -> None:
    stick.yank()
    for way in (
        lambda: kit_on_stick.bundle.inspect(kit_on_stick.field),
        lambda: kit_on_stick.bundle.verify(kit_on_stick.field),
        lambda: kit_on_stick.bundle.take_in(kit_on_stick.store, kit_on_stick.field),
        lambda: repack(kit_on_stick),
    ):
        with pytest.raises(HaversackError) as caught:
            way()
        assert caught.value.hint
    assert list(kit_on_stick.store.digests()) == []


@pytest.mark.parametrize("after", [0, 1, 9])
def test_fault_57_a_stick_pulled_while_it_is_taken_in_goes_on_when_it_is_back(
    stick: Stick, kit_on_stick: Kit, after: int
) -> None:
    kit = kit_on_stick
    with pytest.raises(StorageError, match="device failed"):
        kit.bundle.take_in(_Watching(kit.store.folder, after, stick.yank), kit.field, jobs=1)
    assert len(list(kit.store.digests())) == after
    assert kit.field.receipts.list() == ()
    stick.replug()
    assert_whole(kit)


def test_fault_57_a_stick_that_lost_its_end_is_an_error_and_no_crash(
    stick: Stick, kit_on_stick: Kit
) -> None:
    kit = kit_on_stick
    stick.cut_off(1)
    for way in (
        lambda: kit.bundle.verify(kit.field),
        lambda: kit.bundle.take_in(kit.store, kit.field),
    ):
        with pytest.raises(HaversackError) as caught:
            way()
        assert caught.value.exit_code in {1, 3, 4}
    for sha256 in kit.store.digests():
        kit.store.verify(sha256)


@pytest.mark.parametrize("step", [0, 1, 7, 13, 19])
def test_fault_58_a_stick_pulled_while_a_file_is_written_holds_no_bundle(
    stick: Stick, tmp_path: Path, step: int
) -> None:
    kit = _move(make_kit(tmp_path, few_items()), stick.path / "KIT")
    items = sorted(ITEMS, key=lambda one: one.logical_path)
    items[step] = _before_opening(items[step], stick.yank)
    _pull_and_finish(stick, kit, lambda: repack(kit, items))


@pytest.mark.parametrize("phase", ["reading again", "packing", "reading back"])
def test_fault_58_a_stick_pulled_in_any_phase_holds_no_bundle(
    stick: Stick, tmp_path: Path, phase: str
) -> None:
    kit = _move(make_kit(tmp_path, few_items()), stick.path / "KIT")
    pull = _once(stick.yank, phase)
    options = PackOptions(blob_size=BLOB_SIZE, jobs=1)
    _pull_and_finish(
        stick,
        kit,
        lambda: pack(ITEMS, kit.folder, kit.signer, CONTENTS, options, on_progress=pull),
    )


def test_fault_58_a_stick_pulled_while_it_is_sealed_holds_no_bundle(
    stick: Stick, tmp_path: Path
) -> None:
    kit = _move(make_kit(tmp_path, few_items()), stick.path / "KIT")
    mine = kit.signer
    pulling = _PullingSigner(mine.name, mine.chain, mine.counters, mine.signer, act=stick.yank)
    options = PackOptions(blob_size=BLOB_SIZE)
    _pull_and_finish(stick, kit, lambda: pack(ITEMS, kit.folder, pulling, CONTENTS, options))


def test_fault_60_a_disk_too_small_is_said_before_anything_is_written(tmp_path: Path) -> None:
    kit = make_kit(tmp_path)
    with small_disk(tmp_path, 256) as disk:
        with pytest.raises(PackError, match="MB free") as caught:
            pack(many_items(4, 1 << 20), disk / "KIT", kit.signer, CONTENTS)
        assert caught.value.hint
        assert list(disk.iterdir()) == []


def test_fault_60_a_disk_that_fills_up_leaves_no_bundle_and_goes_on_with_more_room(
    tmp_path: Path,
) -> None:
    kit = make_kit(tmp_path)
    with small_disk(tmp_path, 4096) as disk:
        kit = replace(kit, folder=disk / "KIT")
        items = many_items(20, 65536)
        ballast = disk / "ballast"
        items[10] = _before_opening(items[10], lambda: _fill(ballast))
        with pytest.raises(StorageError, match="disk is full"):
            repack(kit, items)
        with pytest.raises(Unsigned):
            kit.bundle.verify(kit.field)
        assert not list(kit.folder.rglob(".hvtmp-*"))
        ballast.unlink()
        repack(kit, many_items(20, 65536))
        assert_whole(kit)


def test_fault_60_a_full_pantry_keeps_only_whole_files_and_goes_on_with_more_room(
    tmp_path: Path,
) -> None:
    kit = make_kit(tmp_path, many_items(20, 65536))
    with small_disk(tmp_path, 4096) as disk:
        kit = replace(kit, store=Store(disk / "store"))
        ballast = disk / "ballast"
        watching = _Watching(kit.store.folder, 8, lambda: _fill(ballast))
        with pytest.raises(StorageError, match="disk is full"):
            kit.bundle.take_in(watching, kit.field, jobs=1)
        assert len(list(kit.store.digests())) == 8
        for sha256 in kit.store.digests():
            kit.store.verify(sha256)
        assert not list(disk.rglob(".hvtmp-*"))
        ballast.unlink()
        assert_whole(kit)


def test_fault_63_a_locked_stick_is_read_but_not_written_to(
    stick: Stick, kit_on_stick: Kit
) -> None:
    stick.read_only()
    with pytest.raises(PackError, match="read-only"):
        repack(kit_on_stick)
    assert_whole(kit_on_stick)


def test_fault_64_a_stick_that_does_not_keep_what_it_is_given_is_never_sealed(kit: Kit) -> None:
    def forget() -> None:
        blob = next(path for path in kit.folder.rglob("*") if path.stat().st_size == 2048)
        blob.write_bytes(bytes(2048))

    options = PackOptions(blob_size=BLOB_SIZE, jobs=1)
    lose = _once(forget, "packing", last=True)
    with pytest.raises(PackError, match="read back wrongly"):
        pack(ITEMS, kit.folder, kit.signer, CONTENTS, options, on_progress=lose)
    assert not (kit.folder / ENVELOPE).exists()
    repack(kit, ITEMS)
    assert_whole(kit)


def _pull_and_finish(stick: Stick, kit: Kit, packing: Callable[[], object]) -> None:
    """Pull the stick while packing; look at what is left; pack again."""
    with pytest.raises(HaversackError) as caught:
        packing()
    assert caught.value.hint
    stick.replug()
    with pytest.raises(Unsigned):
        kit.bundle.verify(kit.field)
    repack(kit, ITEMS)
    assert len(kit.bundle.verify(kit.field).files) == len(ITEMS)
    assert_whole(kit)


def _move(kit: Kit, folder: Path) -> Kit:
    moved = replace(kit, folder=folder)
    for name, content in state_of(kit.folder).items():
        write_bytes(folder / name, content)
    return moved


def _once(
    act: Callable[[], None], phase: str | None = None, last: bool = False
) -> Callable[[Progress], None]:
    """Act at the first word of a phase, or at its last."""
    done: list[Progress] = []

    def on_progress(progress: Progress) -> None:
        if done or phase not in {None, progress.phase}:
            return
        if not last or progress.done == progress.total:
            done.append(progress)
            act()

    return on_progress


def _before_opening(one: PackItem, act: Callable[[], None]) -> PackItem:
    def opening() -> BinaryIO:
        act()
        return one.open()

    return replace(one, open=opening)


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)) == 4096:
                pass
        except OSError:
            return


class _Watching(Store):
    """A store that does something once so many files are in."""

    def __init__(self, folder: Path, after: int, act: Callable[[], None]) -> None:
        super().__init__(folder)
        self._left, self._act = after, act

    def take_stream(
        self,
        file: BinaryIO,
        sha256: str | None = None,
        on_bytes: Callable[[int], None] | None = None,
        later: list[tuple[Path, str]] | None = None,
    ) -> tuple[str, int]:
        if self._left == 0:
            self._act()
        self._left -= 1
        return super().take_stream(file, sha256, on_bytes, later)


@dataclass(frozen=True)
class _PullingSigner(PublisherSigner):
    act: Callable[[], object] = bool

    def sign(self, payload: bytes, code: bool = False) -> bytes:
        self.act()
        return super().sign(payload, code)
