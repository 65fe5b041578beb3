"""Bringing pictures of any shape to the square that a network takes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from haversack.data.pictures import resize
from haversack.data.sample import NOT_JUDGED, Boxes, Mask, Picture, Sample

PADDING = 114


def to_square(sample: Sample, size: int) -> Sample:
    """Bring a sample to ``size`` x ``size``: stretched for a class, letterboxed for the others."""
    if isinstance(sample.target, int):
        return Sample(resize(sample.image, size, size), sample.target, sample.name)
    image, scale = letterbox(sample.image, size)
    if isinstance(sample.target, Mask):
        return Sample(image, Mask(mask_to_square(sample.target.labels, size)), sample.name)
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


def mask_to_square(labels: npt.NDArray[np.uint8], size: int) -> npt.NDArray[np.uint8]:
    """Letterbox a mask ``(height, width)`` as `letterbox` does its picture; no label is mixed.

    What is beside the picture is `NOT_JUDGED`.
    """
    width, height = fitted(labels.shape, size)
    square = np.full((size, size), NOT_JUDGED, np.uint8)
    square[:height, :width] = _nearest(labels, width, height)
    return square


def mask_from_square(
    square: npt.NDArray[np.uint8], shape: tuple[int, ...]
) -> npt.NDArray[np.uint8]:
    """Take a letterboxed mask ``(s, s)`` back to the height and width of its picture."""
    width, height = fitted(shape, len(square))
    return _nearest(square[:height, :width], shape[1], shape[0])


def _nearest(labels: npt.NDArray[np.uint8], width: int, height: int) -> npt.NDArray[np.uint8]:
    resized = Image.fromarray(labels).resize((width, height), Image.Resampling.NEAREST)
    return np.array(resized, np.uint8)


def fitted(shape: tuple[int, ...], size: int) -> tuple[int, int]:
    """Give the width and height that a letterboxed picture has at the top left of its square."""
    height, width = shape[:2]
    scale = size / max(height, width)
    return max(1, round(width * scale)), max(1, round(height * scale))


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
