"""Scenes composed from handwritten digits on textured ground, with exact boxes and masks.

Every scene is a function of (seed, split, number), so nothing needs to be stored. Training and
validation are composed from different glyphs.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from haversack.data.readers.digits import CLASSES, Glyphs, read_glyphs
from haversack.data.sample import Boxes, Mask, Sample
from haversack.data.split import split_stratified
from haversack.data.textures import Floats, textured_ground

VISIBLE = 0.35
SPLITS = ("train", "val")
MASK_CLASSES = ("background", *CLASSES)


class DigitScenes:
    """A numbered collection of scenes; each is composed when it is first asked for, then kept."""

    classes = CLASSES

    def __init__(self, glyphs: Glyphs, count: int, image_size: int, seed: int, split: str) -> None:
        self._glyphs = glyphs
        self._count = count
        self._image_size = image_size
        self._seed = (seed, SPLITS.index(split))
        self._name = f"{split} scene"
        self._kept: dict[int, Sample] = {}

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Sample:
        if not 0 <= index < self._count:
            raise IndexError(index)
        if index not in self._kept:
            rng = np.random.default_rng([*self._seed, index])
            image, boxes, mask = compose(rng, self._glyphs, self._image_size)
            self._kept[index] = self._sample(image, boxes, mask, f"{self._name} {index}")
        return self._kept[index]

    def _sample(self, image: npt.NDArray[np.uint8], boxes: Boxes, mask: Mask, name: str) -> Sample:
        return Sample(image, boxes, name)


class MaskedDigitScenes(DigitScenes):
    """The same scenes with a mask: 0 for the ground, then one class for each digit."""

    classes = MASK_CLASSES

    def _sample(self, image: npt.NDArray[np.uint8], boxes: Boxes, mask: Mask, name: str) -> Sample:
        return Sample(image, mask, name)


def digit_scenes(
    glyph_file: Path,
    train_scenes: int = 200,
    validation_scenes: int = 50,
    seed: int = 0,
    scene_size: int = 128,
    masks: bool = False,
) -> dict[str, DigitScenes]:
    """Make the training and the validation scenes.

    Args:
        glyph_file: ``digits.csv.gz`` of scikit-learn.
        train_scenes: Number of training scenes.
        validation_scenes: Number of validation scenes.
        seed: The same seed gives the same scenes.
        scene_size: Edge of the square scenes in pixels.
        masks: Whether a scene comes with its mask, or with its boxes.
    """
    glyphs = read_glyphs(glyph_file)
    parts = dict(zip(SPLITS, split_stratified(glyphs.labels), strict=True))
    counts = {"train": train_scenes, "val": validation_scenes}
    kind = MaskedDigitScenes if masks else DigitScenes
    return {
        split: kind(glyphs.take(parts[split]), counts[split], scene_size, seed, split)
        for split in SPLITS
    }


def compose(
    rng: np.random.Generator, glyphs: Glyphs, size: int
) -> tuple[npt.NDArray[np.uint8], Boxes, Mask]:
    """Compose one scene of ``(size, size, 3)`` with one to five digits that do not overlap.

    The mask has a digit's class where its ink is what one sees.
    """
    canvas = textured_ground(rng, size)
    mask = np.zeros((size, size), np.uint8)
    boxes: list[tuple[int, int, int, int]] = []
    labels: list[int] = []
    for _ in range(int(rng.integers(1, 6))):
        number = int(rng.integers(len(glyphs.labels)))
        ink = _enlarge(glyphs.ink[number], int(rng.uniform(0.16, 0.36) * size))
        place = _find_place(rng, ink, boxes, size)
        if place is None:
            continue
        _paint(canvas, ink, place, rng)
        left, top, right, bottom = place
        mask[top:bottom, left:right][ink > VISIBLE] = glyphs.labels[number] + 1
        boxes.append(place)
        labels.append(int(glyphs.labels[number]))
    return (
        np.clip(canvas, 0, 255).astype(np.uint8),
        Boxes(np.asarray(boxes, np.float32).reshape(-1, 4), np.asarray(labels, np.int64)),
        Mask(mask),
    )


def _enlarge(ink: Floats, edge: int) -> Floats:
    """Enlarge a glyph and cut it to its visible ink, so that its shape is its box."""
    picture = Image.fromarray(ink, mode="F").resize((edge, edge), Image.Resampling.BICUBIC)
    large = np.clip(np.asarray(picture, dtype=np.float32), 0, 1)
    rows, columns = np.nonzero(large > VISIBLE)
    return large[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def _find_place(
    rng: np.random.Generator, ink: Floats, taken: list[tuple[int, int, int, int]], size: int
) -> tuple[int, int, int, int] | None:
    height, width = ink.shape
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


def _paint(
    canvas: Floats, ink: Floats, box: tuple[int, int, int, int], rng: np.random.Generator
) -> None:
    left, top, right, bottom = box
    region = canvas[top:bottom, left:right]
    bright = region.mean() < 128
    colour = rng.uniform(170, 255, 3) if bright else rng.uniform(0, 85, 3)
    alpha = np.clip(ink * 1.4, 0, 1)[..., None]
    region[...] = region * (1 - alpha) + colour.astype(np.float32) * alpha
