"""Scenes that are composed when they are asked for, each a function of (seed, split, number)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from haversack.data.sample import Boxes, Mask, Sample

SPLITS = ("train", "val")
MOST_BYTES = 256 << 20
"""What the pictures that one collection keeps may take; the others are composed each time."""
Box = tuple[int, int, int, int]
Composed = tuple[npt.NDArray[np.uint8], Boxes, Mask]
Compose = Callable[[np.random.Generator], Composed]


class Scenes:
    """A numbered collection of scenes; each is composed when it is first asked for.

    It is then kept as long as all that are kept take no more than ``MOST_BYTES``.

    Args:
        compose: Makes one scene from a generator of random numbers.
        classes: Names of the objects' classes.
        count: How many there are.
        seed: Equal seeds give equal scenes.
        split: ``train`` or ``val``.
        masks: Whether a scene comes with its mask (0 is the ground), or with its boxes.
    """

    def __init__(
        self,
        compose: Compose,
        classes: tuple[str, ...],
        count: int,
        seed: int,
        split: str,
        masks: bool,
    ) -> None:
        """Compose nothing yet; what a scene shows depends on the seed, the split and its number."""
        self.classes = ("background", *classes) if masks else classes
        self._compose = compose
        self._count = count
        self._seed = (seed, SPLITS.index(split))
        self._split = split
        self._masks = masks
        self._kept: dict[int, Sample] = {}

    def __len__(self) -> int:
        """Give the number of samples."""
        return self._count

    def __getitem__(self, index: int) -> Sample:
        """Give a sample by its number."""
        if not 0 <= index < self._count:
            raise IndexError(index)
        kept = self._kept.get(index)
        if kept is not None:
            return kept
        rng = np.random.default_rng([*self._seed, index])
        image, boxes, mask = self._compose(rng)
        target = mask if self._masks else boxes
        sample = Sample(image, target, f"{self._split} scene {index}")
        if (len(self._kept) + 1) * image.nbytes <= MOST_BYTES:
            self._kept[index] = sample
        return sample


def both_splits(
    compose: Iterable[Compose],
    classes: tuple[str, ...],
    counts: tuple[int, int],
    seed: int,
    masks: bool,
) -> dict[str, Scenes]:
    """Give the scenes of each split, by what composes them and how many there are."""
    return {
        split: Scenes(one, classes, count, seed, split, masks)
        for split, one, count in zip(SPLITS, compose, counts, strict=True)
    }


def find_place(
    rng: np.random.Generator, shape: tuple[int, ...], taken: list[Box], size: int
) -> Box | None:
    """Find where something of ``(height, width)`` fits into a square without touching others."""
    height, width = shape[:2]
    for _ in range(30):
        left, top = int(rng.integers(0, size - width)), int(rng.integers(0, size - height))
        box = (left, top, left + width, top + height)
        if not any(
            box[0] < other[2] + 2 and other[0] < box[2] + 2
            and box[1] < other[3] + 2 and other[1] < box[3] + 2
            for other in taken
        ):  # fmt: skip
            return box
    return None


def as_boxes(places: list[Box], labels: list[int]) -> Boxes:
    """Give places and class indices as boxes; none are no boxes."""
    return Boxes(np.asarray(places, np.float32).reshape(-1, 4), np.asarray(labels, np.int64))
