"""How much a network computes and holds."""

from __future__ import annotations

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


def parameters(network: nn.Module) -> int:
    """Give the number of learnt numbers."""
    return sum(parameter.numel() for parameter in network.parameters())


def multiply_adds(network: nn.Module, image_size: int) -> int:
    """Give the multiply-adds for one picture of ``(3, image_size, image_size)``."""
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        network(torch.zeros(1, 3, image_size, image_size))
    return int(counter.get_total_flops() // 2)
