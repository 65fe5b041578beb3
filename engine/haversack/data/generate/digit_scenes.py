"""Scenes composed from handwritten digits on textured ground, with exact boxes and masks.

Training and validation are composed from different glyphs.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from haversack.data.generate.scenes import (
    Box,
    Composed,
    Scenes,
    as_boxes,
    both_splits,
    find_place,
)
from haversack.data.readers.digits import CLASSES, Glyphs, read_glyphs
from haversack.data.sample import Mask
from haversack.data.split import split_stratified
from haversack.data.textures import Floats, textured_ground

VISIBLE = 0.35


def digit_scenes(
    glyph_file: Path,
    train_scenes: int = 200,
    validation_scenes: int = 50,
    seed: int = 0,
    scene_size: int = 128,
    masks: bool = False,
) -> dict[str, Scenes]:
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
    makers = [
        partial(compose, glyphs=glyphs.take(part), size=scene_size)
        for part in split_stratified(glyphs.labels)
    ]
    return both_splits(makers, CLASSES, (train_scenes, validation_scenes), seed, masks)


def compose(rng: np.random.Generator, glyphs: Glyphs, size: int) -> Composed:
    """Compose one scene of ``(size, size, 3)`` with one to five digits that do not overlap.

    The mask has a digit's class where its ink is what one sees.
    """
    canvas = textured_ground(rng, size)
    mask = np.zeros((size, size), np.uint8)
    boxes: list[Box] = []
    labels: list[int] = []
    for _ in range(int(rng.integers(1, 6))):
        number = int(rng.integers(len(glyphs.labels)))
        ink = _enlarge(glyphs.ink[number], int(rng.uniform(0.16, 0.36) * size))
        place = find_place(rng, ink.shape, boxes, size)
        if place is None:
            continue
        _paint(canvas, ink, place, rng)
        left, top, right, bottom = place
        mask[top:bottom, left:right][ink > VISIBLE] = glyphs.labels[number] + 1
        boxes.append(place)
        labels.append(int(glyphs.labels[number]))
    return np.clip(canvas, 0, 255).astype(np.uint8), as_boxes(boxes, labels), Mask(mask)


def _enlarge(ink: Floats, edge: int) -> Floats:
    """Enlarge a glyph and cut it to its visible ink, so that its shape is its box."""
    picture = Image.fromarray(ink, mode="F").resize((edge, edge), Image.Resampling.BICUBIC)
    large = np.clip(np.asarray(picture, dtype=np.float32), 0, 1)
    rows, columns = np.nonzero(large > VISIBLE)
    return large[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def _paint(canvas: Floats, ink: Floats, box: Box, rng: np.random.Generator) -> None:
    left, top, right, bottom = box
    region = canvas[top:bottom, left:right]
    bright = region.mean() < 128
    colour = rng.uniform(170, 255, 3) if bright else rng.uniform(0, 85, 3)
    alpha = np.clip(ink * 1.4, 0, 1)[..., None]
    region[...] = region * (1 - alpha) + colour.astype(np.float32) * alpha
