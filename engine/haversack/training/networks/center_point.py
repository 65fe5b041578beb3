"""A centre-point detector: a light feature pyramid on a timm backbone, three maps at stride 4.

Source: Zhou, Wang, Krähenbühl 2019, "Objects as Points", arXiv:1904.07850.
"""

from __future__ import annotations

import math

import timm
import torch
from torch import nn
from torch.nn import functional

from haversack.training.networks.normalise import Normalise

STRIDE = 4
_PRIOR = 0.01


class CenterPointNet(nn.Module):
    """Pictures ``(n, 3, s, s)`` of 0..1 to maps of ``s / 4``.

    The maps are ``heatmap`` ``(n, classes, h, w)`` as logits, ``size`` ``(n, 2, h, w)`` as the
    logarithm of width and height in cells, and ``offset`` ``(n, 2, h, w)``, from a cell's corner
    to the centre, in cells.
    """

    output_names = ("heatmap", "size", "offset")
    stride = STRIDE

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
        self.smooth = separable(channels)
        self.heatmap = _branch(channels, classes)
        self.size = _branch(channels, 2)
        self.offset = _branch(channels, 2)
        nn.init.constant_(_last_bias(self.heatmap), -math.log((1 - _PRIOR) / _PRIOR))
        nn.init.constant_(_last_bias(self.size), math.log(8.0))
        nn.init.constant_(_last_bias(self.offset), 0.5)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Give heat map, size and offset."""
        features = self.backbone(self.normalise(images))
        merged = self.laterals[-1](features[-1])
        for lateral, feature in zip(
            reversed(self.laterals[:-1]), reversed(features[:-1]), strict=True
        ):
            merged = functional.interpolate(merged, scale_factor=2.0, mode="nearest")
            merged = merged + lateral(feature)
        merged = self.smooth(merged)
        return self.heatmap(merged), self.size(merged), self.offset(merged)


def separable(channels: int) -> nn.Sequential:
    """Give a depthwise and a pointwise convolution with batch norm and ReLU."""
    return nn.Sequential(
        nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False),
        nn.Conv2d(channels, channels, 1, bias=False),
        nn.BatchNorm2d(channels),
        nn.ReLU(),
    )


def _branch(channels: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(*separable(channels), nn.Conv2d(channels, outputs, 1))


def _last_bias(branch: nn.Sequential) -> torch.Tensor:
    bias = branch[-1].bias
    if not isinstance(bias, torch.Tensor):
        raise TypeError("the last layer of a branch has a bias")
    return bias
