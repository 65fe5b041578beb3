"""The first layer of every network: pictures of 0..1 to what the backbone was trained on."""

from __future__ import annotations

import torch
from torch import nn


class Normalise(nn.Module):
    """``(x - mean) / std`` for each channel; part of the network, so exports carry it."""

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, mean: float, std: float) -> None:
        super().__init__()
        self.register_buffer("mean", torch.full((1, 3, 1, 1), mean), persistent=False)
        self.register_buffer("std", torch.full((1, 3, 1, 1), std), persistent=False)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Normalise ``(n, 3, h, w)``."""
        return (images - self.mean) / self.std
