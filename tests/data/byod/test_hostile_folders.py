"""What a hostile folder says is a problem or a typed error, and nothing outside it is read."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from data.byod.sets import coco, csv_set, image_folder, save, voc, yolo
from haversack.base.errors import HaversackError
from haversack.data.byod import folder as folders
from haversack.data.errors import DataError
from haversack.services.datasets import check_data


def test_links_that_lead_out_are_told_and_not_followed(tmp_path: Path) -> None:
    outside = save(tmp_path / "outside", "secret.jpg", 99)
    folder = image_folder(tmp_path / "set")
    (folder / "roof" / "linked.jpg").symlink_to(outside)
    (folder / "tower").symlink_to(outside.parent)
    (folder / "roof" / "itself.jpg").symlink_to(folder / "roof" / "itself.jpg")
    found = check_data(folder)
    assert len(found.pictures) == 10
    assert {"roof/linked.jpg", "tower"} <= {one.file for one in found.problems}
    assert found.classes == ("flower", "roof")


def test_a_link_within_the_folder_is_a_picture_like_any_other(tmp_path: Path) -> None:
    folder = image_folder(tmp_path / "set")
    (folder / "roof" / "again.jpg").symlink_to(folder / "roof" / "0.jpg")
    (problem,) = check_data(folder).problems
    assert "has the same bytes as" in problem.what


def test_a_name_that_no_disk_can_hold_is_a_missing_picture(tmp_path: Path) -> None:
    long = "x" * 5000 + ".jpg"
    folder = csv_set(tmp_path / "csv")
    with (folder / "labels.csv").open("a") as file:
        file.write(f"{long},roof\n")
    found = check_data(folder)
    assert (len(found.pictures), len(found.problems)) == (10, 1)
    folder = voc(tmp_path / "voc")
    text = f"<annotation><filename>{long}</filename></annotation>"
    (folder / "Annotations" / "none.xml").write_text(text)
    assert [one.what for one in check_data(folder).problems] == ["its picture is missing"]


def test_names_that_unfold_without_end_are_refused_at_once(tmp_path: Path) -> None:
    folder = yolo(tmp_path)
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]" for at in range(1, 30)]
    (folder / "data.yaml").write_text("\n".join([*lines, "names: *a29\n"]))
    with pytest.raises(DataError, match="does not name the classes"):
        check_data(folder)


def test_a_file_without_bound_is_not_read(tmp_path: Path) -> None:
    folder = image_folder(tmp_path)
    with (folder / "roof" / "huge.jpg").open("wb") as file:
        file.truncate(folders.MAX_BYTES + 1)
    (problem,) = check_data(folder).problems
    assert problem.what == "roof/huge.jpg is larger than 1 GiB"


def test_a_folder_that_is_none_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(HaversackError) as caught:
        check_data(tmp_path / "nowhere")
    assert caught.value.hint


@pytest.mark.parametrize("path", ["deep/" * 200_000, "../" * 300_000])
def test_a_path_of_a_megabyte_is_a_missing_picture_at_once(tmp_path: Path, path: str) -> None:
    lists = yolo(tmp_path / "yolo")
    (lists / "data.yaml").write_text("names: [flower, roof]\ntrain: train.txt\n")
    (lists / "train.txt").write_text(f"{path}none.jpg\n")
    listed = coco(tmp_path / "coco")
    file = listed / "annotations/instances.json"
    document = json.loads(file.read_text())
    document["images"][0]["file_name"] = f"{path}none.jpg"
    file.write_text(json.dumps(document))
    began = time.process_time()
    (first, *_), (second, *_) = check_data(lists).problems, check_data(listed).problems
    assert time.process_time() - began < 10
    assert first.what.startswith("lists pictures that are not there: 1, ")
    assert second.what.endswith(" is missing")
    assert max(len(first.what), len(second.what)) < 300
