"""Every format is told apart, read to the same records, and kept without loss."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data.byod.first_format import write_first
from data.byod.sets import ALL, BOXES, DETECTION, coco, csv_set, image_folder, save, voc, yolo
from haversack.base.errors import UsageError
from haversack.data.byod.check import Checked, check_set
from haversack.data.byod.detect import read_set, seems
from haversack.data.byod.shard import read_shard, write_shard
from haversack.data.errors import DataError
from haversack.data.pictures import decode
from haversack.data.readers.members import FolderMembers
from haversack.data.sample import Boxes


def checked(folder: Path, form: str = "auto") -> Checked:
    members = FolderMembers(folder)
    return check_set(members, read_set(members, form))


def kept(folder: Path, target: Path) -> Path:
    members = FolderMembers(folder)
    with target.open("wb") as file:
        write_shard(file, members, check_set(members, read_set(members)))
    return target


@pytest.mark.parametrize("form", ALL)
def test_each_format_is_told_by_its_looks(tmp_path: Path, form: str) -> None:
    folder = ALL[form](tmp_path / "set")
    assert seems(FolderMembers(folder)) == form
    found = checked(folder)
    assert (found.format, found.classes, found.problems) == (form, ("flower", "roof"), ())
    assert sum(found.splits().values()) == len(found.pictures)
    assert all(found.splits().values())


@pytest.mark.parametrize("form", DETECTION)
def test_boxes_mean_the_same_in_every_format(tmp_path: Path, form: str) -> None:
    found = checked(ALL[form](tmp_path / "set"))
    assert len(found.pictures) == 6
    for one in found.pictures:
        for (name, box), (wanted, edges) in zip(one.boxes, BOXES, strict=True):
            assert name == wanted
            assert box == pytest.approx(edges, abs=1e-9)


@pytest.mark.parametrize("form", ALL)
def test_what_is_kept_gives_the_pictures_and_labels_back(tmp_path: Path, form: str) -> None:
    folder = ALL[form](tmp_path / "set")
    found = checked(folder)
    splits = read_shard(kept(folder, tmp_path / "shard.tar"))
    given = {
        s.name: (s, split)
        for split, data in splits.items()
        for s in (data[i] for i in range(len(data)))
    }
    assert set(given) == {one.picture for one in found.pictures}
    classes = splits["train"].classes
    for one in found.pictures:
        sample, split = given[one.picture]
        assert split == one.split
        np.testing.assert_array_equal(
            sample.image, decode((folder / one.picture).read_bytes(), one.picture)
        )
        if isinstance(sample.target, Boxes):
            names = [classes[number] for number in sample.target.labels]
            assert names == [name for name, _ in one.boxes]
            np.testing.assert_allclose(sample.target.xyxy, [box for _, box in one.boxes], atol=1e-5)
        else:
            assert isinstance(sample.target, int)
            assert classes[sample.target] == one.label


def test_the_same_set_gives_the_same_bytes(tmp_path: Path) -> None:
    first = kept(voc(tmp_path / "one"), tmp_path / "one.tar").read_bytes()
    assert kept(voc(tmp_path / "two"), tmp_path / "two.tar").read_bytes() == first


def test_a_shard_of_the_first_format_is_read(tmp_path: Path) -> None:
    pictures = {
        f"{label}/{at}.jpg": (split, label, save(tmp_path, f"{label}{at}.jpg", at).read_bytes())
        for at, (split, label) in enumerate([("train", "roof"), ("val", "roof"), ("train", "sky")])
    }
    splits = read_shard(write_first(tmp_path / "first.tar", pictures))
    assert {split: len(data) for split, data in splits.items()} == {"train": 2, "val": 1}
    sample = splits["train"][1]
    assert (sample.name, sample.target) == ("sky/2.jpg", 1)
    np.testing.assert_array_equal(sample.image, decode(pictures["sky/2.jpg"][2], ""))


def test_splits_that_the_set_names_are_kept(tmp_path: Path) -> None:
    for split, seeds in (("train", range(6)), ("valid", range(6, 8))):
        for seed in seeds:
            save(tmp_path, f"{split}/{'roof' if seed % 2 else 'flower'}/{seed}.jpg", seed)
    found = checked(tmp_path)
    assert found.splits() == {"train": 6, "val": 2}
    assert found.classes == ("flower", "roof")


def test_every_class_is_in_both_splits(tmp_path: Path) -> None:
    found = checked(image_folder(tmp_path, 5))
    for split in ("train", "val"):
        assert {one.label for one in found.pictures if one.split == split} == {"flower", "roof"}


def test_the_same_picture_is_never_in_both_splits(tmp_path: Path) -> None:
    folder = image_folder(tmp_path, 3)
    for at in range(3):
        (folder / "roof" / f"copy-{at}.jpg").write_bytes((folder / f"roof/{at}.jpg").read_bytes())
    found = checked(folder)
    assert len(found.pictures) == 6
    assert [one.what.startswith("has the same bytes as") for one in found.problems] == [True] * 3


def test_a_picture_without_objects_teaches_what_is_nothing(tmp_path: Path) -> None:
    folder = yolo(tmp_path)
    save(folder, "images/train/empty.jpg", 77)
    empty = [one for one in checked(folder).pictures if not one.boxes]
    assert [one.picture for one in empty] == ["images/train/empty.jpg"]


def test_a_box_that_reaches_outside_is_clipped_and_told(tmp_path: Path) -> None:
    folder = yolo(tmp_path)
    (folder / "labels/train/000.txt").write_text("0 0.9 0.5 0.6 0.5\n1 2 2 0.1 0.1\n")
    found = checked(folder)
    ((name, box),) = found.pictures[0].boxes
    assert name == "flower"
    assert box == pytest.approx((38.4, 16.0, 64.0, 48.0))
    assert [one.what for one in found.problems] == [
        "a box (flower) reached outside; clipped",
        "a box (roof) is empty or outside; left out",
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("9 0.5 0.5 0.1 0.1", "names class 9, and there are 2"),
        ("0 0.5 0.5 0.1", "has 4 numbers"),
        ("0 0.5 nan 0.1 0.1", "a number that is none"),
        ("roof 0.5 0.5 0.1 0.1", "holds 'roof' for a number"),
        ("0 0,5 0,5 0,1 0,1", "holds '0,5' for a number"),
    ],
)
def test_a_wrong_line_is_told_with_its_number(tmp_path: Path, line: str, says: str) -> None:
    folder = yolo(tmp_path)
    (folder / "labels/train/001.txt").write_text(f"0 0.5 0.5 0.2 0.2\n{line}\n")
    problems = checked(folder).problems
    assert [one.file for one in problems] == ["labels/train/001.txt, line 2"]
    assert says in problems[0].what


def test_what_coco_lists_and_is_not_there_is_told(tmp_path: Path) -> None:
    folder = coco(tmp_path)
    (folder / "images/002.jpg").unlink()
    (folder / "images/003.jpg").write_bytes(b"no picture")
    found = checked(folder)
    assert len(found.pictures) == 4
    assert [one.what for one in found.problems] == [
        "the picture 002.jpg is missing",
        "images/003.jpg is not a picture that can be read",
    ]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_table_whose_fields_a_spreadsheet_separates_otherwise_is_read(
    tmp_path: Path, separator: str
) -> None:
    folder = csv_set(tmp_path)
    wanted = checked(folder)
    table = (folder / "labels.csv").read_text().replace(",", separator).replace("\n", "\r\n")
    (folder / "labels.csv").write_text("\ufeff" + table, newline="")
    assert checked(folder) == wanted


def test_no_path_of_a_label_file_leads_out_of_the_set(tmp_path: Path) -> None:
    outside = save(tmp_path, "secret.jpg", 1)
    folder = csv_set(tmp_path / "set")
    with (folder / "labels.csv").open("a") as file:
        file.write(f"../secret.jpg,roof\n{outside},roof\n")
    found = checked(folder)
    assert len(found.pictures) == 10
    assert len(found.problems) == 2


def test_an_empty_folder_and_an_unknown_format_are_errors_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="looks like no format"):
        checked(tmp_path)
    with pytest.raises(UsageError, match="no format is called 'tfrecord'"):
        checked(tmp_path, "tfrecord")
