"""Labels that would lie wrong are read rightly, or told and left out."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from data.byod.more_sets import cvat, labelme
from data.byod.sets import SIDE, coco, csv_set, save, voc, yolo
from haversack.data.errors import DataError
from haversack.services.datasets import check_data


@pytest.mark.parametrize("points", [1, 2, 3])
def test_a_yolo_pose_is_its_box_and_its_keypoints_are_told(tmp_path: Path, points: int) -> None:
    folder = yolo(tmp_path)
    with (folder / "data.yaml").open("a") as file:
        file.write(f"kpt_shape: [{points}, 3]\n")
    line = "1 0.5 0.5 0.25 0.5" + " 0.9 0.1 2" * points
    (folder / "labels/train/000.txt").write_text(line)
    found = check_data(folder)
    ((name, box),) = found.pictures[0].boxes
    assert name == "roof"
    assert box == pytest.approx((24, 16, 40, 48))
    assert [one.what for one in found.problems] == ["has keypoints; they are left out"]


def test_a_labelme_rectangle_of_four_points_is_painted(tmp_path: Path) -> None:
    folder = labelme(tmp_path, 2)
    document = json.loads((folder / "000.json").read_text())
    points = [[4, 6], [30, 6], [30, 40], [4, 40]]
    shape = {"label": "roof", "points": points, "shape_type": "rectangle"}
    (folder / "000.json").write_text(json.dumps({**document, "shapes": [shape]}))
    found = check_data(folder, task="segmentation")
    assert dict(found.pictures[0].areas)["roof"] == 26 * 34


def test_a_table_of_boxes_is_not_read_as_classes(tmp_path: Path) -> None:
    folder = csv_set(tmp_path)
    (folder / "labels.csv").write_text(
        "filename,width,height,class,xmin,ymin,xmax,ymax\npictures/0.jpg,64,64,roof,1,2,3,4\n"
    )
    with pytest.raises(DataError, match="has boxes") as caught:
        check_data(folder)
    assert "COCO" in caught.value.hint


def test_a_picture_that_is_named_twice_is_told_so_with_both_classes(tmp_path: Path) -> None:
    folder = csv_set(tmp_path)
    with (folder / "labels.csv").open("a") as file:
        file.write("pictures/3.jpg,flower\npictures/4.jpg,flower\n")
    assert [one.what for one in check_data(folder).problems] == [
        "is named a second time, there with the class (roof), here with (flower)",
        "is named a second time",
    ]


def test_folders_of_one_name_in_several_others_are_told_to_be_one_class(tmp_path: Path) -> None:
    for at in range(8):
        save(tmp_path, f"train/{'roof' if at % 2 else 'flower'}/day {at // 4}/{at}.jpg", at)
    assert [(one.file, one.what) for one in check_data(tmp_path).problems] == [
        (day, f"is one class out of 2 folders, such as flower/{day} and roof/{day}")
        for day in ("day 0", "day 1")
    ]
    for at in range(8):
        save(tmp_path / "set", f"{'val' if at > 5 else 'train'}/all/{'ab'[at % 2]}/{at}.jpg", at)
    assert check_data(tmp_path / "set").problems == ()


def test_copies_with_other_boxes_are_told_so(tmp_path: Path) -> None:
    folder = yolo(tmp_path)
    (folder / "images/train/copy.jpg").write_bytes((folder / "images/train/000.jpg").read_bytes())
    (folder / "labels/train/copy.txt").write_text("0 2 2 1 1\n")
    (problem,) = check_data(folder).problems
    assert problem.what == "has the same bytes as images/train/000.jpg, with other labels"


def _rewrite(folder: Path, form: str, width: object, height: object) -> None:
    """State another size for the first picture of a set."""
    if form == "coco":
        path = folder / "annotations/instances.json"
        document = json.loads(path.read_text())
        document["images"][0] |= {"width": width, "height": height}
        path.write_text(json.dumps(document))
    elif form == "labelme":
        path = folder / "000.json"
        document = json.loads(path.read_text())
        path.write_text(json.dumps({**document, "imageWidth": width, "imageHeight": height}))
    elif form == "voc":
        path = folder / "Annotations/000.xml"
        size = f"<size><width>{width}</width><height>{height}</height></size>"
        path.write_text(path.read_text().replace("<object>", f"{size}<object>", 1))
    else:
        path = folder / "annotations.xml"
        said = f'width="{width}" height="{height}"'
        path.write_text(path.read_text().replace(f'width="{SIDE}" height="{SIDE}"', said, 1))


FORMS = {"coco": coco, "voc": voc, "labelme": labelme, "cvat": cvat}


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_of_another_size_than_its_labels_say_is_left_out(
    tmp_path: Path, form: str
) -> None:
    folder = FORMS[form](tmp_path)
    _rewrite(folder, form, 2 * SIDE, SIDE)
    found = check_data(folder)
    assert len(found.pictures) == 5
    (problem,) = found.problems
    assert problem.what == "its labels are for 128 x 64 pixels and it has 64 x 64"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("said", [(0, 0), ("", ""), (SIDE, SIDE), ("x", SIDE)])
def test_a_size_that_is_none_says_nothing(
    tmp_path: Path, form: str, said: tuple[object, object]
) -> None:
    folder = FORMS[form](tmp_path)
    _rewrite(folder, form, *said)
    found = check_data(folder)
    assert (len(found.pictures), found.problems) == (6, ())


def test_a_size_from_before_a_picture_was_turned_is_told_as_such(tmp_path: Path) -> None:
    folder = coco(tmp_path)
    picture = Image.open(io.BytesIO((folder / "images/000.jpg").read_bytes())).resize((80, 40))
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(folder / "images/000.jpg", exif=exif)
    _rewrite(folder, "coco", 80, 40)
    (problem,) = check_data(folder).problems
    assert problem.what.startswith("its labels are for 80 x 40 pixels and it has 40 x 80 once")
    _rewrite(folder, "coco", 40, 80)
    assert not any("its labels are for" in one.what for one in check_data(folder).problems)


def test_a_voc_box_that_ends_before_it_starts_takes_no_other_with_it(tmp_path: Path) -> None:
    folder = voc(tmp_path)
    path = folder / "Annotations/000.xml"
    path.write_text(path.read_text().replace("<xmin>5</xmin>", "<xmin>50</xmin>"))
    found = check_data(folder)
    assert [name for name, _ in found.pictures[0].boxes] == ["flower"]
    assert [one.what for one in found.problems] == ["a box (roof) is empty or outside; left out"]


def test_names_with_blanks_keep_their_voc_split(tmp_path: Path) -> None:
    folder = voc(tmp_path)
    for kind, end in (("Annotations", "xml"), ("JPEGImages", "jpg")):
        (folder / f"{kind}/005.{end}").rename(folder / f"{kind}/my roof.{end}")
    path = folder / "Annotations/my roof.xml"
    path.write_text(path.read_text().replace("005.jpg", "my roof.jpg"))
    (folder / "ImageSets/Main").mkdir(parents=True)
    (folder / "ImageSets/Main/train.txt").write_text("000\n001 1\n002 -1\n003\n004\n")
    (folder / "ImageSets/Main/val.txt").write_text("my roof\n")
    found = check_data(folder)
    assert found.problems == ()
    assert [one.picture for one in found.pictures if one.split == "val"] == [
        "JPEGImages/my roof.jpg"
    ]
