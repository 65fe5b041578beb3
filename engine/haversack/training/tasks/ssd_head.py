"""Single-shot detection: cross-entropy with hard negatives, smooth L1 of the offsets.

Source: Liu et al. 2015, "SSD", arXiv:1512.02325.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional
from torchvision.ops import batched_nms

from haversack.training.loading.batches import Batch
from haversack.training.tasks import default_boxes
from haversack.training.tasks.detections import Detections
from haversack.training.tasks.task import Outputs

NEGATIVES = 3
CANDIDATES = 4
"""Boxes looked at before overlaps are dropped, for each box that is given."""


class SsdHead:
    """The answers of default boxes.

    Args:
        image_size: Edge of the network's square in pixels.
        max_detections: Most boxes for a picture.
        overlap: Overlap (IoU) above which the lesser of two boxes of a class is dropped.
    """

    def __init__(self, image_size: int, max_detections: int, overlap: float) -> None:
        """Read default boxes of pictures of ``image_size`` pixels."""
        self._image_size = image_size
        self._defaults = default_boxes.default_boxes(image_size)
        self._max_detections = max_detections
        self._overlap = overlap

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Give the sum and its two parts, each per default box that answers for an object."""
        logits, offsets = (output.float() for output in outputs)
        defaults = self._defaults.to(logits.device)
        classes = torch.zeros(logits.shape[:2], dtype=torch.int64, device=logits.device)
        wanted = torch.zeros_like(offsets)
        for row, (boxes, labels) in enumerate(zip(batch["boxes"], batch["labels"], strict=True)):
            real, label = boxes[labels >= 0], labels[labels >= 0]
            index = default_boxes.answers_for(real, defaults)
            found = index >= 0
            classes[row, found] = label[index[found]] + 1
            wanted[row, found] = default_boxes.encode(real[index[found]], defaults[found])
        positive = classes > 0
        count = positive.sum().clamp(min=1)
        apart = functional.smooth_l1_loss(offsets[positive], wanted[positive], reduction="sum")
        entropy = functional.cross_entropy(logits.transpose(1, 2), classes, reduction="none")
        chosen = positive | hardest(entropy.detach(), positive)
        parts = {"classes": (entropy * chosen).sum() / count, "boxes": apart / count}
        return {"loss": parts["classes"] + parts["boxes"], **parts}

    def decode(self, outputs: Outputs) -> Detections:
        """Read the best boxes; of those of a class that overlap too much only the best stays."""
        logits, offsets = (output.float() for output in outputs)
        xyxy = default_boxes.decode(offsets, self._defaults.to(offsets.device))
        xyxy = xyxy.clamp(0, self._image_size)
        scores = logits.softmax(2)[..., 1:]
        count, places, classes = scores.shape
        most = min(CANDIDATES * self._max_detections, places * classes)
        best = scores.flatten(1).topk(most)
        labels = best.indices % classes
        boxes = xyxy.gather(1, (best.indices // classes)[..., None].expand(-1, -1, 4))
        kept = torch.zeros_like(best.values, dtype=torch.bool)
        for row in range(count):
            stay = batched_nms(boxes[row], best.values[row], labels[row], self._overlap)
            kept[row, stay[: self._max_detections]] = True
        order = (best.values * kept).topk(min(self._max_detections, most))
        return Detections(
            boxes.gather(1, order.indices[..., None].expand(-1, -1, 4)),
            order.values,
            labels.gather(1, order.indices),
        )


def hardest(loss: Tensor, positive: Tensor) -> Tensor:
    """Give which ground boxes count: the worst, three for each box that answers for an object.

    Args:
        loss: ``(n, d)``.
        positive: ``(n, d)``: which boxes answer for an object.
    """
    ground = loss.masked_fill(positive, -torch.inf)
    rank = ground.argsort(1, descending=True).argsort(1)
    return (rank < NEGATIVES * positive.sum(1, keepdim=True)) & ~positive
