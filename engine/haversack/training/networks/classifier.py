"""A timm backbone with a linear classifier."""

from __future__ import annotations

import timm
import torch
from torch import nn

from haversack.training.networks.normalise import Normalise


class Classifier(nn.Module):
    """Pictures ``(n, 3, s, s)`` of 0..1 to one tensor of logits ``(n, classes)``."""

    output_names = ("logits",)

    def __init__(
        self, architecture: str, classes: int, drop_rate: float, mean: float, std: float
    ) -> None:
        super().__init__()
        self.normalise = Normalise(mean, std)
        self.backbone: nn.Module = timm.create_model(
            architecture, pretrained=False, num_classes=classes, drop_rate=drop_rate
        )
        head = self.backbone.get_submodule("classifier")
        if isinstance(head, nn.Linear):  # start undecided: every class as likely as any other
            nn.init.normal_(head.weight, std=0.01)
            nn.init.zeros_(head.bias)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Give the logits as a tuple of one."""
        return (self.backbone(self.normalise(images)),)
