"""Names of classes and files: no mark at the start, no letters made equal, nothing left untold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from data.byod.mask_sets import indexed
from data.byod.more_sets import kitti
from data.byod.sets import csv_set, image_folder, pictures_alone, save, yolo
from data.byod.test_formats import kept
from haversack.data.errors import DataError
from haversack.data.pictures import size_of
from haversack.services.datasets import check_data

MARK = b"\xef\xbb\xbf"


def test_a_mark_at_the_start_is_no_letter_of_a_class(tmp_path: Path) -> None:
    boxes = yolo(tmp_path / "yolo")
    (boxes / "data.yaml").unlink()
    (boxes / "classes.txt").write_bytes(MARK + b"flower\nroof\n")
    masks = indexed(tmp_path / "masks")
    (masks / "classes.txt").write_bytes(MARK + (masks / "classes.txt").read_bytes())
    cars = kitti(tmp_path / "kitti")
    for path in cars.rglob("*.txt"):
        path.write_bytes(MARK + path.read_bytes())
    assert check_data(boxes).classes == ("flower", "roof")
    assert check_data(masks).classes == ("background", "flower", "roof")
    assert check_data(cars).classes == ("flower", "roof")


def test_a_list_of_classes_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    boxes, masks = yolo(tmp_path / "yolo"), indexed(tmp_path / "masks")
    (boxes / "data.yaml").write_bytes(b"names: [caf\xe9, caf\xe8]\n")
    (masks / "classes.txt").write_bytes(b"ground\ncaf\xe9\ncaf\xe8\n")
    for folder in (boxes, masks):
        with pytest.raises(DataError, match="is no text in UTF-8"):
            check_data(folder)


@pytest.mark.parametrize("ending", ["jfif", "jpe", "JPG", "ppm", "pgm"])
def test_endings_that_pillow_reads_are_pictures(tmp_path: Path, ending: str) -> None:
    folder = image_folder(tmp_path)
    picture = Image.open(folder / "roof/0.jpg").transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    kind = "PPM" if ending in ("ppm", "pgm") else "JPEG"
    (picture.convert("L") if ending == "pgm" else picture).save(folder / f"roof/a.{ending}", kind)
    found = check_data(folder)
    assert (len(found.pictures), found.problems) == (11, ())


@pytest.mark.parametrize("ending", ["heic", "AVIF", "gif"])
def test_a_picture_of_a_kind_that_is_not_read_is_told(tmp_path: Path, ending: str) -> None:
    folder = image_folder(tmp_path / "set")
    (folder / f"roof/a.{ending}").write_bytes(b"whatever")
    (problem,) = check_data(folder).problems
    assert (problem.file, problem.what) == (
        f"roof/a.{ending}",
        f"is a kind of picture that is not read (.{ending.lower()})",
    )
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / f"a.{ending}").write_bytes(b"whatever")
    with pytest.raises(DataError, match="of a kind that is not read") as caught:
        check_data(alone)
    assert ".jfif" in caught.value.hint


def test_a_name_that_is_no_utf_8_is_told_and_left_out(tmp_path: Path) -> None:
    folder = image_folder(tmp_path / "set")
    content = save(tmp_path, "other.jpg", 99).read_bytes()
    named, below = os.fsencode(folder / "roof") + b"/\xe9.jpg", os.fsencode(folder) + b"/caf\xe9"
    Path(os.fsdecode(named)).write_bytes(content)
    Path(os.fsdecode(below)).mkdir()
    (Path(os.fsdecode(below)) / "a.jpg").write_bytes(content)
    found = check_data(folder)
    assert len(found.pictures) == 10
    assert [one.file for one in found.problems] == [
        "caf\\udce9", "caf\\udce9/a.jpg", "roof/\\udce9.jpg",
    ]  # fmt: skip
    assert {one.what for one in found.problems} == {"has a name that is no UTF-8; left out"}


def test_a_damaged_set_gives_the_same_bytes_wherever_it_lies(tmp_path: Path) -> None:
    whole = []
    for name in ("one", "two"):
        folder = yolo(tmp_path / name)
        (folder / "images/train/000.jpg").write_bytes(b"no picture")
        whole.append(kept(folder, tmp_path / f"{name}.tar").read_bytes())
        table = csv_set(tmp_path / f"{name} table")
        (table / "pictures/3.jpg").unlink()
        whole.append(kept(table, tmp_path / f"{name}.tar").read_bytes())
        masks = indexed(tmp_path / f"{name} masks")
        (masks / "masks/000.png").write_bytes(b"no mask")
        whole.append(kept(masks, tmp_path / f"{name}.tar").read_bytes())
    assert whole[:3] == whole[3:]
    with pytest.raises(DataError, match=r"^a\.jpg is not a picture that can be read$"):
        size_of(b"no picture", "a.jpg")


def test_pictures_alone_tell_what_is_not_read(tmp_path: Path) -> None:
    folder = pictures_alone(tmp_path)
    (folder / "a.heic").write_bytes(b"whatever")
    (problem,) = check_data(folder).problems
    assert problem.file == "a.heic"
