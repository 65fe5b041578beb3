"""A COCO file's labels go to the picture that it names and to no other, or it is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from data.byod.sets import save
from haversack.services.datasets import check_data


def write(path: Path, labels: Mapping[str, str]) -> None:
    """Write a COCO file that names a picture with one object for each entry."""
    classes = sorted(set(labels.values()))
    boxes = [
        {"image_id": at, "category_id": classes.index(label), "bbox": [1, 2, 20, 30]}
        for at, label in enumerate(labels.values())
    ]
    document = {
        "images": [{"id": at, "file_name": name} for at, name in enumerate(labels)],
        "annotations": boxes,
        "categories": [{"id": at, "name": name} for at, name in enumerate(classes)],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))


def told(folder: Path) -> tuple[dict[str, str], list[str]]:
    """Give the class of each picture's object, and what was told of the files."""
    found = check_data(folder, "coco")
    labels = {one.picture: one.boxes[0][0] for one in found.pictures if one.boxes}
    problems = [one.what for one in found.problems if one.file.endswith(".json")]
    return labels, problems


def test_a_picture_of_another_folder_does_not_get_the_labels(tmp_path: Path) -> None:
    save(tmp_path, "cam2/0001.jpg", 1)
    save(tmp_path, "cam1/0002.jpg", 2)
    write(tmp_path / "boxes.json", {"cam1/0001.jpg": "roof", "cam1/0002.jpg": "sky"})
    assert told(tmp_path) == ({"cam1/0002.jpg": "sky"}, ["the picture cam1/0001.jpg is missing"])


def test_equal_names_beside_their_own_files_get_their_own_labels(tmp_path: Path) -> None:
    for at, split in enumerate(("train", "valid")):
        for name in ("a", "b"):
            save(tmp_path, f"{split}/{name}.jpg", 2 * at + ord(name))
        write(tmp_path / split / "_annotations.coco.json", {"a.jpg": split, "b.jpg": split})
    labels, problems = told(tmp_path)
    assert labels == {f"{s}/{n}.jpg": s for s in ("train", "valid") for n in "ab"}
    assert problems == []


def test_a_file_at_the_top_means_the_picture_at_the_top(tmp_path: Path) -> None:
    save(tmp_path, "a.png", 1)
    save(tmp_path, "backup/a.png", 2)
    write(tmp_path / "boxes.json", {"a.png": "roof"})
    assert told(tmp_path) == ({"a.png": "roof"}, [])


def test_a_name_that_several_pictures_bear_is_not_guessed(tmp_path: Path) -> None:
    save(tmp_path, "x/a.jpg", 1)
    save(tmp_path, "y/a.jpg", 2)
    save(tmp_path, "y/b.jpg", 3)
    write(tmp_path / "boxes.json", {"a.jpg": "roof", "b.jpg": "sky"})
    assert told(tmp_path) == ({"y/b.jpg": "sky"}, ["the picture a.jpg is missing"])


def test_a_picture_serves_the_entry_that_names_it_best_and_the_other_is_told(
    tmp_path: Path,
) -> None:
    save(tmp_path, "valid/a.jpg", 1)
    save(tmp_path, "train/b.jpg", 2)
    write(tmp_path / "train/_annotations.coco.json", {"a.jpg": "wrong", "b.jpg": "roof"})
    write(tmp_path / "valid/_annotations.coco.json", {"a.jpg": "sky"})
    second = "the picture a.jpg is listed a second time; its objects there are left out"
    assert told(tmp_path) == ({"valid/a.jpg": "sky", "train/b.jpg": "roof"}, [second])


@pytest.mark.parametrize(
    "said",
    ["images\\a.jpg", "./images/a.jpg", "../images/a.jpg", "/mnt/set/images/a.jpg", "a.jpg"],
)
def test_other_ways_to_write_the_same_place_are_understood(tmp_path: Path, said: str) -> None:
    save(tmp_path, "images/a.jpg", 1)
    write(tmp_path / "annotations/boxes.json", {said: "roof"})
    assert told(tmp_path) == ({"images/a.jpg": "roof"}, [])
