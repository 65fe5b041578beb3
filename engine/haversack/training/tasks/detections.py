"""Boxes that a network found, whatever network it is."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True)
class Detections:
    """The best boxes of a batch, best first.

    Attributes:
        xyxy: ``(n, k, 4)`` in pixels of the network's square.
        scores: ``(n, k)`` in 0..1; 0 where there are no more.
        labels: ``(n, k)`` int64.
    """

    xyxy: torch.Tensor
    scores: torch.Tensor
    labels: torch.Tensor
