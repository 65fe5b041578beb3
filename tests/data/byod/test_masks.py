"""Masks mean the same in every format, are kept without loss, and bear damage."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.byod.mask_sets import CLASSES, MASKED, coco_runs, coloured, indexed, labelme, truth
from data.byod.sets import SIDE, coco, save
from haversack.base.errors import UsageError
from haversack.data.byod.mask_files import voc_colours
from haversack.data.byod.shard import Shard, write_shard
from haversack.data.errors import DataError
from haversack.data.readers.members import FolderMembers
from haversack.data.sample import NOT_JUDGED, Mask
from haversack.services.datasets import check_data

DAMAGED = min(500, int(os.environ.get("HAVERSACK_CASES", "500")) // 5)


def kept(folder: Path, target: Path) -> Shard:
    checked = check_data(folder, task="segmentation")
    with target.open("wb") as file:
        write_shard(file, FolderMembers(folder), checked)
    return Shard(target)


@pytest.mark.parametrize("form", MASKED)
def test_a_mask_means_the_same_in_every_format_and_is_kept_so(tmp_path: Path, form: str) -> None:
    folder = MASKED[form](tmp_path / "set")
    found = check_data(folder, task="segmentation")
    assert (found.task, found.classes, found.problems) == ("segmentation", CLASSES, ())
    assert found.counts() == dict.fromkeys(CLASSES, 6)
    splits = kept(folder, tmp_path / "shard.tar").splits()
    assert sum(map(len, splits.values())) == 6
    for data in splits.values():
        assert data.classes == CLASSES
        assert data.counts() == dict.fromkeys(CLASSES, len(data))
        for at in range(len(data)):
            target = data[at].target
            assert isinstance(target, Mask)
            np.testing.assert_array_equal(target.labels, truth())


def test_masks_of_0_and_255_are_a_ground_and_an_object(tmp_path: Path) -> None:
    for at in range(4):
        save(tmp_path, f"images/{at}.jpg", at)
        mask = np.zeros((SIDE, SIDE), np.uint8)
        mask[:9] = 255
        (tmp_path / "masks").mkdir(exist_ok=True)
        Image.fromarray(mask).save(tmp_path / f"masks/{at}.png")
    found = check_data(tmp_path)
    assert (found.classes, found.problems) == (("background", "object"), ())
    (tmp_path / "classes.txt").write_text("ground\nflower\n")
    found = check_data(tmp_path)
    assert found.counts() == {"ground": 4, "flower": 4}
    assert dict(found.pictures[0].areas) == {"ground": SIDE * (SIDE - 9), "flower": 9 * SIDE}


def test_values_without_a_list_are_classes_by_their_number_and_that_is_told(
    tmp_path: Path,
) -> None:
    folder = indexed(tmp_path)
    (folder / "classes.txt").unlink()
    found = check_data(folder)
    assert found.classes == ("background", "class 1", "class 2")
    assert [(one.file, one.what) for one in found.problems] == [
        ("the masks", "no class list names their values; each value is a class of its own")
    ]


def test_an_empty_line_of_the_class_list_is_no_class_to_pass_over(tmp_path: Path) -> None:
    folder = indexed(tmp_path)
    (folder / "classes.txt").write_text("\n".join(CLASSES) + "\n\n")
    assert check_data(folder).problems == ()
    (folder / "classes.txt").write_text(f"{CLASSES[0]}\n\n{CLASSES[2]}\n")
    with pytest.raises(DataError, match="has no name in line 2"):
        check_data(folder)


def test_masks_in_colour_without_a_list_are_answered_with_the_lists_there_are(
    tmp_path: Path,
) -> None:
    folder = indexed(tmp_path)
    (folder / "classes.txt").unlink()
    for path in (folder / "masks").iterdir():
        Image.fromarray(voc_colours()[truth()]).save(path)
    with pytest.raises(DataError, match="in colour; no class list") as refused:
        check_data(folder)
    assert "labelmap.txt" in refused.value.hint


def test_masks_kept_as_jpeg_are_told_for_their_values_are_others(tmp_path: Path) -> None:
    folder = indexed(tmp_path, 4)
    for path in sorted((folder / "masks").iterdir())[:3]:
        Image.fromarray(truth()).save(path.with_suffix(".jpg"))
        path.unlink()
    problems = [(one.file, one.what) for one in check_data(folder).problems]
    told = "3 of 4 masks are JPEGs, which change values; save them as PNG"
    assert ("the masks", told) in problems


def test_255_is_not_judged_and_an_unknown_value_is_told(tmp_path: Path) -> None:
    folder = indexed(tmp_path / "set", 3)
    for stem, value in (("000", NOT_JUDGED), ("001", 9)):
        mask = truth()
        mask[:2, :5] = value
        Image.fromarray(mask).save(folder / f"masks/{stem}.png")
    (problem,) = check_data(folder).problems
    assert problem.file == "masks/001.png"
    assert problem.what == "at 10 of its pixels the mask means no class; nothing is judged there"
    shard = kept(folder, tmp_path / "shard.tar").everything()
    for at in (0, 1):
        target = shard[at].target
        assert isinstance(target, Mask)
        assert (target.labels[:2, :5] == NOT_JUDGED).all()


def test_a_mask_of_another_size_or_without_partner_is_told_and_left_out(tmp_path: Path) -> None:
    folder = coloured(tmp_path)
    Image.fromarray(truth()[:30]).save(folder / "SegmentationClass/000.png")
    (folder / "SegmentationClass/001.png").unlink()
    (folder / "JPEGImages/002.jpg").unlink()
    found = check_data(folder)
    assert len(found.pictures) == 3
    assert {(one.file, one.what) for one in found.problems} == {
        ("JPEGImages/001.jpg", "has no mask"),
        ("SegmentationClass/002.png", "is a mask without a picture"),
        (
            "JPEGImages/000.jpg",
            "SegmentationClass/000.png has a mask of 64 x 30 pixels for a picture of 64 x 64",
        ),
    }


def test_runs_of_another_size_are_told(tmp_path: Path) -> None:
    folder = coco_runs(tmp_path)
    document = json.loads((folder / "instances.json").read_text())
    document["annotations"][0]["segmentation"] = {"size": [9, 9], "counts": [81]}
    document["annotations"][2]["segmentation"] = {"size": [64, 64], "counts": [5]}
    document["annotations"][4]["segmentation"] = {"size": [64, 64], "counts": "~~"}
    document["annotations"][6]["segmentation"] = [[1, 1, 2, 2]]
    document["annotations"][8]["segmentation"] = []
    (folder / "instances.json").write_text(json.dumps(document))
    found = check_data(folder, task="segmentation")
    assert [one.what for one in found.problems] == [
        "annotation 3 has a mask of pixels whose runs do not fill it",
        "annotation 5 has runs of pixels that cannot be read",
        "annotation 7 has a polygon of 4 numbers; three corners have 6",
        "annotation 9 has no outline",
        "images/000.jpg has a mask of 9 x 9 pixels for a picture of 64 x 64",
    ]


def test_the_same_files_are_boxes_unless_masks_are_asked_for(tmp_path: Path) -> None:
    assert check_data(labelme(tmp_path)).task == "detection"
    with pytest.raises(UsageError, match="no task is called 'panoptic'"):
        check_data(tmp_path, task="panoptic")


def test_a_detection_set_without_outlines_is_refused_for_masks(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        check_data(coco(tmp_path), task="segmentation")
    assert "no outline" in caught.value.message


def test_pictures_alone_are_unlabeled_and_are_kept_to_be_looked_at(tmp_path: Path) -> None:
    for at in range(3):
        save(tmp_path / "set", f"{at}.jpg", at)
    found = check_data(tmp_path / "set")
    assert (found.format, found.task, found.splits()) == (
        "unlabeled",
        "unlabeled",
        {"unlabeled": 3},
    )
    with (tmp_path / "shard.tar").open("wb") as file:
        write_shard(file, FolderMembers(tmp_path / "set"), found)
    data = Shard(tmp_path / "shard.tar").everything()
    assert [data[at].name for at in range(len(data))] == ["0.jpg", "1.jpg", "2.jpg"]


def test_a_damaged_shard_of_masks_is_one_typed_error_or_masks_of_known_classes(
    tmp_path: Path,
) -> None:
    path = tmp_path / "shard.tar"
    kept(indexed(tmp_path / "set"), path)
    content = path.read_bytes()
    rng = np.random.default_rng(1)
    for _ in range(DAMAGED):
        changed = bytearray(content)
        for _ in range(int(rng.integers(1, 9))):
            changed[int(rng.integers(len(changed)))] = int(rng.integers(256))
        path.write_bytes(changed)
        try:
            data = Shard(path).everything()
            for at in range(len(data)):
                target = data[at].target
                assert isinstance(target, Mask)
                assert set(np.unique(target.labels)) <= {0, 1, 2, NOT_JUDGED}
        except DataError as error:
            assert error.hint
