"""Scenes composed from photo cut-outs on textured ground, with exact boxes and masks.

Training and validation are composed from different objects.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from haversack.data.generate.cut_outs import (
    CLASSES,
    VISIBLE,
    CutOuts,
    read_cut_outs,
    split_by_object,
)
from haversack.data.generate.scenes import (
    Box,
    Composed,
    Scenes,
    as_boxes,
    both_splits,
    find_place,
)
from haversack.data.sample import Mask
from haversack.data.textures import textured_ground

Pixels = npt.NDArray[np.uint8]


def cut_out_scenes(
    cut_out_file: Path,
    train_scenes: int = 200,
    validation_scenes: int = 50,
    seed: int = 0,
    scene_size: int = 128,
    masks: bool = False,
) -> dict[str, Scenes]:
    """Make the training and the validation scenes.

    Args:
        cut_out_file: The tar of cut-outs.
        train_scenes: Number of training scenes.
        validation_scenes: Number of validation scenes.
        seed: The same seed gives the same scenes.
        scene_size: Edge of the square scenes in pixels.
        masks: Whether a scene comes with its mask, or with its boxes.

    Raises:
        DataError: The file is damaged.
    """
    makers = [
        partial(compose, cut_outs=part, size=scene_size)
        for part in split_by_object(read_cut_outs(cut_out_file))
    ]
    return both_splits(makers, CLASSES, (train_scenes, validation_scenes), seed, masks)


def compose(rng: np.random.Generator, cut_outs: CutOuts, size: int) -> Composed:
    """Compose one scene of ``(size, size, 3)`` with one to five cut-outs that do not overlap.

    Classes are drawn alike often, whatever they hold. The mask has an object's class where it
    hides more than half of the ground; the box is the extent of that.
    """
    canvas = textured_ground(rng, size)
    mask = np.zeros((size, size), np.uint8)
    places: list[Box] = []
    labels: list[int] = []
    for _ in range(int(rng.integers(1, 6))):
        label = int(rng.integers(len(CLASSES)))
        number = int(rng.choice(np.flatnonzero(cut_outs.labels == label)))
        picture = _fitted(rng, cut_outs.pictures[number], size)
        place = find_place(rng, picture.shape, places, size)
        if place is None:
            continue
        left, top, right, bottom = place
        alpha = picture[..., 3:].astype(np.float32) / 255
        region = canvas[top:bottom, left:right]
        region[...] = region * (1 - alpha) + picture[..., :3] * alpha
        mask[top:bottom, left:right][picture[..., 3] >= VISIBLE] = label + 1
        places.append(place)
        labels.append(label)
    image = np.clip(canvas, 0, 255).astype(np.uint8)
    return image, as_boxes(places, labels), Mask(mask)


def _fitted(rng: np.random.Generator, picture: Pixels, size: int) -> Pixels:
    """Mirror a cut-out or not, resize it, and cut it to what is visible of it then."""
    longest = rng.uniform(0.22, 0.48) * size
    height, width = picture.shape[:2]
    scale = longest / max(height, width)
    shape = max(4, round(width * scale)), max(4, round(height * scale))
    turned = picture[:, ::-1] if rng.random() < 0.5 else picture
    resized = np.asarray(Image.fromarray(turned).resize(shape, Image.Resampling.BILINEAR))
    rows, columns = np.nonzero(resized[..., 3] >= VISIBLE)
    if not rows.size:
        return resized
    return resized[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
