"""What a set calls test is never trained on, however it is split and wherever it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.byod.sets import csv_set, save, yolo
from data.byod.test_coco_places import write
from haversack.data.byod.records import split_in
from haversack.data.byod.splits import SplitPlan
from haversack.services.datasets import check_data


def trained_on(folder: Path, plan: SplitPlan | None = None) -> set[str]:
    found = check_data(folder, plan=plan)
    return {one.picture for one in found.pictures if one.split == "train"}


def class_folders(folder: Path, *tops: str, each: int = 6) -> Path:
    """Write pictures of two classes below each of some folders."""
    for number, top in enumerate(tops):
        for at in range(each):
            name = f"{top}/{'roof' if at % 2 else 'flower'}/{at}.jpg".removeprefix("/")
            save(folder, name, 100 * number + at)
    return folder


@pytest.mark.parametrize("test", ["test", "Testing", "eval"])
@pytest.mark.parametrize(
    "plan", [SplitPlan(), SplitPlan(0.3), SplitPlan(seed=4), SplitPlan(group_by="prefix:_")]
)
def test_no_plan_trains_on_test_pictures(tmp_path: Path, test: str, plan: SplitPlan) -> None:
    chosen = trained_on(class_folders(tmp_path, "Training", test), plan)
    assert chosen
    assert all(name.startswith("Training/") for name in chosen)


def test_test_pictures_are_held_out_where_nothing_is_called_train(tmp_path: Path) -> None:
    chosen = trained_on(class_folders(tmp_path, "", "test"))
    assert chosen
    assert not any(name.startswith("test/") for name in chosen)


def test_the_share_is_of_the_pictures_that_are_not_test(tmp_path: Path) -> None:
    folder = class_folders(tmp_path, "train", "test", each=10)
    assert len(trained_on(folder, SplitPlan(0.4))) == 6


def test_what_is_grouped_with_a_test_picture_is_held_out_too(tmp_path: Path) -> None:
    folder = csv_set(tmp_path)
    rows = (folder / "labels.csv").read_text().splitlines()
    told = [f"{rows[0]},split,patient"]
    told += [f"{row},{'test' if at == 0 else 'train'},{at // 3}" for at, row in enumerate(rows[1:])]
    (folder / "labels.csv").write_text("\n".join(told))
    plan = SplitPlan(0.2, group_by="column:patient")
    assert not {f"pictures/{at}.jpg" for at in range(3)} & trained_on(folder, plan)


def test_a_copy_of_a_test_picture_is_held_out(tmp_path: Path) -> None:
    folder = class_folders(tmp_path, "Training", "test")
    copy = folder / "Training/roof/copy.jpg"
    copy.write_bytes((folder / "test/roof/1.jpg").read_bytes())
    assert "Training/roof/copy.jpg" not in trained_on(folder)


def test_a_set_that_is_all_test_is_told(tmp_path: Path) -> None:
    found = check_data(class_folders(tmp_path, "test"))
    assert found.splits() == {"train": 0, "val": 6}
    assert "no picture is to train on" in found.problems[-1].what


@pytest.mark.parametrize(
    ("file", "side"),
    [
        ("training_data/instances_val.json", "val"),
        ("training_data/test-dev2017.json", "val"),
        ("contest/instances_train2017.json", "train"),
        ("test/train/boxes.json", "train"),
    ],
)
def test_a_coco_file_is_of_the_split_that_a_whole_word_of_its_name_says(
    tmp_path: Path, file: str, side: str
) -> None:
    other = {"val": "instances_train.json", "train": "instances_val.json"}[side]
    save(tmp_path, "pictures/a.jpg", 1)
    save(tmp_path, "pictures/b.jpg", 2)
    write(tmp_path / file, {"a.jpg": "roof"})
    write(tmp_path / other, {"b.jpg": "roof"})
    sides = {one.picture: one.split for one in check_data(tmp_path).pictures}
    assert sides["pictures/a.jpg"] == side
    assert len(set(sides.values())) == 2


def test_the_nearest_folder_says_the_split() -> None:
    assert split_in("train/old/val/a.jpg") == "val"
    assert split_in("Testing/roof/a.jpg") == "test"


def test_a_yolo_folder_that_is_to_validate_and_to_test_on_is_held_out(tmp_path: Path) -> None:
    folder = yolo(tmp_path)
    for at in range(3):
        save(folder, f"images/held/{at}.jpg", 50 + at)
    with (folder / "data.yaml").open("a") as file:
        file.write("val: images/held\ntest: images/held\n")
    assert all(name.startswith("images/train/") for name in trained_on(folder, SplitPlan(0.5)))
