"""A moving average of the weights, which is what is validated and kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from lightning.pytorch.callbacks import WeightAveraging


class MovingAverage(WeightAveraging):
    """Exponential moving average of weights and buffers, updated after each optimizer step.

    The share that is kept grows with the steps, ``min(decay, (1 + step) / (10 + step))``, so that
    a short training is not judged by its random start. A checkpoint's weights are the average;
    the weights that training goes on with are kept beside them.

    Args:
        decay: The largest share of the average that a step keeps.
        device: Where the network is trained; Lightning would ask before it has brought it there.
    """

    def __init__(self, decay: float, device: torch.device) -> None:
        """Let what was before count ``decay`` at each step, on a device."""
        super().__init__(device=device, multi_avg_fn=self._mix)
        self._decay = decay
        self._kept = 0.0

    def should_update(self, step_idx: int | None = None, epoch_idx: int | None = None) -> bool:
        """Update after every optimizer step."""
        if step_idx is None:
            return False
        self._kept = min(self._decay, (1 + step_idx) / (10 + step_idx))
        return True

    @torch.no_grad()
    def _mix(
        self, averages: Sequence[torch.Tensor], currents: Sequence[torch.Tensor], _count: Any
    ) -> None:
        if averages[0].is_floating_point():
            torch._foreach_lerp_(list(averages), list(currents), 1 - self._kept)
            return
        for average, current in zip(averages, currents, strict=True):
            average.copy_(current)
