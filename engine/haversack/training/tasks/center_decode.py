"""Boxes from the maps of a centre-point detector."""

from __future__ import annotations

import torch
from torch.nn import functional

from haversack.training.tasks.detections import Detections


def decode(maps: tuple[torch.Tensor, ...], most: int, stride: int) -> Detections:
    """Read peaks and their boxes.

    Args:
        maps: What the network gives: a heat map ``(n, classes, h, w)`` as logits; a size
            ``(n, 2, h, w)``, the logarithm of width and height in cells; an offset
            ``(n, 2, h, w)``, from a cell's corner to the centre in cells.
        most: Most boxes for a picture.
        stride: Pixels in a cell.
    """
    heatmap, size, offset = maps
    height, width = heatmap.shape[2:]
    scores = heatmap.float().sigmoid()
    peaks = functional.max_pool2d(scores, 3, stride=1, padding=1) == scores
    flat = (scores * peaks).flatten(1)
    best = flat.topk(min(most, flat.shape[1]))
    labels, place = best.indices // (height * width), best.indices % (height * width)
    cell = torch.stack((place % width, place // width), 2).float()
    centre = cell + _at(offset, place)
    half = _at(size, place).clamp(max=8.0).exp() / 2
    xyxy = torch.cat((centre - half, centre + half), 2) * stride
    limit = torch.tensor([width, height, width, height], device=xyxy.device) * stride
    return Detections(torch.minimum(xyxy.clamp(min=0), limit), best.values, labels)


def _at(maps: torch.Tensor, place: torch.Tensor) -> torch.Tensor:
    """Read ``(n, 2, h, w)`` at ``(n, k)`` flat places: ``(n, k, 2)``."""
    index = place[:, None, :].expand(-1, 2, -1)
    return maps.float().flatten(2).gather(2, index).transpose(1, 2)
