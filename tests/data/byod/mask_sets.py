"""Small sets with masks, each as another tool would write it; all show the same areas."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from data.byod.sets import BOXES, SIDE, save
from haversack.data.byod.coco_runs import text_of
from haversack.data.byod.mask_files import voc_colours
from haversack.data.byod.regions import runs_of

CLASSES = ("background", "flower", "roof")
Labels = npt.NDArray[np.uint8]


def truth() -> Labels:
    """Give the mask of every picture of these sets: the boxes, the later over the earlier."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    for name, (left, top, right, bottom) in BOXES:
        mask[int(top) : int(bottom), int(left) : int(right)] = CLASSES.index(name)
    return mask


def corners(box: tuple[float, ...]) -> list[float]:
    left, top, right, bottom = box
    return [left, top, right, top, right, bottom, left, bottom]


def bits(box: tuple[float, ...]) -> npt.NDArray[np.bool_]:
    left, top, right, bottom = (int(edge) for edge in box)
    inside = np.zeros((SIDE, SIDE), bool)
    inside[top:bottom, left:right] = True
    return inside


def _pictures(folder: Path, count: int, where: str = "images") -> list[str]:
    for at in range(count):
        save(folder, f"{where}/{at:03}.jpg", at)
    return [f"{at:03}" for at in range(count)]


def _save_mask(path: Path, picture: Image.Image) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)


def indexed(folder: Path, count: int = 6) -> Path:
    picture = Image.fromarray(truth(), mode="P")
    picture.putpalette(voc_colours().tobytes())
    for stem in _pictures(folder, count):
        _save_mask(folder / f"masks/{stem}.png", picture)
    (folder / "classes.txt").write_text("\n".join(CLASSES))
    return folder


def coloured(folder: Path, count: int = 6) -> Path:
    colours = {"background": (0, 0, 0), "flower": (250, 50, 83), "roof": (36, 179, 83)}
    table = np.asarray([colours[name] for name in CLASSES], np.uint8)
    for stem in _pictures(folder, count, "JPEGImages"):
        _save_mask(folder / f"SegmentationClass/{stem}.png", Image.fromarray(table[truth()]))
    lines = [f"{name}:{','.join(map(str, colour))}::" for name, colour in colours.items()]
    (folder / "labelmap.txt").write_text("\n".join(["# label:color_rgb:parts:actions", *lines]))
    return folder


def camvid(folder: Path, count: int = 6) -> Path:
    table = np.asarray([(0, 0, 0), (9, 9, 9), (200, 0, 0)], np.uint8)
    for stem in _pictures(folder, count, "train/images"):
        _save_mask(folder / f"train/masks/{stem}_L.png", Image.fromarray(table[truth()]))
    rows = [f"{n},{r},{g},{b}" for n, (r, g, b) in zip(CLASSES, table.tolist(), strict=True)]
    (folder / "class_dict.csv").write_text("\n".join(["name,r,g,b", *rows]))
    return folder


def coco_polygons(folder: Path, count: int = 6) -> Path:
    return _coco(folder, count, lambda _, box: [corners(box)])


def coco_runs(folder: Path, count: int = 6) -> Path:
    def segmentation(at: int, box: tuple[float, ...]) -> dict[str, Any]:
        counts = list(runs_of(bits(box), by_columns=True).counts)
        return {"size": [SIDE, SIDE], "counts": text_of(counts) if at % 2 else counts}

    return _coco(folder, count, segmentation)


def _coco(folder: Path, count: int, outline: Callable[[int, tuple[float, ...]], Any]) -> Path:
    stems = _pictures(folder, count)
    images = [{"id": at, "file_name": f"{stem}.jpg"} for at, stem in enumerate(stems)]
    numbers = {"roof": 3, "flower": 7}
    annotations = [
        {
            "id": 10 * at + number, "image_id": at, "category_id": numbers[name],
            "segmentation": outline(at, box), "bbox": [*box[:2], 1, 1], "iscrowd": at % 2,
        }
        for at in range(count)
        for number, (name, box) in enumerate(BOXES)
    ]  # fmt: skip
    categories = [{"id": number, "name": name} for name, number in numbers.items()]
    document = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "instances.json").write_text(json.dumps(document))
    return folder


def labelme(folder: Path, count: int = 6) -> Path:
    for at, stem in enumerate(_pictures(folder, count, ".")):
        shapes = [_shape(at, number, *one) for number, one in enumerate(BOXES)]
        document = {"shapes": shapes, "imagePath": f"{stem}.jpg", "imageData": None}
        (folder / f"{stem}.json").write_text(json.dumps(document))
    return folder


def _shape(at: int, number: int, name: str, box: tuple[float, ...]) -> dict[str, Any]:
    left, top, right, bottom = (int(edge) for edge in box)
    if at % 2:
        points = np.reshape(corners(box), (-1, 2)).tolist()
        return {"label": name, "points": points, "shape_type": "polygon"}
    if number:
        points = [[right, bottom], [left, top]]
        return {"label": name, "points": points, "shape_type": "rectangle"}
    out = io.BytesIO()
    Image.fromarray(np.full((bottom - top, right - left), True)).save(out, "PNG")
    text = base64.b64encode(out.getvalue()).decode()
    points = [[left, top], [right, bottom]]
    return {"label": name, "points": points, "shape_type": "mask", "mask": text}


def cvat(folder: Path, count: int = 6) -> Path:
    (_, (left, top, right, bottom)), (_, flower) = BOXES
    x, y, end, low = (int(edge) for edge in flower)
    runs = f"0, {(end - x) * (low - y)}"
    images = "".join(
        f'<image name="{stem}.jpg">'
        f'<mask label="flower" rle="{runs}" left="{x}" top="{y}" width="{end - x}" '
        f'height="{low - y}" z_order="1"/>'
        f'<box label="roof" xtl="{left}" ytl="{top}" xbr="{right}" ybr="{bottom}" z_order="0"/>'
        "</image>"
        for stem in _pictures(folder, count)
    )
    (folder / "annotations.xml").write_text(f"<annotations>{images}</annotations>")
    return folder


def yolo(folder: Path, count: int = 6) -> Path:
    (folder / "labels").mkdir(parents=True)
    (folder / "data.yaml").write_text("names: [flower, roof]\n")
    for stem in _pictures(folder, count):
        lines = [
            " ".join([str(int(name == "roof")), *(str(edge / SIDE) for edge in corners(box))])
            for name, box in BOXES
        ]
        (folder / f"labels/{stem}.txt").write_text("\n".join(lines))
    return folder


MASKED: dict[str, Callable[[Path], Path]] = {
    "indexed": indexed, "coloured": coloured, "camvid": camvid, "coco_polygons": coco_polygons,
    "coco_runs": coco_runs, "labelme": labelme, "cvat": cvat, "yolo": yolo,
}  # fmt: skip
