"""The default boxes of SSDLite: where they lie, which object each answers for, how they are moved.

Source: Liu et al. 2015, "SSD", arXiv:1512.02325, with torchvision's scales for SSDLite320: boxes
and offsets are those that its published weights know.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torchvision.ops import box_iou

LEVELS = 6
FIRST_STRIDE = 16
SMALLEST, LARGEST = 0.2, 0.95
RATIOS = (2.0, 3.0)
CENTRE_UNIT, SIZE_UNIT = 0.1, 0.2
LARGEST_GROWTH = math.log(1000 / 16)
SAME = 0.5
"""Overlap (IoU) from which a default box answers for an object."""


def default_boxes(image_size: int) -> Tensor:
    """Give the boxes ``(d, 4)`` as centre, width and height in pixels, in the network's order."""
    scales = [SMALLEST + (LARGEST - SMALLEST) * k / (LEVELS - 1) for k in range(LEVELS)] + [1.0]
    found = []
    for level, edge in enumerate(grid_edges(image_size)):
        scale, between = scales[level], math.sqrt(scales[level] * scales[level + 1])
        shapes = [(scale, scale), (between, between)]
        for ratio in RATIOS:
            wide, narrow = scale * math.sqrt(ratio), scale / math.sqrt(ratio)
            shapes += [(wide, narrow), (narrow, wide)]
        cells = (torch.arange(edge) + 0.5) / edge
        down, across = torch.meshgrid(cells, cells, indexing="ij")
        centres = torch.stack((across, down), 2).reshape(-1, 1, 2)
        sizes = torch.tensor(shapes).clamp(max=1)[None]
        count = len(centres), len(shapes), 2
        found.append(torch.cat((centres.expand(count), sizes.expand(count)), 2).reshape(-1, 4))
    return torch.cat(found) * image_size


def grid_edges(image_size: int) -> list[int]:
    """Give the edges of the six maps: a sixteenth of the picture, then always half of the last."""
    edges = [-(-image_size // FIRST_STRIDE)]
    while len(edges) < LEVELS:
        edges.append(-(-edges[-1] // 2))
    return edges


def corners(boxes: Tensor) -> Tensor:
    """Turn centre, width and height ``(…, 4)`` into left, top, right and bottom."""
    half = boxes[..., 2:] / 2
    return torch.cat((boxes[..., :2] - half, boxes[..., :2] + half), -1)


def encode(xyxy: Tensor, defaults: Tensor) -> Tensor:
    """Give the offsets ``(d, 4)`` that move default boxes onto boxes ``(d, 4)``."""
    size = (xyxy[:, 2:] - xyxy[:, :2]).clamp(min=1e-2)
    away = ((xyxy[:, :2] + xyxy[:, 2:]) / 2 - defaults[:, :2]) / defaults[:, 2:]
    return torch.cat((away / CENTRE_UNIT, (size / defaults[:, 2:]).log() / SIZE_UNIT), 1)


def decode(offsets: Tensor, defaults: Tensor) -> Tensor:
    """Move default boxes ``(…, 4)`` by offsets; give left, top, right and bottom in pixels."""
    centre = offsets[..., :2] * CENTRE_UNIT * defaults[..., 2:] + defaults[..., :2]
    growth = (offsets[..., 2:] * SIZE_UNIT).clamp(max=LARGEST_GROWTH)
    return corners(torch.cat((centre, growth.exp() * defaults[..., 2:]), -1))


def answers_for(boxes: Tensor, defaults: Tensor) -> Tensor:
    """Give for each default box the index of its object, -1 for the ground.

    An object belongs to every default box that overlaps it enough, and always to the best one.

    Args:
        boxes: ``(m, 4)`` left, top, right and bottom.
        defaults: ``(d, 4)``.
    """
    if len(boxes) == 0:
        return torch.full((len(defaults),), -1, device=defaults.device)
    overlap = box_iou(boxes, corners(defaults))
    best, index = overlap.max(0)
    index = torch.where(best >= SAME, index, -1)
    index[overlap.argmax(1)] = torch.arange(len(boxes), device=index.device)
    return index
