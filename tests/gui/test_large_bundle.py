"""Bundles and have-lists of 100,000 files: the window goes on while they are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from faults.staging import CHEAP, Kit, make_kit
from gui_desk import Desk
from haversack.base.digests import sha256_bytes
from haversack.bundle.have import HaveList, read_have_list, write_have_list
from haversack.bundle.manifest import Manifest, ManifestFile, decode_manifest
from haversack.services import apart
from haversack.services.have import have
from haversack.services.shelves import Pantry
from haversack.trust.keyring import KeyRing
from haversack_gui.app import quiet_collector
from haversack_gui.watchdog import Watchdog

FILES = 100_000
STALL_S = 0.1


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A signed bundle whose publisher is trusted here, of many files with the same bytes."""
    kit = make_kit(tmp_path)
    manifest = _of_many_files(kit)
    totals = {
        "files": len(manifest.files),
        "bytes": manifest.size,
        "blobs": len(manifest.blobs),
        "blob_bytes": sum(manifest.blobs.values()),
    }
    kit.forge_manifest(manifest.encode(), totals=totals)
    published = kit.publisher.export("me", tmp_path / "again.publisher")
    KeyRing(tmp_path / "home", CHEAP).trust(published)
    return kit.folder


def _of_many_files(kit: Kit) -> Manifest:
    first = kit.bundle.admit(kit.field).manifest
    one = next(file for file in first.files if file.path == "data/b.tar")
    more = [one._replace(path=f"data/pictures/{at:06}.jpg") for at in range(FILES)]
    files: list[ManifestFile] = sorted([*first.files, *more])
    return Manifest(first.blob_size, tuple(files))


def test_a_bundle_of_100000_files_is_looked_at_sorted_and_verified_while_the_window_goes_on(
    open_desk: Callable[..., Desk], stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_here: list[int] = []

    def decode(content: bytes, file: str) -> Manifest:
        read_here.append(len(content))
        return decode_manifest(content, file)

    monkeypatch.setattr(apart, "decode_manifest", decode)
    desk = open_desk(page="open")
    _watch(lambda: _look_sort_and_verify(desk, stick))
    assert read_here == []


def test_a_have_list_of_100000_files_is_packed_against_while_the_window_goes_on(
    open_desk: Callable[..., Desk],
    pantry: Pantry,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apart, "decode_have_list", None)  # the app's own process does not read it
    listed = have(pantry, tmp_path / "have.json", quick=True).file
    more = {sha256_bytes(str(at).encode()): at for at in range(FILES)}
    write_have_list(HaveList({**read_have_list(listed).files, **more}), listed)
    assert listed.stat().st_size > apart.LARGE
    desk = open_desk(pantry, "pack")

    def plan() -> None:
        desk.page.where.take_list(listed)
        desk.settle()
        assert "are left out, the receiver has them" in desk.page.foreseen.text()

    _watch(plan)


def _watch(act: Callable[[], None]) -> None:
    stretches = []
    for _ in range(3):  # a full collection of what hundreds of tests left is not the app's
        quiet_collector()
        watchdog = Watchdog()
        watchdog.start()
        act()
        stretches.append(watchdog.stop())
        if stretches[-1] < STALL_S:
            break
    assert min(stretches) < STALL_S, stretches


def _look_sort_and_verify(desk: Desk, stick: Path) -> None:
    page = desk.page
    page.take(stick)
    desk.settle()
    assert page.looked.state == "signed"
    assert page.model.rowCount() == FILES + 7
    page.table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    desk.settle()
    assert page.model.rows[0].path == "weights/lite0.safetensors"
    desk.click(page.verify)
    desk.settle()
    assert page.state.text() == "Verified: every byte is right"
