"""LabelMe, KITTI and CVAT are told apart, mean the same boxes, and bear damage and malice."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from data.byod.more_sets import MORE, cvat, kitti, labelme
from data.byod.sets import BOXES, voc, yolo
from data.byod.test_formats import checked, kept
from haversack.data.byod.detect import seems
from haversack.data.byod.shard import read_shard
from haversack.data.errors import DataError
from haversack.data.readers.members import FolderMembers


@pytest.mark.parametrize("form", MORE)
def test_each_format_is_told_by_its_looks_and_its_boxes_mean_the_same(
    tmp_path: Path, form: str
) -> None:
    folder = MORE[form](tmp_path / "set")
    assert seems(FolderMembers(folder)) == form
    found = checked(folder)
    assert (found.format, found.task, found.problems) == (form, "detection", ())
    assert found.classes == ("flower", "roof")
    assert len(found.pictures) == 6
    for one in found.pictures:
        assert [name for name, _ in one.boxes] == [name for name, _ in BOXES]
        for (_, box), (_, wanted) in zip(one.boxes, BOXES, strict=True):
            assert box == pytest.approx(wanted)
    splits = read_shard(kept(folder, tmp_path / "shard.tar"))
    assert {split: len(data) for split, data in splits.items()} == found.splits()


def test_a_document_type_is_refused_before_anything_is_expanded(tmp_path: Path) -> None:
    folder = cvat(tmp_path)
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><annotations>&c;</annotations>'
    (folder / "annotations.xml").write_text(bomb)
    with pytest.raises(DataError, match="declares a document type"):
        checked(folder)


@pytest.mark.parametrize("path", ["../secret.jpg", "..\\secret.jpg", "/etc/passwd", "a\0b", ""])
def test_no_path_of_a_label_file_leads_out_of_the_set(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"not to be read")
    folder = labelme(tmp_path / "set")
    document = json.loads((folder / "000.json").read_text())
    (folder / "other.json").write_text(json.dumps({**document, "imagePath": path}))
    found = checked(folder)
    assert len(found.pictures) == 6
    assert [(p.file, p.what) for p in found.problems] == [("other.json", "its picture is missing")]


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        ({"label": "roof", "points": [[1, 1]], "shape_type": "polygon"}, "fewer than two points"),
        ({"label": "roof", "points": [[1, 1], [2, 2]], "shape_type": "line"}, "has no area"),
        ({"label": "", "points": [[1, 1], [2, 2]]}, "has no label"),
        ({"label": "roof", "points": [[1, "x"], [2, 2]]}, "no pair of numbers"),
        ({"label": "r", "points": [[1e308, 0], [-1e308, 0]], "shape_type": "circle"}, "too far"),
        (7, "has no label"),
    ],
)
def test_a_wrong_shape_is_told_with_its_number(tmp_path: Path, shape: object, says: str) -> None:
    folder = labelme(tmp_path)
    document = json.loads((folder / "001.json").read_text())
    document["shapes"].append(shape)
    (folder / "001.json").write_text(json.dumps(document))
    (problem,) = checked(folder).problems
    assert problem.file == "001.json"
    assert problem.what.startswith("shape 3 ")
    assert says in problem.what


def test_a_circle_and_a_turned_box_become_what_encloses_them(tmp_path: Path) -> None:
    folder = labelme(tmp_path / "labelme", 1)
    document = json.loads((folder / "000.json").read_text())
    circle = {"label": "roof", "points": [[30, 30], [33, 34]], "shape_type": "circle"}
    (folder / "000.json").write_text(json.dumps({**document, "shapes": [circle]}))
    assert checked(folder).pictures[0].boxes == (("roof", (25.0, 25.0, 35.0, 35.0)),)
    folder = cvat(tmp_path / "cvat", 1)
    (folder / "annotations.xml").write_text(
        '<annotations><image name="000.jpg"><box label="roof" xtl="20" ytl="20" xbr="40" ybr="40" '
        'rotation="45"/><polyline label="roof" points="1,1;2,2"/></image></annotations>'
    )
    found = checked(folder)
    ((_, box),) = found.pictures[0].boxes
    half = 10 * math.sqrt(2)
    assert box == pytest.approx((30 - half, 30 - half, 30 + half, 30 + half))
    assert [p.what for p in found.problems] == ["000.jpg: a polyline (roof) has no area"]


@pytest.mark.parametrize(
    ("line", "says"), [("Car 0 0 0 1 1 9 9", "has 8 fields"), ("Car" + " nan" * 14, "is none")]
)
def test_a_wrong_line_of_kitti_is_told_with_its_number(
    tmp_path: Path, line: str, says: str
) -> None:
    folder = kitti(tmp_path)
    with (folder / "training/label_2/000002.txt").open("a") as file:
        file.write(line)
    (problem,) = checked(folder).problems
    assert problem.file == "training/label_2/000002.txt, line 4"
    assert says in problem.what


@pytest.mark.parametrize(
    ("make", "file"),
    [
        (labelme, "001.json"),
        (voc, "Annotations/001.xml"),
        (kitti, "training/label_2/000001.txt"),
    ],
)
def test_a_label_file_that_cannot_be_read_is_told_once_with_its_picture(
    tmp_path: Path, make: Callable[[Path], Path], file: str
) -> None:
    folder = make(tmp_path)
    (folder / file).write_bytes(b"\xff{<")
    found = checked(folder)
    assert len(found.pictures) == 5
    (problem,) = found.problems
    assert problem.file == file
    assert problem.what.endswith("; its picture is left out")


def test_a_label_file_that_cannot_be_read_and_has_no_picture_speaks_of_none(tmp_path: Path) -> None:
    folder = labelme(tmp_path)
    (folder / "other.json").write_text("{")
    (problem,) = checked(folder).problems
    assert problem.file == "other.json" and "left out" not in problem.what


def test_a_yolo_label_file_that_is_too_large_is_told_once_with_its_picture(tmp_path: Path) -> None:
    folder = yolo(tmp_path)
    (folder / "labels/train/001.txt").write_bytes(b"\n" * ((4 << 20) + 1))
    found = checked(folder)
    assert len(found.pictures) == 5
    (problem,) = found.problems
    assert problem.file == "labels/train/001.txt"
    assert problem.what == "is larger than 4 MiB; its picture is left out"
