"""Centre points: focal heat map, L1 of size and offset."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from haversack.training.loading.batches import Batch
from haversack.training.networks.center_point import STRIDE
from haversack.training.tasks.center_decode import decode
from haversack.training.tasks.center_targets import CenterTargets, center_targets
from haversack.training.tasks.detections import Detections
from haversack.training.tasks.task import Outputs

SIZE_WEIGHT = 1.0
OFFSET_WEIGHT = 1.0


class CenterHead:
    """The answers of a centre-point detector.

    Args:
        classes: Number of classes.
        max_detections: Most boxes for a picture.
    """

    def __init__(self, classes: int, max_detections: int) -> None:
        """Read maps of this many classes."""
        self._classes = classes
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

    def decode(self, outputs: Outputs) -> Detections:
        """Read the peaks."""
        return decode(outputs, self._max_detections, STRIDE)


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
