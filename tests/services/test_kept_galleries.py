"""An imported set is looked at as the folder was from which it came."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.byod import mask_sets, sets
from haversack.data.readers.members import PreadFile
from haversack.pantry.errors import NotInPantryError
from haversack.pantry.pantry import Pantry
from haversack.services.datasets import check_data, describe_set, import_data
from haversack.services.gallery import folder_gallery
from haversack.services.kept_gallery import kept_gallery

FORMS: list[tuple[Callable[[Path], Path], str | None]] = [
    (sets.image_folder, None),
    (sets.coco, None),
    (mask_sets.indexed, "segmentation"),
]


@pytest.fixture
def pantry(tmp_path: Path) -> Pantry:
    return Pantry.build(tmp_path / "pantry")


@pytest.mark.parametrize(("make", "task"), FORMS)
def test_a_kept_set_shows_what_its_folder_showed(
    pantry: Pantry, tmp_path: Path, make: Callable[[Path], Path], task: str | None
) -> None:
    folder = make(tmp_path / "set")
    checked = check_data(folder, task=task)
    brought = folder_gallery(folder, checked, pantry)
    import_data(folder, pantry, "kept", task=task)
    kept = kept_gallery("kept", pantry)
    assert kept.gallery.pictures == brought.pictures
    assert (kept.gallery.task, kept.gallery.classes) == (brought.task, brought.classes)
    assert kept.splits == describe_set(pantry, "kept").pictures
    for at in range(len(brought.pictures)):
        assert kept.gallery.read(at) == brought.read(at)
        one, other = kept.gallery.small(at, 64), brought.small(at, 64)
        np.testing.assert_array_equal(one.pixels, other.pixels)
        assert (one.mask is None) == (other.mask is None) == (task is None)
        if one.mask is not None:
            np.testing.assert_array_equal(one.mask, other.mask)


def test_what_the_import_told_is_told_again(pantry: Pantry, tmp_path: Path) -> None:
    folder = sets.coco(tmp_path / "set")
    broken = next(folder.rglob("*.jpg"))
    broken.write_bytes(b"no picture")
    import_data(folder, pantry, "kept")
    (problem,) = kept_gallery("kept", pantry).problems
    assert problem.file == broken.relative_to(folder).as_posix()


def test_no_picture_is_read_before_it_is_seen(
    pantry: Pantry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_data(sets.image_folder(tmp_path / "set"), pantry, "kept")
    read: list[str] = []
    whole = PreadFile.read

    def counted(self: PreadFile, offset: int, size: int, name: str) -> bytes:
        read.append(name)
        return whole(self, offset, size, name)

    monkeypatch.setattr(PreadFile, "read", counted)
    gallery = kept_gallery("kept", pantry).gallery
    opening = len(read)
    assert not {one.name for one in gallery.pictures} & set(read)
    gallery.read(3)
    assert read[opening:] == [gallery.pictures[3].name]


def test_a_set_that_is_not_there_is_named(pantry: Pantry) -> None:
    with pytest.raises(NotInPantryError, match="'kept'"):
        kept_gallery("kept", pantry)
