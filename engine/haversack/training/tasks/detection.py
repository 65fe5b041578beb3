"""Detection by centre points: focal heat map, L1 of size and offset; COCO mAP."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional
from torchmetrics.detection import MeanAveragePrecision

from haversack.training.loading.batches import Batch
from haversack.training.networks.center_point import STRIDE
from haversack.training.tasks.center_decode import Detections, decode
from haversack.training.tasks.center_targets import CenterTargets, center_targets
from haversack.training.tasks.task import Meter, Outputs, Prediction

SIZE_WEIGHT = 1.0
OFFSET_WEIGHT = 1.0
REPORTED = ("map", "map_50", "map_75", "mar_10", "mar_100")


class DetectionTask:
    """Boxes with labels."""

    name = "detection"
    primary = "map"

    def __init__(self, classes: int, score_threshold: float, max_detections: int) -> None:
        self._classes = classes
        self._score_threshold = score_threshold
        self._max_detections = max_detections

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Give the weighted sum and its three parts."""
        heatmap, size, offset = (output.float() for output in outputs)
        wanted = center_targets(
            batch["boxes"], batch["labels"], self._classes, heatmap.shape[-1], STRIDE
        )
        parts = {
            "heatmap": focal_loss(heatmap, wanted),
            "size": _masked_l1(size, wanted.size, wanted.weight),
            "offset": _masked_l1(offset, wanted.offset, wanted.weight),
        }
        total = parts["heatmap"] + SIZE_WEIGHT * parts["size"] + OFFSET_WEIGHT * parts["offset"]
        return {"loss": total, **parts}

    def meter(self) -> Meter:
        """Give an empty meter."""
        return _DetectionMeter(self._max_detections)

    def predict(self, outputs: Outputs) -> list[Prediction]:
        """Give the boxes that score at least the threshold, best first."""
        found = decode(outputs, self._max_detections, STRIDE)
        return [self._one(found, row) for row in range(len(found.scores))]

    def _one(self, found: Detections, row: int) -> Prediction:
        count = int((found.scores[row] >= self._score_threshold).sum())
        return Prediction(
            found.labels[row, :count].tolist(),
            found.scores[row, :count].tolist(),
            found.xyxy[row, :count].cpu().numpy(),
        )


def focal_loss(logits: Tensor, wanted: CenterTargets) -> Tensor:
    """Give the focal loss of a heat map, per object.

    Source: Law and Deng 2018, "CornerNet", arXiv:1808.01244, with alpha 2 and beta 4; in float32
    and by log-sigmoid, so that no score is ever 0 or 1.
    """
    probability = logits.sigmoid()
    at_centre = wanted.heatmap >= 1
    hit = functional.logsigmoid(logits) * (1 - probability) ** 2
    miss = functional.logsigmoid(-logits) * probability**2 * (1 - wanted.heatmap) ** 4
    return -torch.where(at_centre, hit, miss).sum() / wanted.objects


def _masked_l1(given: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    apart = (given - wanted).abs() * weight[:, None]
    return apart.sum() / (2 * weight.sum().clamp(min=1))


class _DetectionMeter:
    """COCO mean average precision; the mean over nothing, which COCO writes as -1, is left out."""

    def __init__(self, max_detections: int) -> None:
        self._max_detections = max_detections
        self._metric = MeanAveragePrecision(backend="faster_coco_eval")
        self._metric.warn_on_many_detections = False

    def update(self, outputs: Outputs, batch: Batch) -> None:
        found = decode(tuple(o.cpu() for o in outputs), self._max_detections, STRIDE)
        given = [
            {"boxes": boxes, "scores": scores, "labels": labels}
            for boxes, scores, labels in zip(found.xyxy, found.scores, found.labels, strict=True)
        ]
        wanted = [
            {"boxes": boxes[labels >= 0], "labels": labels[labels >= 0]}
            for boxes, labels in zip(batch["boxes"].cpu(), batch["labels"].cpu(), strict=True)
        ]
        self._metric.update(given, wanted)

    def compute(self) -> dict[str, float]:
        computed = self._metric.compute()
        found = {name: float(computed[name]) for name in REPORTED}
        return {name: value for name, value in found.items() if value >= 0}
