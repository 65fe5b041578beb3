"""What the trainer, the evaluation and the predictions ask of a task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from torch import Tensor

from haversack.training.loading.batches import Batch

Outputs = tuple[Tensor, ...]
Shape = tuple[int, ...]
Loss = Callable[[Outputs, Batch], dict[str, Tensor]]
"""Gives ``loss``, what is minimised, and its parts."""


def _no_mask() -> npt.NDArray[np.uint8]:
    return np.zeros((0, 0), np.uint8)


def _no_boxes() -> npt.NDArray[np.float32]:
    return np.zeros((0, 4), np.float32)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a network says about one picture.

    Attributes:
        labels: Class indices, best first; for segmentation the classes seen in the picture,
            largest first.
        scores: One score in 0..1 for each label.
        xyxy: ``(n, 4)`` boxes in pixels of the network's square; empty for other tasks.
        mask: ``(s, s)`` class of each pixel of the network's square; empty for other tasks.
    """

    labels: list[int]
    scores: list[float]
    xyxy: npt.NDArray[np.float32] = field(default_factory=_no_boxes)
    mask: npt.NDArray[np.uint8] = field(default_factory=_no_mask)


class Meter(Protocol):
    """Collects what a network says about batches and condenses it into metrics."""

    def update(self, outputs: Outputs, batch: Batch) -> None:
        """Take one batch."""
        ...

    def compute(self) -> dict[str, float]:
        """Give the metrics by name; a metric that is not defined is left out."""
        ...


class Task(Protocol):
    """One task.

    Attributes:
        name: ``classification``, ``detection`` or ``segmentation``.
        primary: Name of the metric that decides which epoch is best; larger is better.
    """

    name: str
    primary: str

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Give ``loss``, the sum that is minimised, and its parts."""
        ...

    def meter(self) -> Meter:
        """Give an empty meter."""
        ...

    def predict(self, outputs: Outputs, shapes: Sequence[Shape] = ()) -> list[Prediction]:
        """Give what the network says about each picture of a batch.

        Args:
            outputs: What it answers.
            shapes: Height and width of each picture as it came; left out where a square is the
                whole picture. Of the grey beside a picture nothing is said.
        """
        ...


@runtime_checkable
class GivesItsLoss(Protocol):
    """A network whose training needs more than its outputs tell."""

    def losses(self, images: Tensor, batch: Batch) -> dict[str, Tensor]:
        """Give ``loss``, the sum that is minimised, and its parts, for pictures in 0..1."""
        ...
