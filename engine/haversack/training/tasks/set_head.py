"""Queries matched with objects: varifocal loss, L1 and generalised IoU of transformers."""

from __future__ import annotations

import torch
from torch import Tensor
from transformers.loss.loss_rt_detr import RTDetrLoss
from transformers.models.rt_detr_v2.configuration_rt_detr_v2 import RTDetrV2Config

from haversack.training.loading.batches import Batch
from haversack.training.networks.set_detector import PARTS, divergence_told, set_targets
from haversack.training.tasks.default_boxes import corners
from haversack.training.tasks.detections import Detections
from haversack.training.tasks.task import Outputs


class SetHead:
    """The answers of the last layer's queries.

    Args:
        classes: Number of classes.
        image_size: Edge of the network's square in pixels.
        max_detections: Most boxes for a picture.
    """

    def __init__(self, classes: int, image_size: int, max_detections: int) -> None:
        """Read queries about pictures of ``image_size`` pixels."""
        self._criterion = RTDetrLoss(RTDetrV2Config(num_labels=classes))
        self._image_size = image_size
        self._max_detections = max_detections

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Give the weighted sum and its three parts; training adds those of the other layers."""
        logits, boxes = (output.float() for output in outputs)
        with divergence_told():
            found = self._criterion({"logits": logits, "pred_boxes": boxes}, set_targets(batch))
        parts = {name: found[f"loss_{name}"] for name in PARTS}
        return {"loss": torch.stack(list(parts.values())).sum(), **parts}

    def decode(self, outputs: Outputs) -> Detections:
        """Read the best pairs of query and class."""
        logits, boxes = (output.float() for output in outputs)
        classes = logits.shape[2]
        scores = logits.sigmoid().flatten(1)
        best = scores.topk(min(self._max_detections, scores.shape[1]))
        query = (best.indices // classes)[..., None].expand(-1, -1, 4)
        xyxy = corners(boxes).clamp(0, 1).gather(1, query) * self._image_size
        return Detections(xyxy, best.values, best.indices % classes)
