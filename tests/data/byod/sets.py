"""Small sets as other tools lay them out, with the pictures that scikit-learn carries."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from sklearn.datasets import load_digits, load_sample_image

SIDE = 64


@cache
def _photo(name: str) -> npt.NDArray[np.uint8]:
    return np.asarray(load_sample_image(name))


def picture(seed: int) -> Image.Image:
    """Give a piece of a real photograph, another for every seed."""
    photo = _photo("china.jpg" if seed % 2 else "flower.jpg")
    rng = np.random.default_rng(seed)
    top, left = (int(rng.integers(0, edge - SIDE)) for edge in photo.shape[:2])
    return Image.fromarray(photo[top : top + SIDE, left : left + SIDE])


def save(folder: Path, name: str, seed: int) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    picture(seed).save(path, quality=90)
    return path


def image_folder(folder: Path, count: int = 5) -> Path:
    for at in range(count):
        save(folder, f"roof/{at}.jpg", 2 * at + 1)
        save(folder, f"flower/{at}.png", 2 * at)
    return folder


def csv_set(folder: Path, count: int = 5) -> Path:
    rows = ["filename,label"]
    for at in range(2 * count):
        save(folder, f"pictures/{at}.jpg", at)
        rows.append(f"pictures/{at}.jpg,{'roof' if at % 2 else 'flower'}")
    (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    return folder


def pictures_alone(folder: Path, count: int = 6) -> Path:
    for at in range(count):
        save(folder, f"{at}.jpg", at)
    return folder


BOXES = (("roof", (4.0, 6.0, 30.0, 40.0)), ("flower", (20.0, 10.0, 60.0, 64.0)))


def coco(folder: Path, count: int = 6) -> Path:
    document: dict[str, Any] = {
        "images": [],
        "annotations": [],
        "categories": [{"id": 3, "name": "roof"}, {"id": 7, "name": "flower"}],
    }
    for at in range(count):
        save(folder, f"images/{at:03}.jpg", at)
        document["images"].append(
            {"id": 100 + at, "file_name": f"{at:03}.jpg", "width": SIDE, "height": SIDE}
        )
        for number, (name, (left, top, right, bottom)) in enumerate(BOXES):
            document["annotations"].append(
                {
                    "id": 10 * at + number,
                    "image_id": 100 + at,
                    "category_id": 3 if name == "roof" else 7,
                    "bbox": [left, top, right - left, bottom - top],
                    "area": (right - left) * (bottom - top),
                    "iscrowd": 0,
                }
            )
    path = folder / "annotations" / "instances.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(document))
    return folder


def voc(folder: Path, count: int = 6) -> Path:
    (folder / "Annotations").mkdir(parents=True)
    for at in range(count):
        save(folder, f"JPEGImages/{at:03}.jpg", at)
        objects = "".join(
            f"<object><name>{name}</name><bndbox><xmin>{left + 1:g}</xmin><ymin>{top + 1:g}</ymin>"
            f"<xmax>{right:g}</xmax><ymax>{bottom:g}</ymax></bndbox></object>"
            for name, (left, top, right, bottom) in BOXES
        )
        text = f"<annotation><filename>{at:03}.jpg</filename>{objects}</annotation>"
        (folder / "Annotations" / f"{at:03}.xml").write_text(text)
    return folder


def yolo(folder: Path, count: int = 6) -> Path:
    (folder / "labels" / "train").mkdir(parents=True)
    (folder / "data.yaml").write_text("names: {0: flower, 1: roof}\ntrain: images/train\n")
    for at in range(count):
        save(folder, f"images/train/{at:03}.jpg", at)
        lines = [
            f"{int(name == 'roof')} {(left + right) / 2 / SIDE} {(top + bottom) / 2 / SIDE} "
            f"{(right - left) / SIDE} {(bottom - top) / SIDE}"
            for name, (left, top, right, bottom) in BOXES
        ]
        (folder / "labels" / "train" / f"{at:03}.txt").write_text("\n".join(lines) + "\n")
    return folder


def digits_folder(folder: Path, each: int = 8) -> Path:
    """Give real handwritten threes and sevens, one folder for each."""
    digits = load_digits()
    for digit in (3, 7):
        for at in np.flatnonzero(digits.target == digit)[:each]:
            path = folder / f"digit {digit}" / f"{at}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray((digits.images[at] * 15).astype(np.uint8)).resize((32, 32)).save(path)
    return folder


CLASSIFICATION: dict[str, Callable[[Path], Path]] = {"imagefolder": image_folder, "csv": csv_set}
DETECTION: dict[str, Callable[[Path], Path]] = {"coco": coco, "voc": voc, "yolo": yolo}
ALL = {**CLASSIFICATION, **DETECTION}
