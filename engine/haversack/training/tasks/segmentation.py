"""Segmentation: what a head makes of a network's answers, judged by mean IoU of torchmetrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor
from torchmetrics import MetricCollection
from torchmetrics.classification import MulticlassAccuracy, MulticlassJaccardIndex

from haversack.data.geometry import fitted
from haversack.data.sample import NOT_JUDGED
from haversack.training.loading.batches import Batch
from haversack.training.tasks.task import Meter, Outputs, Prediction, Shape


class SegmentationHead(Protocol):
    """How one kind of network answers; a file of its own for each."""

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Give ``loss``, the sum that is minimised, and its parts."""
        ...

    def scores(self, outputs: Outputs) -> Tensor:
        """Give the share of each class in each pixel, ``(n, classes, s, s)``, adding up to 1."""
        ...


class SegmentationTask:
    """A label for each pixel."""

    name = "segmentation"
    primary = "miou"

    def __init__(self, classes: int, head: SegmentationHead) -> None:
        """Tell these classes apart by what a head reads."""
        self._classes = classes
        self._head = head

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Give the head's loss and its parts."""
        return self._head.loss(outputs, batch)

    def meter(self) -> Meter:
        """Give an empty meter."""
        return _SegmentationMeter(self._classes, self._head)

    def scores(self, outputs: Outputs) -> Tensor:
        """Give the share of each class in each pixel, ``(n, classes, s, s)``."""
        return self._head.scores(outputs)

    def predict(self, outputs: Outputs, shapes: Sequence[Shape] = ()) -> list[Prediction]:
        """Give the mask of each picture and the classes in it, with their mean probability."""
        best = self.scores(outputs).max(1)
        wholes = shapes or [best.indices.shape[1:]] * len(best.indices)
        return [
            _one(mask, probability, shape)
            for mask, probability, shape in zip(best.indices, best.values, wholes, strict=True)
        ]


def _one(mask: Tensor, probability: Tensor, shape: Shape) -> Prediction:
    width, height = fitted(shape, len(mask))
    inside, sure = mask[:height, :width], probability[:height, :width]
    areas = torch.bincount(inside.flatten())
    found = [int(label) for label in areas.argsort(descending=True) if areas[label] > 0]
    scores = [float(sure[inside == label].mean()) for label in found]
    return Prediction(found, scores, mask=mask.to(torch.uint8).cpu().numpy())


class _SegmentationMeter:
    """Mean over the classes that are there or were said to be; accuracy over the pixels."""

    def __init__(self, classes: int, head: SegmentationHead) -> None:
        self._head = head
        self._metrics = MetricCollection(
            {
                "miou": MulticlassJaccardIndex(classes, ignore_index=NOT_JUDGED),
                "pixel_accuracy": MulticlassAccuracy(
                    classes, average="micro", ignore_index=NOT_JUDGED
                ),
            }
        )

    def update(self, outputs: Outputs, batch: Batch) -> None:
        self._metrics.update(
            self._head.scores(outputs).argmax(1).cpu(), batch["masks"].long().cpu()
        )

    def compute(self) -> dict[str, float]:
        return {name: float(value) for name, value in self._metrics.compute().items()}
