"""What a report tells of a set: everything is counted from the set as it is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haversack.data.byod.shard import Kept, Shard
from haversack.data.pictures import size_of

SHOWN = 24
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SetFacts:
    """What a set holds.

    Attributes:
        task: What its labels are for.
        pictures: How many pictures each split has.
        classes: How many pictures, of boxes how many objects, each class has in each split.
        areas: Pixels of each class (segmentation).
        sizes: ``(n, 2)`` width and height of each picture.
        boxes: ``(m, 4)`` of each box: its width and height in pixels, its share of the picture's
            area, and where its centre lies from left to right.
        objects: ``(n,)`` how many boxes each picture has.
        samples: Some pictures, every class among them where there is room.
    """

    task: str
    pictures: dict[str, int]
    classes: dict[str, dict[str, int]]
    areas: dict[str, int]
    sizes: Numbers
    boxes: Numbers
    objects: Numbers
    samples: tuple[Kept, ...]


def gather(shard: Shard, on_picture: Callable[[int], None] = lambda _: None) -> SetFacts:
    """Count what a set holds; of each picture only the head is decoded.

    Args:
        shard: The set.
        on_picture: Told after each picture; raises to stop.

    Raises:
        DataError: A picture cannot be read.
    """
    splits = shard.splits()
    counts = {split: data.counts() for split, data in splits.items()}
    areas: Counter[str] = Counter()
    sizes: list[tuple[int, int]] = []
    boxes: list[tuple[float, float, float, float]] = []
    objects: list[int] = []
    samples: list[Kept] = []
    shown: Counter[str] = Counter()
    most = max(1, SHOWN // max(1, len(shard.classes)))
    for kept in shard.kept():
        on_picture(1)
        one = kept.labelled
        width, height = size_of(kept.content, one.picture)
        sizes.append((width, height))
        objects.append(len(one.boxes))
        areas.update(dict(one.areas))
        for _, (left, top, right, bottom) in one.boxes:
            w, h = right - left, bottom - top
            boxes.append((w, h, w * h / (width * height), (left + right) / 2 / width))
        names = {one.label or "", *(name for name, _ in (*one.boxes, *one.areas))} - {""} or {""}
        if len(samples) < SHOWN and any(shown[name] < most for name in names):
            samples.append(kept)
            shown.update(names)
    return SetFacts(
        shard.task,
        {split: len(data) for split, data in splits.items()},
        {name: {split: n[name] for split, n in counts.items()} for name in shard.classes},
        dict(areas),
        np.asarray(sizes, np.float64).reshape(-1, 2),
        np.asarray(boxes, np.float64).reshape(-1, 4),
        np.asarray(objects, np.float64),
        tuple(samples),
    )
