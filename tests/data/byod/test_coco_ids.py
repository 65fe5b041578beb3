"""An id that a COCO file uses twice mixes no labels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.byod.sets import coco
from haversack.data.errors import DataError
from haversack.services.datasets import check_data


def test_two_pictures_of_one_id_are_left_out_and_told(tmp_path: Path) -> None:
    folder = coco(tmp_path)
    path = folder / "annotations/instances.json"
    document = json.loads(path.read_text())
    document["images"][1]["id"] = document["images"][0]["id"]
    path.write_text(json.dumps(document))
    found = check_data(folder)
    assert [one.picture for one in found.pictures] == [f"images/{at:03}.jpg" for at in range(2, 6)]
    told = [one.what for one in found.problems if "of another" in one.what]
    assert told == [
        f"the picture {at:03}.jpg has the id 100 of another; left out" for at in range(2)
    ]


def test_an_id_that_is_two_classes_is_refused(tmp_path: Path) -> None:
    folder = coco(tmp_path)
    path = folder / "annotations/instances.json"
    document = json.loads(path.read_text())
    document["categories"].append({"id": 3.0, "name": "sky"})
    path.write_text(json.dumps(document))
    with pytest.raises(DataError, match=r"category 3(\.0)? is both roof and sky"):
        check_data(folder)


def test_a_class_that_is_listed_twice_alike_is_one(tmp_path: Path) -> None:
    folder = coco(tmp_path)
    path = folder / "annotations/instances.json"
    document = json.loads(path.read_text())
    document["categories"].append(document["categories"][0])
    path.write_text(json.dumps(document))
    assert check_data(folder).problems == ()
