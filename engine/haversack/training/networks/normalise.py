"""The first layer of every network: pictures of 0..1 to what the backbone was trained on."""

from __future__ import annotations

import torch
from torch import nn

Levels = float | tuple[float, ...]
"""Of all channels, or of each of the three."""
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Normalise(nn.Module):
    """``(x - mean) / std`` for each channel; part of the network, so exports carry it."""

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, mean: Levels, std: Levels) -> None:
        """Hold the mean and the deviation of each channel."""
        super().__init__()
        for name, levels in (("mean", mean), ("std", std)):
            values = torch.tensor(levels).expand(3).reshape(1, 3, 1, 1).clone()
            self.register_buffer(name, values, persistent=False)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Normalise ``(n, 3, h, w)``."""
        return (images - self.mean) / self.std
