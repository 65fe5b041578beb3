"""Small pictures of a set: decoded when asked for, kept in the pantry where that saves time."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.byod import sets
from haversack.base.files import StorageError
from haversack.data.errors import DataError
from haversack.pantry.pantry import Pantry
from haversack.services.datasets import check_data
from haversack.services.gallery import (
    EDGE,
    KEPT_SETS,
    THUMBNAILS,
    Gallery,
    folder_gallery,
)


@pytest.fixture
def pantry(tmp_path: Path) -> Pantry:
    return Pantry.build(tmp_path / "pantry")


def _large(folder: Path, colour: tuple[int, int, int] = (200, 30, 30)) -> Path:
    for label in ("one", "two"):
        (folder / label).mkdir(parents=True)
        for at in range(3):
            size = (1200 + at, 600 if label == "one" else 601)
            Image.new("RGB", size, colour).save(folder / label / f"{at}.jpg")
    return folder


def _gallery(folder: Path, pantry: Pantry) -> Gallery:
    return folder_gallery(folder, check_data(folder), pantry)


def _kept(pantry: Pantry) -> list[Path]:
    return sorted((pantry.path / THUMBNAILS).rglob("*.jpg"))


def test_a_picture_is_made_small_and_its_own_size_is_told(tmp_path: Path, pantry: Pantry) -> None:
    gallery = _gallery(_large(tmp_path / "set"), pantry)
    small = gallery.small(1)
    assert small.pixels.shape == (128, EDGE, 3)
    assert (small.width, small.height) == (1201, 600)
    assert np.abs(small.pixels.mean((0, 1)) - (200, 30, 30)).max() < 4


def test_large_pictures_leave_a_thumbnail_that_says_the_same(
    tmp_path: Path, pantry: Pantry
) -> None:
    gallery = _gallery(_large(tmp_path / "set"), pantry)
    first = gallery.small(0)
    assert len(_kept(pantry)) == 1
    again = _gallery(tmp_path / "set", pantry)
    unread = Gallery(
        again.title, again.task, again.classes, again.pictures, _never, again.key, again.folder
    )
    second = unread.small(0)
    assert (second.width, second.height) == (first.width, first.height)
    assert np.abs(second.pixels.astype(int) - first.pixels).max() < 8


def test_small_pictures_leave_none(tmp_path: Path, pantry: Pantry) -> None:
    gallery = _gallery(sets.image_folder(tmp_path / "set"), pantry)
    assert gallery.small(0).pixels.shape == (sets.SIDE, sets.SIDE, 3)
    assert _kept(pantry) == []


def test_a_picture_that_was_changed_is_made_small_again(tmp_path: Path, pantry: Pantry) -> None:
    folder = _large(tmp_path / "set")
    gallery = _gallery(folder, pantry)
    gallery.small(0)
    changed = folder / gallery.pictures[0].name
    Image.new("RGB", (1200, 600), (10, 10, 240)).save(changed)
    os.utime(changed, ns=(1, 1))
    assert _gallery(folder, pantry).small(0).pixels[0, 0, 2] > 200


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff no picture"])
def test_a_thumbnail_that_was_damaged_is_made_again(
    tmp_path: Path, pantry: Pantry, content: bytes
) -> None:
    gallery = _gallery(_large(tmp_path / "set"), pantry)
    gallery.small(0)
    _kept(pantry)[0].write_bytes(content)
    assert gallery.small(0).pixels.shape == (128, EDGE, 3)


def test_a_picture_that_is_gone_is_an_error_of_its_own(tmp_path: Path, pantry: Pantry) -> None:
    gallery = _gallery(sets.image_folder(tmp_path / "set"), pantry)
    (tmp_path / "set" / gallery.pictures[0].name).write_bytes(b"no picture")
    (tmp_path / "set" / gallery.pictures[1].name).unlink()
    for at in (0, 1):
        with pytest.raises((DataError, StorageError)):
            gallery.small(at)
    assert len(gallery.sizes()) == len(gallery.pictures) - 2


def test_boxes_and_classes_are_those_of_the_set(tmp_path: Path, pantry: Pantry) -> None:
    gallery = _gallery(sets.coco(tmp_path / "set"), pantry)
    one = gallery.pictures[0]
    assert {name for name, *_ in one.boxes} == set(one.classes) == {"roof", "flower"}
    assert {one.split for one in gallery.pictures} == {"train", "val"}
    assert gallery.task == "detection"


def test_sizes_are_looked_at_in_pictures_spread_over_the_set(
    tmp_path: Path, pantry: Pantry
) -> None:
    gallery = _gallery(_large(tmp_path / "set"), pantry)
    expected = [(1200 + at, height) for height in (600, 601) for at in (0, 1, 2)]
    assert gallery.sizes() == expected
    assert gallery.sizes(most=2) == expected[::3]


def test_thumbnails_of_the_sets_that_were_looked_at_last_are_kept(
    tmp_path: Path, pantry: Pantry
) -> None:
    for at in range(KEPT_SETS + 2):
        gallery = _gallery(_large(tmp_path / f"set-{at}"), pantry)
        gallery.small(0)
        os.utime(gallery.folder or tmp_path, (at, at))
    assert len(list((pantry.path / THUMBNAILS).iterdir())) == KEPT_SETS


def _never(at: int) -> bytes:
    raise AssertionError(f"picture {at} was read")
