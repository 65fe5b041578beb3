"""Classes are renamed, joined and left out in every kind of set before it is checked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.byod.mask_sets import coco_polygons, coloured, truth
from data.byod.sets import coco, image_folder
from haversack.base.errors import UsageError
from haversack.data.byod.class_mapping import parse_mapping
from haversack.data.byod.shard import Shard, write_shard
from haversack.data.readers.members import FolderMembers
from haversack.data.sample import NOT_JUDGED, Mask
from haversack.services.datasets import check_data


def test_a_class_of_pictures_is_renamed_joined_and_left_out(tmp_path: Path) -> None:
    folder = image_folder(tmp_path)
    assert check_data(folder, mapping={"roof": "house"}).counts() == {"flower": 5, "house": 5}
    assert check_data(folder, mapping={"roof": "flower"}).counts() == {"flower": 10}
    assert check_data(folder, mapping={"roof": ""}).counts() == {"flower": 5}


def test_a_class_of_boxes_is_left_out_and_its_pictures_stay(tmp_path: Path) -> None:
    found = check_data(coco(tmp_path), mapping={"roof": "", "flower": "plant"})
    assert found.counts() == {"plant": 6}
    assert len(found.pictures) == 6


@pytest.mark.parametrize("make", [coloured, coco_polygons])
def test_pixels_of_a_class_that_is_left_out_are_not_judged(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    folder = make(tmp_path / "set")
    mapping = {"roof": "", "flower": "plant"}
    found = check_data(folder, task="segmentation", mapping=mapping)
    assert (found.classes, found.problems) == (("background", "plant"), ())
    with (tmp_path / "shard.tar").open("wb") as file:
        write_shard(file, FolderMembers(folder), found)
    target = Shard(tmp_path / "shard.tar").everything()[0].target
    assert isinstance(target, Mask)
    wanted = np.asarray([0, 1, NOT_JUDGED], np.uint8)[truth()]
    np.testing.assert_array_equal(target.labels, wanted)


def test_pairs_are_read_and_wrong_ones_refused(tmp_path: Path) -> None:
    assert parse_mapping(["a=b", "c=", "x = y=z "]) == {"a": "b", "c": "", "x = y": "z"}
    for pairs in (["a"], ["=b"], ["a=b", "a=c"]):
        with pytest.raises(UsageError):
            parse_mapping(pairs)
    with pytest.raises(UsageError, match="no class 'roofs'") as caught:
        check_data(image_folder(tmp_path), mapping={"roofs": "house"})
    assert "roof" in caught.value.hint
