"""The value types that every dataset gives: one picture with what is known about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]


def _no_boxes() -> npt.NDArray[np.float32]:
    return np.zeros((0, 4), np.float32)


def _no_labels() -> npt.NDArray[np.int64]:
    return np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Boxes:
    """Objects in one picture.

    Attributes:
        xyxy: ``(n, 4)`` float32, left, top, right, bottom in pixels; right and bottom are where
            the object ends, so that width is right minus left.
        labels: ``(n,)`` int64, indices into the dataset's classes.
    """

    xyxy: npt.NDArray[np.float32] = field(default_factory=_no_boxes)
    labels: npt.NDArray[np.int64] = field(default_factory=_no_labels)


NOT_JUDGED = 255
"""What a mask holds where a pixel belongs to no class: it is neither learnt nor judged."""


@dataclass(frozen=True, slots=True)
class Mask:
    """A label for each pixel of one picture.

    Attributes:
        labels: ``(height, width)`` uint8, indices into the dataset's classes, or `NOT_JUDGED`.
    """

    labels: npt.NDArray[np.uint8]


Target = int | Boxes | Mask


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture and its target.

    Attributes:
        image: ``(height, width, 3)`` uint8, RGB.
        target: A class index (classification), boxes (detection) or a mask (segmentation).
        name: What a person would call the picture: a file's name or a number.
    """

    image: Picture
    target: Target
    name: str


class Dataset(Protocol):
    """A numbered collection of samples with the names of its classes."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, in the order of their indices."""
        ...

    def __len__(self) -> int:
        """Give the number of samples."""
        ...

    def __getitem__(self, index: int) -> Sample:
        """Give a sample by its number."""
        ...
