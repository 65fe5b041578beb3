"""Labels that lie there are read, or it is told that they are not: never are they nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from data.byod.mask_sets import truth
from data.byod.more_sets import darknet
from data.byod.sets import coco, csv_set, image_folder, pictures_alone, voc, yolo
from data.byod.test_formats import checked
from haversack.data.byod.mask_files import voc_colours
from haversack.data.errors import DataError


@pytest.mark.parametrize("make", [yolo, darknet])
def test_yolos_labels_without_names_of_classes_are_an_error_that_says_what_to_add(
    tmp_path: Path, make: object
) -> None:
    folder = yolo(tmp_path) if make is yolo else darknet(tmp_path)
    for name in ("data.yaml", "obj.names"):
        (folder / name).unlink(missing_ok=True)
    with pytest.raises(DataError, match=r"no data\.yaml or classes\.txt names classes") as caught:
        checked(folder)
    assert "classes.txt with the name of a class on each line" in caught.value.hint


def test_names_of_classes_beside_yolos_labels_are_read(tmp_path: Path) -> None:
    folder = yolo(tmp_path)
    (folder / "data.yaml").unlink()
    (folder / "labels/train/classes.txt").write_text("flower\nroof\n")
    found = checked(folder)
    assert (found.format, found.classes, found.problems) == ("yolo", ("flower", "roof"), ())


def test_a_list_of_classes_further_down_makes_no_yolo_of_folders_of_classes(tmp_path: Path) -> None:
    folder = image_folder(tmp_path)
    (folder / "meta").mkdir()
    (folder / "meta" / "classes.txt").write_text("flower\nroof\n")
    (folder / "roof" / "0.txt").write_text("a roof of tiles\n")
    assert checked(folder).format == "imagefolder"


def test_the_splits_of_darknets_obj_data_are_kept(tmp_path: Path) -> None:
    folder = darknet(tmp_path)
    (folder / "obj.data").write_text(
        "classes = 2\ntrain = data/train.txt\nvalid = data/valid.txt\nnames = data/obj.names\n"
    )
    lines = (folder / "train.txt").read_text().splitlines()
    (folder / "train.txt").write_text("\n".join(lines[:3]) + "\n")
    (folder / "valid.txt").write_text("\n".join(lines[3:]) + "\n")
    found = checked(folder)
    assert (found.splits(), found.problems) == ({"train": 3, "val": 3}, ())


def test_a_list_of_pictures_by_their_places_on_another_machine_is_kept(tmp_path: Path) -> None:
    folder = yolo(tmp_path)
    (folder / "data.yaml").write_text("names: [flower, roof]\ntrain: a.txt\nval: b.txt\n")
    names = [f"/mnt/disk/set/images/train/{at:03}.jpg\n" for at in range(7)]
    (folder / "a.txt").write_text("".join(names[:4]))
    (folder / "b.txt").write_text("".join(names[4:]))
    found = checked(folder)
    assert found.splits() == {"train": 4, "val": 2}
    (problem,) = found.problems
    assert problem.file == "b.txt"
    assert problem.what == f"lists pictures that are not there: 1, the first ({names[6].strip()})"


def test_how_many_difficult_objects_are_left_out_is_told(tmp_path: Path) -> None:
    folder = voc(tmp_path)
    for path in sorted((folder / "Annotations").iterdir())[:3]:
        path.write_text(path.read_text().replace("<bndbox>", "<difficult>1</difficult><bndbox>", 1))
    found = checked(folder)
    assert sum(len(one.boxes) for one in found.pictures) == 9
    assert [p.what for p in found.problems] == ["difficult objects are left out: 3"]


def test_how_many_crowds_are_left_out_of_boxes_is_told(tmp_path: Path) -> None:
    folder = coco(tmp_path)
    path = folder / "annotations" / "instances.json"
    path.write_text(path.read_text().replace('"iscrowd": 0', '"iscrowd": 1', 4))
    found = checked(folder)
    assert sum(len(one.boxes) for one in found.pictures) == 8
    assert [p.what for p in found.problems] == ["crowds are left out: 4"]


def test_a_table_without_the_columns_says_which_it_has(tmp_path: Path) -> None:
    folder = csv_set(tmp_path)
    path = folder / "labels.csv"
    path.write_text(path.read_text().replace("filename,label", "image_id,kind"))
    with pytest.raises(DataError, match="its columns are: image_id, kind"):
        checked(folder)


@pytest.mark.parametrize("make", [image_folder, pictures_alone])
@pytest.mark.parametrize("name", ["labels.parquet", "more/a.JSON", "b.xml"])
def test_a_file_that_may_hold_labels_and_is_not_read_is_told(
    tmp_path: Path, make: object, name: str
) -> None:
    folder = image_folder(tmp_path) if make is image_folder else pictures_alone(tmp_path)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("<a/>")
    (problem,) = checked(folder).problems
    assert problem.file == name
    assert problem.what.startswith("may hold labels, and is not read (.")


def test_of_two_csv_files_it_is_told_that_one_is_read(tmp_path: Path) -> None:
    folder = csv_set(tmp_path)
    (folder / "more.csv").write_text("filename,label\n")
    found = checked(folder)
    assert [p.file for p in found.problems] == ["labels.csv", "more.csv"]
    (said,) = {p.what for p in found.problems}
    assert said.endswith("; of CSV files at the top just one is read")


@pytest.mark.parametrize("name", ["a.parquet", "b.h5", "c.zip"])
def test_a_folder_of_packed_pictures_is_an_error_that_says_to_take_them_out(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(b"PK")
    with pytest.raises(DataError, match="holds no picture") as caught:
        checked(tmp_path)
    assert f"inside of {name[1:]} are not read: take them out" in caught.value.hint


@pytest.mark.parametrize("home", ["", "VOCdevkit/VOC2012/"])
def test_the_masks_of_pascal_voc_that_are_not_read_are_told_once_with_their_number(
    tmp_path: Path, home: str
) -> None:
    folder = voc(tmp_path / home)
    for at in range(6):
        for masks in ("SegmentationClass", "SegmentationObject"):
            (folder / masks).mkdir(exist_ok=True)
            picture = Image.fromarray(truth(), mode="P")
            picture.putpalette(voc_colours().tobytes())
            picture.save(folder / masks / f"{at:03}.png")
    (folder / "SegmentationObject" / "extra.png").write_bytes(b"no picture")
    boxes = checked(tmp_path, "voc")
    objects = f"{home}SegmentationObject", "its masks, which tell objects apart, are not read: 7"
    assert len(boxes.pictures) == 6
    assert [(one.file, one.what) for one in boxes.problems] == [
        (
            f"{home}SegmentationClass",
            "its masks are not read as voc (--format masks reads them): 6",
        ),
        objects,
    ]
    areas = checked(tmp_path, "masks")
    assert len(areas.pictures) == 6
    assert [(one.file, one.what) for one in areas.problems] == [objects]
