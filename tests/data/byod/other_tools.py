"""Small sets written by other tools: Datumaro, supervision, scikit-image, pandas and others.

Each shows photographs that scikit-image and scikit-learn carry, with the labels of the other sets.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import skimage.data
import skimage.io
from faster_coco_eval.core import mask as coco_mask

from data.byod.mask_sets import CLASSES, bits, truth
from data.byod.more_sets import MORE
from data.byod.sets import BOXES, DETECTION, SIDE, picture, save

COUNT = 8
NAMES = ("flower", "roof")


@dataclass(frozen=True, slots=True)
class Written:
    """A set as another tool writes it.

    Attributes:
        form: What the format is called here.
        task: What its labels are for.
        tool: The module that writes it; it may not be installed.
        write: Writes it into a folder.
        outlines: Whether the task is asked for (masks out of outlines).
        within: How many pixels off the tool writes boxes.
    """

    form: str
    task: Literal["classification", "detection", "segmentation", "unlabeled"]
    tool: str
    write: Callable[[Path], object]
    outlines: bool = False
    within: float = 1e-6


def photograph(name: str) -> npt.NDArray[np.uint8]:
    """Give a photograph that scikit-image carries."""
    return np.asarray(getattr(skimage.data, name)(), np.uint8)


def _datumaro(form: str, kind: str) -> Callable[[Path], object]:
    """Let Datumaro write boxes, classes or pictures alone in one of its formats."""

    def write(folder: Path) -> None:
        datumaro = importlib.import_module("datumaro")
        parts = importlib.import_module("datumaro.components.annotation")
        media = importlib.import_module("datumaro.components.media")
        items = []
        for at in range(COUNT):
            marks: list[Any] = []
            if kind == "label":
                marks = [parts.Label(at % 2)]
            for number, (name, (left, top, right, bottom)) in enumerate(BOXES):
                if kind == "box":
                    place = (left, top, right - left, bottom - top)
                    label = NAMES.index(name)
                    marks.append(parts.Bbox(*place, label=label, id=number, group=number))
            pixels = np.asarray(picture(at))[..., ::-1].astype(np.float32)
            subset = "train" if at < COUNT - 2 else "val"
            item = datumaro.DatasetItem(
                f"{at:03}", subset=subset, media=media.Image(data=pixels), annotations=marks
            )
            items.append(item)
        made = datumaro.Dataset.from_iterable(items, categories=list(NAMES), media_type=media.Image)
        made.export(str(folder), form, save_media=True)

    return write


def _supervision(writer: str, *places: str) -> Callable[[Path], object]:
    """Let supervision write boxes; pictures and labels go to the given places."""

    def write(folder: Path) -> None:
        supervision = importlib.import_module("supervision")
        paths = [str(save(folder.parent / "photos", f"{at:03}.png", at)) for at in range(COUNT)]
        boxes = supervision.Detections(
            xyxy=np.asarray([box for _, box in BOXES]),
            class_id=np.asarray([NAMES.index(name) for name, _ in BOXES]),
        )
        made = supervision.DetectionDataset(
            classes=list(NAMES), images=paths, annotations=dict.fromkeys(paths, boxes)
        )
        getattr(made, writer)(*(str(folder / place) for place in places))

    return write


def _class_folders(folder: Path) -> None:
    supervision = importlib.import_module("supervision")
    paths = [str(save(folder.parent / "photos", f"{at:03}.png", at)) for at in range(COUNT)]
    labels = {
        path: supervision.Classifications(class_id=np.asarray([at % 2]))
        for at, path in enumerate(paths)
    }
    made = supervision.ClassificationDataset(list(NAMES), paths, labels)
    made.as_folder_structure(str(folder))


def _table(folder: Path) -> None:
    for at in range(COUNT):
        save(folder, f"{at:03}.jpg", at)
    table = pd.DataFrame({"filename": [f"{at:03}.jpg" for at in range(COUNT)]})
    table["label"] = [NAMES[at % 2] for at in range(COUNT)]
    table.to_csv(folder / "labels.csv", index=False)


def _coco_runs(folder: Path) -> None:
    """Photographs of scikit-image, their regions encoded by the code of pycocotools."""
    images, annotations = [], []
    photo = photograph("astronaut")
    for at in range(COUNT):
        piece = photo[at * 20 : at * 20 + SIDE, 100 : 100 + SIDE]
        path = folder / f"{at:03}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        skimage.io.imsave(path, piece)
        images.append({"id": at, "file_name": path.name, "width": SIDE, "height": SIDE})
        for number, (name, box) in enumerate(BOXES):
            runs = coco_mask.encode(np.asfortranarray(bits(box).astype(np.uint8)))
            runs["counts"] = runs["counts"].decode()
            annotations.append(
                {
                    "id": 10 * at + number,
                    "image_id": at,
                    "category_id": 1 + NAMES.index(name),
                    "segmentation": runs,
                    "bbox": [*box[:2], box[2] - box[0], box[3] - box[1]],
                    "area": int(bits(box).sum()),
                    "iscrowd": 0,
                }
            )
    categories = [{"id": 1 + number, "name": name} for number, name in enumerate(NAMES)]
    document = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "instances.json").write_text(json.dumps(document))


def _masks(folder: Path) -> None:
    photo = photograph("chelsea")
    for place in ("images", "masks"):
        (folder / place).mkdir(parents=True)
    for at in range(COUNT):
        piece = photo[at * 20 : at * 20 + SIDE, 100 : 100 + SIDE]
        skimage.io.imsave(folder / f"images/{at:03}.png", piece)
        skimage.io.imsave(folder / f"masks/{at:03}.png", truth(), check_contrast=False)
    (folder / "classes.txt").write_text("\n".join(CLASSES))


WRITTEN: dict[str, Written] = {
    "csv by pandas": Written("csv", "classification", "pandas", _table),
    "coco by pycocotools": Written("coco", "segmentation", "faster_coco_eval", _coco_runs, True),
    "imagefolder by supervision": Written(
        "imagefolder", "classification", "supervision", _class_folders
    ),
    "imagefolder by datumaro": Written(
        "imagefolder", "classification", "datumaro", _datumaro("imagenet", "label")
    ),
    "coco by supervision": Written(
        "coco", "detection", "supervision", _supervision("as_coco", "images", "labels.json")
    ),
    "coco by datumaro": Written(
        "coco", "detection", "datumaro", _datumaro("coco_instances", "box")
    ),
    "voc by supervision": Written(
        "voc",
        "detection",
        "supervision",
        _supervision("as_pascal_voc", "JPEGImages", "Annotations"),
    ),
    "voc by datumaro": Written(  # it counts pixels from 0, where VOC counts from 1
        "voc", "detection", "datumaro", _datumaro("voc_detection", "box"), within=1.0
    ),
    "yolo by supervision": Written(
        "yolo",
        "detection",
        "supervision",
        _supervision("as_yolo", "images", "labels", "data.yaml"),
        within=0.001,
    ),
    "yolo by datumaro": Written("yolo", "detection", "datumaro", _datumaro("yolo", "box")),
    "kitti by datumaro": Written(
        "kitti", "detection", "datumaro", _datumaro("kitti_detection", "box")
    ),
    "cvat by datumaro": Written("cvat", "detection", "datumaro", _datumaro("cvat", "box")),
    "labelme by supervision": Written(
        "labelme", "detection", "supervision", _supervision("as_labelme", ".", ".")
    ),
    "masks by scikit-image": Written("masks", "segmentation", "skimage", _masks),
    **{
        f"{form} by its layout": Written(form, "detection", "json", make)
        for form, make in {**DETECTION, **MORE}.items()
    },
    "unlabeled by datumaro": Written(
        "unlabeled", "unlabeled", "datumaro", _datumaro("image_dir", "none")
    ),
}
