"""Bringing pictures of any shape to the square that a network takes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from haversack.data.pictures import resize
from haversack.data.sample import Boxes, Picture, Sample

PADDING = 114


def to_square(sample: Sample, size: int) -> Sample:
    """Bring a sample to ``size`` x ``size``: stretched for a class, letterboxed for boxes."""
    if not isinstance(sample.target, Boxes):
        return Sample(resize(sample.image, size, size), sample.target, sample.name)
    image, scale = letterbox(sample.image, size)
    boxes = Boxes(sample.target.xyxy * np.float32(scale), sample.target.labels)
    return Sample(image, boxes, sample.name)


def letterbox(image: Picture, size: int) -> tuple[Picture, float]:
    """Shrink or enlarge a picture into the top left of a grey square, keeping its proportions.

    Args:
        image: ``(height, width, 3)``.
        size: Edge of the square in pixels.

    Returns:
        The square and the factor from old to new pixels.
    """
    height, width = image.shape[:2]
    scale = size / max(height, width)
    new_width, new_height = max(1, round(width * scale)), max(1, round(height * scale))
    fitted = resize(image, new_width, new_height)
    if (new_height, new_width) == (size, size):
        return fitted, scale
    square = np.full((size, size, 3), PADDING, np.uint8)
    square[:new_height, :new_width] = fitted
    return square, scale


def from_square(
    xyxy: npt.NDArray[np.float32], shape: tuple[int, ...], size: int
) -> npt.NDArray[np.float32]:
    """Take boxes in a letterboxed square back to pixels of the picture.

    Args:
        xyxy: ``(n, 4)`` in pixels of the square.
        shape: Height and width of the picture.
        size: Edge of the square.
    """
    height, width = shape[:2]
    edges = np.asarray([width, height, width, height], np.float32)
    scaled = xyxy * np.float32(max(height, width) / size)
    boxes: npt.NDArray[np.float32] = np.clip(scaled, 0, edges).astype(np.float32)
    return boxes
