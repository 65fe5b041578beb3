"""A timm backbone with a linear classifier."""

from __future__ import annotations

from typing import Any

import timm
import torch
from torch import nn

from haversack.training.errors import UnbuildableError
from haversack.training.networks.normalise import Levels, Normalise


class Classifier(nn.Module):
    """Pictures ``(n, 3, s, s)`` of 0..1 to one tensor of logits ``(n, classes)``."""

    output_names = ("logits",)

    def __init__(
        self,
        architecture: str,
        classes: int,
        drop_rate: float,
        mean: Levels,
        std: Levels,
        image_size: int,
    ) -> None:
        """Build it on a backbone of timm, with random weights."""
        super().__init__()
        self.normalise = Normalise(mean, std)
        self.backbone: nn.Module = _create(architecture, classes, drop_rate, image_size)
        self.head_name, head = _head_of(self.backbone)
        if isinstance(head, nn.Linear):  # start undecided: every class as likely as any other
            nn.init.normal_(head.weight, std=0.01)
            nn.init.zeros_(head.bias)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Give the logits as a tuple of one."""
        return (self.backbone(self.normalise(images)),)


def _create(architecture: str, classes: int, drop_rate: float, image_size: int) -> nn.Module:
    """Make an architecture; one that is made for a size, such as a transformer, is told it."""
    if not timm.is_model(architecture):
        raise UnbuildableError(
            f"this timm ({timm.__version__}) has no architecture {architecture!r}",
            "Correct model.backbone.name, or choose another backbone.",
        )
    wanted: dict[str, Any] = {"pretrained": False, "num_classes": classes, "drop_rate": drop_rate}
    try:
        return timm.create_model(architecture, **wanted, img_size=image_size)
    except TypeError:  # it takes any size
        return timm.create_model(architecture, **wanted)
    except (AssertionError, ValueError, RuntimeError) as error:
        raise UnbuildableError(
            f"{architecture} cannot be made for {image_size} px: {error}",
            "Choose another model.image_size or another backbone.",
        ) from error


def _head_of(backbone: nn.Module) -> tuple[str, nn.Module]:
    """Give the classifier of a timm model and its name."""
    head = backbone.get_classifier()  # type: ignore[operator] # timm publishes no types
    for name, module in backbone.named_modules():
        if module is head:
            return name, module
    raise UnbuildableError(
        "the architecture has no single classifier", "Choose another model.backbone.name."
    )
