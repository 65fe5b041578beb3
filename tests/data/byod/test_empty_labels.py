"""Pictures that no label says anything of are backgrounds, told as one number; others are not."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from data.byod import mask_sets
from data.byod.more_sets import cvat, darknet, kitti, labelme
from data.byod.sets import coco, save, yolo
from haversack.data.byod.records import Problem
from haversack.data.errors import DataError
from haversack.services.datasets import check_data

NONE = "no label file or an empty one"


def test_yolo_pictures_without_labels_are_taken_and_told_as_one_number(tmp_path: Path) -> None:
    folder = yolo(tmp_path)
    (folder / "labels/train/001.txt").unlink()
    (folder / "labels/train/002.txt").write_bytes(b"")
    (folder / "labels/train/003.txt").write_text("\n \n")
    found = check_data(folder)
    said = f"3 of 6 pictures have {NONE}; they are taken as pictures without objects"
    assert found.problems == (Problem("the labels", said),)
    assert [len(one.boxes) for one in found.pictures] == [2, 0, 0, 0, 2, 2]


def test_one_yolo_picture_without_labels_is_told_of_one(tmp_path: Path) -> None:
    folder = yolo(tmp_path)
    save(folder, "images/train/street.jpg", 77)
    (problem,) = check_data(folder).problems
    said = f"1 of 7 pictures has {NONE}; it is taken as a picture without objects"
    assert problem == Problem("the labels", said)


def test_yolo_pictures_without_labels_are_told_where_masks_are_asked_for(tmp_path: Path) -> None:
    folder = mask_sets.yolo(tmp_path)
    (folder / "labels/001.txt").unlink()
    (folder / "labels/002.txt").write_bytes(b"")
    found = check_data(folder, task="segmentation")
    (problem,) = found.problems
    assert problem.what.startswith(f"2 of 6 pictures have {NONE}; ")
    assert [len(one.areas) for one in found.pictures] == [3, 1, 1, 3, 3, 3]


def test_a_yolo_label_file_beside_no_picture_is_told_in_any_folder(tmp_path: Path) -> None:
    folder = darknet(tmp_path)
    (folder / "obj_train_data/004.jpg").unlink()
    (folder / "README.txt").write_text("5 classes were left out of it\n")
    (folder / "notes.txt").write_bytes(b"")
    assert check_data(folder).problems == (
        Problem("obj_train_data/004.txt", "is a label file without a picture"),
    )


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_kittis_empty_label_files_are_told_as_one_number(tmp_path: Path, content: str) -> None:
    folder = kitti(tmp_path)
    for stem in ("000001", "000004"):
        (folder / f"training/label_2/{stem}.txt").write_text(content)
    found = check_data(folder)
    said = "2 of 6 pictures have an empty label file; they are taken as pictures without objects"
    assert found.problems == (Problem("the labels", said),)
    assert [len(one.boxes) for one in found.pictures] == [2, 0, 2, 2, 0, 2]


def test_a_kitti_file_of_what_nobody_cares_for_says_something_of_its_picture(
    tmp_path: Path,
) -> None:
    folder = kitti(tmp_path)
    path = folder / "training/label_2/000001.txt"
    path.write_text(path.read_text().splitlines()[-1])
    assert path.read_text().startswith("DontCare")
    assert check_data(folder).problems == ()


@pytest.mark.parametrize("task", ["detection", "segmentation"])
def test_a_yolo_picture_whose_lines_are_all_wrong_is_a_problem_and_no_background(
    tmp_path: Path, task: str
) -> None:
    folder = yolo(tmp_path)
    wrong = folder / "labels/train/001.txt"
    wrong.write_text("0 0.5\n\n9 0.5 0.5 0.1 0.1\n")
    found = check_data(folder, task=task)
    assert "images/train/001.jpg" not in {one.picture for one in found.pictures}
    assert [one.file for one in found.problems] == [
        "labels/train/001.txt, line 1", "labels/train/001.txt, line 3", "images/train/001.jpg",
    ]  # fmt: skip
    assert found.problems[-1].what == "no line of its label file can be used; left out"
    right = (folder / "labels/train/000.txt").read_text().splitlines()[0]
    wrong.write_text(f"0 0.5\n{right}\n")
    assert len(check_data(folder, task=task).pictures) == 6, "what can be used of it is used"


def test_a_kitti_picture_whose_lines_are_all_wrong_is_a_problem_and_no_background(
    tmp_path: Path,
) -> None:
    folder = kitti(tmp_path)
    (folder / "training/label_2/000001.txt").write_text("roof 1 2\n")
    found = check_data(folder)
    assert len(found.pictures) == 5
    assert found.problems[-1].what == "no line of its label file can be used; left out"


def _wrong_coco(folder: Path, annotation: dict[str, Any]) -> Path:
    coco(folder)
    path = folder / "annotations/instances.json"
    document = json.loads(path.read_text())
    for one in document["annotations"][2:4]:
        one.update(annotation)
    path.write_text(json.dumps(document))
    return folder


def _wrong_labelme(folder: Path) -> Path:
    labelme(folder)
    path = folder / "001.json"
    document = json.loads(path.read_text())
    shape = {"label": "roof", "points": [[1, 1]], "shape_type": "point"}
    path.write_text(json.dumps({**document, "shapes": [shape]}))
    return folder


def _wrong_cvat(folder: Path) -> Path:
    cvat(folder)
    path = folder / "annotations.xml"
    before, name, after = path.read_text().partition('name="001.jpg"')
    own, end, rest = after.partition("</image>")
    path.write_text(before + name + own.replace("label=", "called=") + end + rest)
    return folder


def _wrong_yolo(folder: Path) -> Path:
    yolo(folder)
    (folder / "labels/train/001.txt").write_text("1 2 2 0.1 0.1\n")
    return folder


@pytest.mark.parametrize(
    "make",
    [
        partial(_wrong_coco, annotation={"bbox": None}),
        partial(_wrong_coco, annotation={"bbox": [1, 2, "x", 4]}),
        partial(_wrong_coco, annotation={"category_id": 99}),
        partial(_wrong_coco, annotation={"bbox": [900, 900, 5, 5]}),
        _wrong_labelme,
        _wrong_cvat,
        _wrong_yolo,
    ],
)
def test_a_picture_whose_objects_are_all_wrong_is_a_problem_and_no_background(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    found = check_data(make(tmp_path))
    assert len(found.pictures) == 5
    assert all(one.boxes for one in found.pictures)
    (left_out,) = [one for one in found.problems if one.what.startswith("none of its objects")]
    assert left_out.file.endswith("001.jpg")
    assert not any("named by no label" in one.what for one in found.problems)


def test_a_coco_picture_keeps_the_objects_that_are_right_and_one_without_any_is_background(
    tmp_path: Path,
) -> None:
    folder = coco(tmp_path)
    path = folder / "annotations/instances.json"
    document = json.loads(path.read_text())
    document["annotations"][2]["bbox"] = None
    document["annotations"] = [one for one in document["annotations"] if one["image_id"] != 102]
    path.write_text(json.dumps(document))
    found = check_data(folder)
    assert [len(one.boxes) for one in found.pictures] == [2, 1, 0, 2, 2, 2]
    assert [one.what for one in found.problems] == ["annotation 3 has no box of four numbers"]


@pytest.mark.parametrize(
    "wrong", [{"category_id": 99}, {"segmentation": [[1, 2]]}, {"segmentation": [["x"]]}]
)
def test_a_coco_picture_is_painted_with_the_outlines_that_are_right_and_left_out_without_any(
    tmp_path: Path, wrong: dict[str, Any]
) -> None:
    folder = mask_sets.coco_polygons(tmp_path)
    path = folder / "instances.json"
    document = json.loads(path.read_text())
    own = [one for one in document["annotations"] if one["image_id"] == 1]
    own[0].update(wrong)
    path.write_text(json.dumps(document))
    found = check_data(folder, task="segmentation")
    assert [len(one.areas) for one in found.pictures] == [3, 2, 3, 3, 3, 3]
    own[1].update(wrong)
    path.write_text(json.dumps(document))
    found = check_data(folder, task="segmentation")
    assert [len(one.areas) for one in found.pictures] == [3, 3, 3, 3, 3]
    assert found.problems[-1].what == "none of its objects can be used; left out"


def test_a_coco_class_without_a_name_is_no_class(tmp_path: Path) -> None:
    folder = coco(tmp_path)
    path = folder / "annotations/instances.json"
    document = json.loads(path.read_text())
    document["categories"][1]["name"] = " "
    path.write_text(json.dumps(document))
    found = check_data(folder)
    assert found.classes == ("roof",)
    assert found.problems[0].what == "category 7 has no name"


def test_the_lines_of_a_list_of_classes_are_counted_with_those_that_are_empty(
    tmp_path: Path,
) -> None:
    folder = yolo(tmp_path)
    (folder / "data.yaml").unlink()
    (folder / "classes.txt").write_text("flower\n\nroof\n")
    with pytest.raises(DataError, match=r"classes\.txt has no name in line 2"):
        check_data(folder)
    (folder / "classes.txt").write_text("flower\nroof\n\n")
    assert check_data(folder).classes == ("flower", "roof")
