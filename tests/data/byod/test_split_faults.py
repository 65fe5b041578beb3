"""Groups that cannot be are refused, and what a grouped split lacks is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from data.byod.sets import csv_set, image_folder, save, yolo
from haversack.base.errors import UsageError
from haversack.data.byod.split_faults import FEW
from haversack.data.byod.splits import SplitPlan
from haversack.services.datasets import check_data


@pytest.mark.parametrize("make", [image_folder, yolo])
def test_columns_are_refused_where_there_are_none(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    with pytest.raises(UsageError, match="has no columns to group"):
        check_data(make(tmp_path), plan=SplitPlan(group_by="column:patient"))


def test_the_folder_of_a_class_is_no_group(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="each class would be on one side"):
        check_data(image_folder(tmp_path / "folders"), plan=SplitPlan(group_by="folder"))
    folder = tmp_path / "csv"
    rows = ["file,label"]
    for at in range(6):
        name = f"{'roofs' if at % 2 else 'flowers'}/{at}.jpg"
        save(folder, name, at)
        rows.append(f"{name},{'roof' if at % 2 else 'flower'}")
    (folder / "labels.csv").write_text("\n".join(rows))
    with pytest.raises(UsageError, match="each class would be on one side"):
        check_data(folder, plan=SplitPlan(group_by="folder"))


def test_a_class_that_a_side_lacks_and_a_share_that_is_far_off_are_told(tmp_path: Path) -> None:
    folder = csv_set(tmp_path)
    labels = ["roof"] * 4 + ["flower"] * 4 + ["roof", "flower"]
    rows = [f"pictures/{at}.jpg,{label},{at // 4}" for at, label in enumerate(labels)]
    (folder / "labels.csv").write_text("\n".join(["filename,label,patient", *rows]))
    found = check_data(folder, plan=SplitPlan(0.4, group_by="column:patient"))
    told = [one.what for one in found.problems if one.file == "the split"]
    assert found.splits()["val"] in (4, 6)
    shown_by: dict[str | None, set[str | None]] = {"train": set(), "val": set()}
    for one in found.pictures:
        shown_by[one.split].add(one.label)
    lacking = sum(2 - len(shown) for shown in shown_by.values())
    assert sum("shows the class" in what for what in told) == lacking > 0
    assert any("of the pictures are to validate on" in what for what in told) == (
        found.splits()["val"] == 6
    )


def test_one_group_of_everything_and_groups_of_one_are_told(tmp_path: Path) -> None:
    folder = yolo(tmp_path)
    (problem, *_) = check_data(folder, plan=SplitPlan(group_by="folder")).problems
    assert problem.what == "no picture is to validate on: all of them are one group"
    (problem,) = check_data(folder, plan=SplitPlan(group_by="prefix:#")).problems
    assert problem.what == "no two pictures have the same prefix:#; nothing is grouped"


def test_a_class_of_one_picture_is_told_for_nothing_judges_it(tmp_path: Path) -> None:
    folder = csv_set(tmp_path)
    with (folder / "labels.csv").open("a") as file:
        save(folder, "pictures/rare.jpg", 99)
        file.write("pictures/rare.jpg,rare\n")
    (problem,) = check_data(folder).problems
    assert problem.what == "no picture to validate on shows the class (rare)"


def test_a_class_that_a_sets_own_validation_part_lacks_is_told(tmp_path: Path) -> None:
    for at, name in enumerate(("train/roof", "train/flower", "val/roof") * 3):
        save(tmp_path, f"{name}/{at}.jpg", at)
    (problem,) = check_data(tmp_path).problems
    assert problem.what == "no picture to validate on shows the class (flower)"


def test_a_class_of_boxes_that_one_side_lacks_is_told_where_there_are_enough_pictures(
    tmp_path: Path,
) -> None:
    folder = yolo(tmp_path, FEW)
    for path in sorted(folder.rglob("*.txt"))[1:]:
        path.write_text("0 0.5 0.5 0.2 0.2\n")
    sorted(folder.rglob("*.txt"))[0].write_text("1 0.5 0.5 0.2 0.2\n")
    told = [one.what for one in check_data(folder).problems]
    assert sum("shows the class" in what for what in told) == 1


@pytest.mark.parametrize(("count", "why"), [(1, "no class has two"), (0, "there is one alone")])
def test_a_set_without_a_picture_to_validate_on_is_told(
    tmp_path: Path, count: int, why: str
) -> None:
    save(tmp_path, "roof/0.jpg", 1)
    for at in range(count):
        save(tmp_path, "flower/0.jpg", 2 + at)
    (problem,) = check_data(tmp_path).problems
    assert problem.what == f"no picture is to validate on: {why}"
