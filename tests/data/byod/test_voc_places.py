"""Pascal VOC as people have it: each XML beside its picture, in split folders, or further down."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.byod.sets import pictures_alone, save, voc
from data.byod.test_formats import checked


def beside(folder: Path, home: str = "", numbers: range = range(6)) -> Path:
    """Write pictures with an XML beside each, as LabelImg does."""
    (folder / home).mkdir(parents=True, exist_ok=True)
    for at in numbers:
        save(folder / home, f"{at}.jpg", at)
        annotate(folder / home / f"{at}.xml", f"{at}.jpg")
    return folder


def annotate(path: Path, filename: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"<annotation><folder>x</folder><filename>{filename}</filename><path>C:\\{filename}</path>"
        "<object><name>roof</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax>"
        "<ymax>9</ymax></bndbox></object></annotation>"
    )


def test_an_xml_beside_each_picture_is_read_as_its_boxes(tmp_path: Path) -> None:
    found = checked(beside(tmp_path))
    assert (found.format, found.task, found.problems) == ("voc", "detection", ())
    assert [p.boxes for p in found.pictures] == [(("roof", (0.0, 0.0, 9.0, 9.0)),)] * 6


def test_folders_of_the_splits_with_an_xml_beside_each_picture_keep_the_splits(
    tmp_path: Path,
) -> None:
    beside(tmp_path, "train", range(4))
    beside(tmp_path, "valid", range(4, 6))
    found = checked(beside(tmp_path, "test", range(6, 7)))
    assert found.format == "voc" and found.splits() == {"train": 4, "val": 3}


def test_pictures_and_annotations_in_folders_of_any_name_find_each_other(tmp_path: Path) -> None:
    for split, numbers in (("train", range(4)), ("val", range(4, 6))):
        for at in numbers:
            save(tmp_path / "images" / split, f"{at % 4}.JPG", at)
            annotate(tmp_path / "annotations" / split / f"{at % 4}.xml", f"{at % 4}.JPG")
    found = checked(tmp_path)
    assert (found.format, found.problems) == ("voc", ())
    assert found.splits() == {"train": 4, "val": 2}


def test_a_set_one_folder_further_down_keeps_its_lists_of_splits(tmp_path: Path) -> None:
    home = voc(tmp_path / "VOC2007")
    lists = home / "ImageSets" / "Main"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("000\n001\n002\n")
    (lists / "val.txt").write_text("003\n004\n005\n")
    found = checked(tmp_path)
    assert (found.format, found.problems) == ("voc", ())
    assert found.splits() == {"train": 3, "val": 3}


def test_a_name_in_a_list_of_a_split_that_is_no_pictures_is_told(tmp_path: Path) -> None:
    folder = voc(tmp_path)
    lists = folder / "ImageSets" / "Main"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("000\n001\n002\n900\n")
    (lists / "val.txt").write_text("003\n004\n005\n901\n")
    (problem,) = checked(folder).problems
    assert problem.file == "ImageSets/Main"
    assert problem.what == "lists names that are no picture's: 2, the first (900)"


@pytest.mark.parametrize("home", ["JPEGImages", ""])
def test_the_picture_of_an_annotation_that_is_lost_is_no_other_of_its_name(
    tmp_path: Path, home: str
) -> None:
    folder = voc(tmp_path) if home else beside(tmp_path)
    name = "000" if home else "0"
    (folder / home / f"{name}.jpg").unlink()
    save(folder, f"SegmentationClass/{name}.png", 9)
    found = checked(folder)
    assert len(found.pictures) == 5
    assert sorted(p.what for p in found.problems) == [
        "its masks are not read as voc (--format masks reads them): 1",
        "its picture is missing",
    ]


def test_an_xml_of_another_kind_is_no_annotation(tmp_path: Path) -> None:
    folder = pictures_alone(tmp_path)
    (folder / "000.xml").write_text("<settings/>")
    assert checked(folder).format == "unlabeled"
