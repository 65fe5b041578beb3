"""COCO: ``annotations/instances_train.json`` and ``..._val.json`` beside ``images``."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson

from haversack.data.byod.coco_runs import text_of
from haversack.data.byod.mask_files import decode_labels
from haversack.data.byod.mask_folder import BACKGROUND
from haversack.data.byod.regions import runs_of
from haversack.data.byod.shard import Kept, Shard
from haversack.data.pictures import size_of
from haversack.data.sample import NOT_JUDGED
from haversack.data.writers.output import Output, unwritable


def write_coco(shard: Shard, output: Output) -> None:
    """Write boxes, or of masks an annotation of runs for each class of a picture.

    Raises:
        DataError: A mask has pixels that are not judged, or no background.
    """
    masked = shard.task == "segmentation"
    if masked and shard.classes != (BACKGROUND, *sorted(shard.classes[1:])):
        raise unwritable(
            "a list of classes other than background and then the rest by name",
            "coco",
        )
    numbers = {name: number for number, name in enumerate(shard.classes, 1)}
    named = [{"id": number, "name": name} for name, number in numbers.items()]
    categories = named[1:] if masked else named
    images: dict[str, list[dict[str, Any]]] = {"train": [], "val": []}
    annotations: dict[str, list[dict[str, Any]]] = {"train": [], "val": []}
    count = 0
    for at, kept in enumerate(shard.kept(), 1):
        one = kept.labelled
        stem, ending = output.name(one.picture)
        width, height = size_of(kept.content, one.picture)
        image = {"id": at, "file_name": f"{stem}{ending}", "width": width, "height": height}
        images[one.split].append(image)
        for number, found in _areas(kept, numbers) if masked else _boxes(kept, numbers):
            count += 1
            ids = {"id": count, "image_id": at, "category_id": number, "iscrowd": 0}
            annotations[one.split].append({**ids, **found})
        output.picture(f"images/{stem}{ending}", kept.content)
    for split in ("train", "val"):
        document = {"images": images[split], "annotations": annotations[split]}
        content = orjson.dumps({**document, "categories": categories})
        output.write(f"annotations/instances_{split}.json", content)


def _boxes(kept: Kept, numbers: dict[str, int]) -> list[tuple[int, dict[str, Any]]]:
    found = []
    for name, (left, top, right, bottom) in kept.labelled.boxes:
        width, height = right - left, bottom - top
        box = {"bbox": [left, top, width, height], "area": width * height}
        found.append((numbers[name], box))
    return found


def _areas(kept: Kept, numbers: dict[str, int]) -> list[tuple[int, dict[str, Any]]]:
    labels = decode_labels(kept.mask, f"the mask of {kept.labelled.picture}")
    if (labels == NOT_JUDGED).any():
        raise unwritable(
            f"the mask of {kept.labelled.picture}, part of which is not judged", "coco"
        )
    found = []
    for name, area in kept.labelled.areas:
        if name == BACKGROUND:
            continue
        bits = labels == numbers[name] - 1
        rows, columns = np.flatnonzero(bits.any(1)), np.flatnonzero(bits.any(0))
        left, top = int(columns[0]), int(rows[0])
        box = [left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top]
        counts = text_of(runs_of(bits, by_columns=True).counts)
        runs = {"size": list(labels.shape), "counts": counts}
        found.append((numbers[name], {"segmentation": runs, "bbox": box, "area": area}))
    return found
