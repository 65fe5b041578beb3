"""Networks of the benchmark: those of recipes, and two that take a millisecond or ten."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from haversack.training.builders.networks import build_network
from kitchen_bench.recipes import SMALLER, Size, quiet_work, recipe_of

CLASSES = 10


class Plain(nn.Module):
    """Convolutions one after the other, each followed by ReLU, the first and the second strided."""

    def __init__(self, layers: int, width: int) -> None:
        super().__init__()
        steps: list[nn.Module] = []
        for number in range(layers):
            stride = 2 if number < 2 else 1
            steps += [nn.Conv2d(width if number else 3, width, 3, stride, 1), nn.ReLU()]
        self.steps = nn.Sequential(*steps)
        self.head = nn.Linear(width, CLASSES)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor]:
        """Give logits ``(n, 10)``."""
        return (self.head(self.steps(images).mean((2, 3))),)


def network_of(size: Size, folder: Path) -> nn.Module:
    """Give the network of a size, from random numbers."""
    if size.architecture in SMALLER:
        return Plain(*SMALLER[size.architecture])
    return build_network(quiet_work(recipe_of(size), folder), CLASSES, size.edge, pretrained=False)
