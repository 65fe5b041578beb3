"""Networks of the benchmark: those of recipes, and plain ones that take a millisecond to ten."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from torch import nn

from haversack.training.builders.networks import build_network
from kitchen_bench.recipes import SMALLER, Size, quiet_work, recipe_of

CLASSES = 10


class Plain(nn.Module):
    """Convolutions, each followed by ReLU, the first two strided; then a linear layer."""

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
    """Give the network of a size, from the same random numbers each time."""
    torch.manual_seed(0)
    if size.architecture in SMALLER:
        network: nn.Module = Plain(*SMALLER[size.architecture])
    else:
        work = quiet_work(recipe_of(size), folder)
        network = build_network(work, CLASSES, size.edge, pretrained=False)
    _given.append(network)
    return network


_given: list[nn.Module] = []


def weights_digest() -> str:
    """Give the SHA-256 of all weights of the network that this process was given last."""
    digest = hashlib.sha256()
    for tensor in _given[-1].state_dict().values():
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()
