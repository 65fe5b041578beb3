"""What the detection transformers of the library transformers have in common here."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn
from transformers.conversion_mapping import get_model_conversion_mapping
from transformers.core_model_loading import apply_renamings

from haversack.training.errors import DivergedError
from haversack.training.loading.batches import Batch
from haversack.training.networks.weights import load_backbone

# transformers checks shapes in a way that ONNX has no words for; they are right by construction.
os.environ.setdefault("TRANSFORMERS_DISABLE_TORCH_CHECK", "1")

NEW = ("model.decoder.class_embed.", "model.enc_score_head.", "model.denoising_class_embed.")
"""Tensors that depend on the classes and start anew beside published weights."""
_DECODER = "model.decoder."
PARTS = ("vfl", "bbox", "giou")
NO_BOXES = "must be in [x0, y0, x1, y1]"
"""Words with which transformers refuses boxes whose right is left of their left, or no number."""
TIE = 0.05
"""How much lower the last place's scores are than the first one's, in logits."""


class SetDetectorNet(nn.Module):
    """Pictures ``(n, 3, s, s)`` of 0..1 to the answers of ``q`` queries.

    They are ``logits`` ``(n, q, classes)`` and ``boxes`` ``(n, q, 4)``: centre, width and height in
    0..1 of the picture. Training needs more than they tell (each decoder layer's answers, and those
    of queries that start from blurred true boxes), so the network gives its loss itself.

    Attributes:
        is_ordered: False: runtimes may order queries otherwise, or choose otherwise between equals.

    Args:
        detector: A ``…ForObjectDetection`` of transformers, made from its configuration.
    """

    output_names = ("logits", "boxes")
    is_ordered = False

    def __init__(self, detector: nn.Module) -> None:
        """Wrap a detector of transformers."""
        super().__init__()
        # The decoder's own heads give the answers; these are second names of them.
        del detector.class_embed, detector.bbox_embed
        self.detector = detector
        detector.get_submodule("model.enc_score_head").register_forward_hook(_settle_ties)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Give logits and boxes."""
        found = self.detector(pixel_values=images)
        return found.logits, found.pred_boxes

    def losses(self, images: torch.Tensor, batch: Batch) -> dict[str, Tensor]:
        """Give ``loss``, the sum over all layers, and the parts of the last layer."""
        with divergence_told():
            found = self.detector(pixel_values=images, labels=set_targets(batch))
        return {"loss": found.loss, **{name: found.loss_dict[f"loss_{name}"] for name in PARTS}}

    def shared_parts(self) -> tuple[nn.Module, ...]:
        """Give what answers and losses both go through, whatever the number of true boxes."""
        return tuple(self.detector.get_submodule(f"model.{n}") for n in ("backbone", "encoder"))

    def load_published(self, tensors: Mapping[str, Tensor]) -> None:
        """Start from published tensors; what depends on the classes stays as it is.

        They may have the names that transformers had when they were published.

        Raises:
            ConversionError: A tensor is missing or has another shape.
        """
        renamings = get_model_conversion_mapping(self.detector)
        given = {apply_renamings(name, renamings): tensor for name, tensor in tensors.items()}
        shared = {
            _DECODER + name: tensor
            for name, tensor in given.items()
            if name.startswith("bbox_embed.")
        }
        load_backbone(self.detector, {**shared, **given}, NEW)


@contextlib.contextmanager
def divergence_told() -> Iterator[None]:
    """Turn what transformers says of boxes that are none into what it comes from.

    Raises:
        DivergedError: The network's boxes are no boxes, such as where they are no numbers.
    """
    try:
        yield
    except ValueError as error:
        if NO_BOXES not in str(error):
            raise
        raise DivergedError(
            "training has diverged: what the network gives for boxes are no boxes any more",
            "Lower trainer.optimizer.learning_rate or set trainer.gradient_clip, and train anew.",
        ) from error


def set_targets(batch: Batch) -> list[dict[str, Tensor]]:
    """Give the objects of each picture as transformers wants them.

    Returns:
        For each picture ``class_labels`` ``(m,)`` and ``boxes`` ``(m, 4)``: centre, width and
        height in 0..1.
    """
    size = batch["images"].shape[-1]
    found = []
    for boxes, labels in zip(batch["boxes"], batch["labels"], strict=True):
        real = labels >= 0
        left_top, right_bottom = boxes[real, :2] / size, boxes[real, 2:] / size
        middle = torch.cat(((left_top + right_bottom) / 2, right_bottom - left_top), 1)
        found.append({"class_labels": labels[real], "boxes": middle})
    return found


def _settle_ties(_head: nn.Module, _inputs: tuple[Tensor, ...], scores: Tensor) -> Tensor:
    """Lower the scores ``(n, places, classes)`` of each place a little more than of the one before.

    The places with the best scores become queries. A network that has hardly learnt scores them all
    alike, and each runtime would choose others.
    """
    ramp = torch.linspace(0, -TIE, scores.shape[1], device=scores.device, dtype=scores.dtype)
    return scores + ramp[:, None]


def free_the_batch(modeling: ModuleType) -> None:
    """Let a module of transformers be exported for batches of any size.

    It takes ``len`` of a tensor, which ties the export to the size of the example.
    """
    vars(modeling)["len"] = _length


def _length(value: Any) -> Any:
    return value.shape[0] if isinstance(value, Tensor) else len(value)


def places(image_size: int, strides: tuple[int, ...]) -> int:
    """Give the number of places of all maps: no more objects than that can be looked for."""
    return sum((-(-image_size // stride)) ** 2 for stride in strides)
