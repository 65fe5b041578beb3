"""LRASPP: torchvision's light segmenter on MobileNetV3-Large.

Source: Howard et al. 2019, "Searching for MobileNetV3", arXiv:1905.02244.
"""

from __future__ import annotations

import torch
from torch import nn
from torchvision.models import get_model

from haversack.training.networks.normalise import IMAGENET_MEAN, IMAGENET_STD, Normalise

NEW = ("classifier.low_classifier.", "classifier.high_classifier.")
"""Tensors that depend on the classes and start anew beside published weights."""


class LRASPPNet(nn.Module):
    """Pictures ``(n, 3, s, s)`` of 0..1 to one tensor of logits ``(n, classes, s, s)``."""

    output_names = ("logits",)

    def __init__(self, classes: int) -> None:
        """Build it with random weights."""
        super().__init__()
        self.normalise = Normalise(IMAGENET_MEAN, IMAGENET_STD)
        self.lraspp: nn.Module = get_model(
            "lraspp_mobilenet_v3_large", weights=None, weights_backbone=None, num_classes=classes
        )

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Give the logits as a tuple of one."""
        return (self.lraspp(self.normalise(images))["out"],)
