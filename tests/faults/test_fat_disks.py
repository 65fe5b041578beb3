"""Faults 61 and 62 without mounting: names of FAT32 by mtools, limits by the kernel."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from faults.foreign_disks import need_programs
from faults.staging import BLOB_SIZE, CONTENTS, Kit, assert_whole, item, make_kit, many_items
from haversack.base.files import StorageError
from haversack.bundle.errors import Unsigned
from haversack.bundle.items import PackItem
from haversack.bundle.writer import PackOptions, pack

LONGEST = 64 << 10


def test_fault_62_names_survive_a_real_fat32_and_the_bundle_is_whole_on_the_other_side(
    tmp_path: Path,
) -> None:
    need_programs("mkfs.vfat", "mcopy")
    kit = make_kit(tmp_path, many_items(300, 2048))
    image, back = tmp_path / "fat.img", tmp_path / "back"
    with image.open("wb") as file:
        file.truncate(64 << 20)
    back.mkdir()
    subprocess.run(["mkfs.vfat", "-F", "32", str(image)], check=True, capture_output=True)
    for words in ((str(kit.folder), "::/KIT"), ("::/KIT", str(back))):
        subprocess.run(["mcopy", "-i", str(image), "-s", *words], check=True, capture_output=True)
    assert_whole(replace(kit, folder=back / "KIT"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="takes fork")
def test_fault_61_where_no_file_may_be_longer_than_a_blob_longer_ones_are_packed(kit: Kit) -> None:
    large = item("data/large.tar", os.urandom(8 * LONGEST))
    assert _limited(lambda: _pack(kit, large, BLOB_SIZE)) == "done"
    assert_whole(kit)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="takes fork")
def test_fault_61_a_disk_that_takes_no_such_file_is_an_error_and_holds_no_bundle(kit: Kit) -> None:
    large = item("data/large.tar", os.urandom(8 * LONGEST))
    assert _limited(lambda: _pack(kit, large, 4 * LONGEST)) == "StorageError"
    with pytest.raises(Unsigned):
        kit.bundle.verify(kit.field)
    _pack(kit, large, 4 * LONGEST)
    assert_whole(kit)


def _pack(kit: Kit, large: PackItem, blob_size: int) -> None:
    options = PackOptions(blob_size=blob_size, jobs=1)
    pack([large], kit.folder, kit.signer, CONTENTS, options)


def _limited(work: Callable[[], None]) -> str:
    """Do the work in a process whose files may not grow longer than some disk allows."""
    child = os.fork()
    if child == 0:
        status = 2
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (LONGEST, LONGEST))
            work()
            status = 0
        except StorageError:
            status = 1
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return {0: "done", 1: "StorageError"}.get(os.waitstatus_to_exitcode(status), "crash")
