"""Small sets as LabelMe, KITTI, CVAT and Darknet lay them out, with the boxes of the other sets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data.byod.sets import BOXES, SIDE, save


def labelme(folder: Path, count: int = 6) -> Path:
    for at in range(count):
        save(folder, f"{at:03}.jpg", at)
        shapes: list[dict[str, Any]] = []
        for name, (left, top, right, bottom) in BOXES:
            corners = [[left, top], [right, top], [right, bottom], [left, bottom]]
            kind = "rectangle" if at % 2 else "polygon"
            points = [corners[2], corners[0]] if at % 2 else corners
            shape = {"label": name, "points": points, "shape_type": kind}
            shapes.append({**shape, "group_id": None, "flags": {}})
        document: dict[str, Any] = {"version": "5.4.1", "flags": {}, "shapes": shapes}
        document |= {"imagePath": f"{at:03}.jpg", "imageData": None}
        document |= {"imageHeight": SIDE, "imageWidth": SIDE}
        (folder / f"{at:03}.json").write_text(json.dumps(document, indent=2))
    return folder


def kitti(folder: Path, count: int = 6) -> Path:
    (folder / "training" / "label_2").mkdir(parents=True)
    space = "-1 -1 -1 -1000 -1000 -1000 -10"
    for at in range(count):
        save(folder, f"training/image_2/{at:06}.png", at)
        lines = [f"{name} 0.00 0 -10 {' '.join(map(str, box))} {space}" for name, box in BOXES]
        lines.append(f"DontCare -1 -1 -10 1.00 1.00 5.00 5.00 {space}")
        (folder / "training" / "label_2" / f"{at:06}.txt").write_text("\n".join(lines) + "\n")
    return folder


def cvat(folder: Path, count: int = 6) -> Path:
    images = []
    for at in range(count):
        save(folder, f"images/{at:03}.jpg", at)
        (_, (left, top, right, bottom)), (_, (x, y, end, low)) = BOXES
        images.append(
            f'<image id="{at}" name="{at:03}.jpg" width="{SIDE}" height="{SIDE}">'
            f'<box label="roof" source="manual" occluded="0" xtl="{left}" ytl="{top}" '
            f'xbr="{right}" ybr="{bottom}" z_order="0"></box>'
            f'<polygon label="flower" points="{x},{y};{end},{y};{end},{low};{x},{low}"></polygon>'
            "</image>"
        )
    head = '<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version>'
    (folder / "annotations.xml").write_text(head + "\n".join(images) + "</annotations>")
    return folder


def darknet(folder: Path, count: int = 6) -> Path:
    """Give YOLO's labels right beside their pictures."""
    (folder / "obj_train_data").mkdir(parents=True)
    (folder / "obj.names").write_text("flower\nroof\n")
    names = [f"obj_train_data/{at:03}" for at in range(count)]
    (folder / "train.txt").write_text("".join(f"data/{name}.jpg\n" for name in names))
    for at, name in enumerate(names):
        save(folder, f"{name}.jpg", at)
        lines = [
            f"{int(label == 'roof')} {(left + right) / 2 / SIDE} {(top + bottom) / 2 / SIDE} "
            f"{(right - left) / SIDE} {(bottom - top) / SIDE}\n"
            for label, (left, top, right, bottom) in BOXES
        ]
        (folder / f"{name}.txt").write_text("".join(lines))
    return folder


MORE: dict[str, Callable[[Path], Path]] = {"labelme": labelme, "kitti": kitti, "cvat": cvat}
