"""Detection: what a head makes of a network's answers, judged by COCO mAP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor
from torchmetrics.detection import MeanAveragePrecision

from haversack.training.gathering import gather_in_turn
from haversack.training.loading.batches import Batch
from haversack.training.tasks.detections import Detections
from haversack.training.tasks.task import Meter, Outputs, Prediction, Shape

REPORTED = ("map", "map_50", "map_75", "mar_10", "mar_100")


class DetectionHead(Protocol):
    """How one kind of network answers; a file of its own for each."""

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Give ``loss``, the sum that is minimised, and its parts."""
        ...

    def decode(self, outputs: Outputs) -> Detections:
        """Read boxes from the answers."""
        ...


class DetectionTask:
    """Boxes with labels."""

    name = "detection"
    primary = "map"

    def __init__(self, head: DetectionHead, score_threshold: float) -> None:
        """Find what a head reads, from a score on."""
        self._head = head
        self.score_threshold = score_threshold

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Give the head's loss and its parts."""
        return self._head.loss(outputs, batch)

    def meter(self) -> Meter:
        """Give an empty meter."""
        return _DetectionMeter(self._head)

    def predict(self, outputs: Outputs, shapes: Sequence[Shape] = ()) -> list[Prediction]:
        """Give the boxes that score at least the threshold, best first."""
        found = self._head.decode(outputs)
        return [self._one(found, row) for row in range(len(found.scores))]

    def _one(self, found: Detections, row: int) -> Prediction:
        scores = found.scores[row]
        count = int(((scores >= self.score_threshold) & (scores > 0)).sum())
        return Prediction(
            found.labels[row, :count].tolist(),
            scores[:count].tolist(),
            found.xyxy[row, :count].cpu().numpy(),
        )


class _DetectionMeter:
    """COCO mean average precision; the mean over nothing, which COCO writes as -1, is left out."""

    def __init__(self, head: DetectionHead) -> None:
        self._head = head
        self._pairs: list[tuple[dict[str, Tensor], dict[str, Tensor]]] = []

    def update(self, outputs: Outputs, batch: Batch) -> None:
        found = self._head.decode(tuple(o.cpu() for o in outputs))
        given = [
            {"boxes": boxes[scores > 0], "scores": scores[scores > 0], "labels": labels[scores > 0]}
            for boxes, scores, labels in zip(found.xyxy, found.scores, found.labels, strict=True)
        ]
        wanted = [
            {"boxes": boxes[labels >= 0], "labels": labels[labels >= 0]}
            for boxes, labels in zip(batch["boxes"].cpu(), batch["labels"].cpu(), strict=True)
        ]
        self._pairs.extend(zip(given, wanted, strict=True))

    def compute(self) -> dict[str, float]:
        # Not left to torchmetrics: it asks the others as often as it has pictures, and waits for
        # ever where one process has a picture more.
        metric = MeanAveragePrecision(backend="faster_coco_eval", sync_on_compute=False)
        metric.warn_on_many_detections = False
        for given, wanted in gather_in_turn(self._pairs):
            metric.update([given], [wanted])
        computed = metric.compute()
        found = {name: float(computed[name]) for name in REPORTED}
        return {name: value for name, value in found.items() if value >= 0}
