"""A segmenter: a light feature pyramid on a timm backbone, logits for each pixel.

Source: Kirillov, Girshick, He, Dollár 2019, "Panoptic Feature Pyramid Networks", arXiv:1901.02446;
here the maps are summed on the way down and the head's convolutions are separable.
"""

from __future__ import annotations

import timm
import torch
from torch import nn
from torch.nn import functional

from haversack.training.networks.center_point import separable
from haversack.training.networks.normalise import Normalise

STRIDE = 4


class FeaturePyramidNet(nn.Module):
    """Pictures ``(n, 3, s, s)`` of 0..1 to one tensor of logits ``(n, classes, s, s)``."""

    output_names = ("logits",)

    def __init__(
        self, architecture: str, classes: int, channels: int, mean: float, std: float
    ) -> None:
        """Build it on a backbone of timm, with random weights."""
        super().__init__()
        self.normalise = Normalise(mean, std)
        self.backbone: nn.Module = timm.create_model(
            architecture, pretrained=False, features_only=True, out_indices=(1, 2, 3, 4)
        )
        widths: list[int] = self.backbone.feature_info.channels()  # type: ignore[operator,union-attr] # timm publishes no types
        self.laterals = nn.ModuleList(nn.Conv2d(width, channels, 1) for width in widths)
        self.smooth = nn.Sequential(*separable(channels), *separable(channels))
        self.classify = nn.Conv2d(channels, classes, 1)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Give the logits as a tuple of one."""
        features = self.backbone(self.normalise(images))
        merged = self.laterals[-1](features[-1])
        for lateral, feature in zip(
            reversed(self.laterals[:-1]), reversed(features[:-1]), strict=True
        ):
            merged = functional.interpolate(merged, scale_factor=2.0, mode="nearest")
            merged = merged + lateral(feature)
        logits = self.classify(self.smooth(merged))
        return (
            functional.interpolate(
                logits, scale_factor=float(STRIDE), mode="bilinear", align_corners=False
            ),
        )
