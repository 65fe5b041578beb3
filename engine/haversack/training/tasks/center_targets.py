"""What a centre-point detector should say, from boxes."""

from __future__ import annotations

from dataclasses import dataclass

import torch

MIN_OVERLAP = 0.7


@dataclass(frozen=True, slots=True)
class CenterTargets:
    """Targets of one batch.

    Attributes:
        heatmap: ``(n, classes, h, w)``: 1 at centres, falling off as a Gaussian around them.
        weight: ``(n, h, w)``: how much a cell's size and offset count; 1 at centres.
        size: ``(n, 2, h, w)``: logarithm of width and height in cells.
        offset: ``(n, 2, h, w)``: from the cell's corner to the centre, in cells.
        objects: Number of objects, at least 1.
    """

    heatmap: torch.Tensor
    weight: torch.Tensor
    size: torch.Tensor
    offset: torch.Tensor
    objects: int


def center_targets(
    boxes: torch.Tensor, labels: torch.Tensor, classes: int, edge: int, stride: int
) -> CenterTargets:
    """Draw the targets.

    Args:
        boxes: ``(n, m, 4)`` in pixels.
        labels: ``(n, m)``, -1 where there is no object.
        classes: Number of classes.
        edge: Height and width of the maps.
        stride: Pixels in a cell.
    """
    count, most = labels.shape
    device = boxes.device
    heatmap = torch.zeros(count, classes, edge, edge, device=device)
    weight = torch.zeros(count, edge, edge, device=device)
    size = torch.zeros(count, 2, edge, edge, device=device)
    offset = torch.zeros(count, 2, edge, edge, device=device)
    cells = torch.arange(edge, device=device, dtype=torch.float32)
    rows = torch.arange(count, device=device)
    for slot in range(most):
        label, box = labels[:, slot], boxes[:, slot] / stride
        real = label >= 0
        wide, high = (box[:, 2:] - box[:, :2]).clamp(min=1e-2).unbind(1)
        centre = ((box[:, :2] + box[:, 2:]) / 2).clamp(0, edge - 1e-3)
        cell = centre.floor()
        sigma = _gaussian_sigma(wide, high)
        across = torch.exp(-((cells[None] - cell[:, :1]) ** 2) / (2 * sigma[:, None] ** 2))
        down = torch.exp(-((cells[None] - cell[:, 1:]) ** 2) / (2 * sigma[:, None] ** 2))
        blob = down[:, :, None] * across[:, None, :] * real[:, None, None]
        own = label.clamp(min=0)
        heatmap[rows, own] = torch.maximum(heatmap[rows, own], blob)
        nearest = (blob > weight) & (blob > 0.3)
        weight = torch.where(nearest, blob, weight)
        log_size = torch.stack((wide, high), 1).log()[:, :, None, None]
        size = torch.where(nearest[:, None], log_size, size)
        away = torch.stack(
            (
                (centre[:, :1, None] - cells[None, None, :]).expand(count, edge, edge),
                (centre[:, 1:, None] - cells[None, :, None]).expand(count, edge, edge),
            ),
            1,
        )
        offset = torch.where(nearest[:, None], away, offset)
    return CenterTargets(heatmap, weight, size, offset, max(1, int((labels >= 0).sum())))


def _gaussian_sigma(wide: torch.Tensor, high: torch.Tensor) -> torch.Tensor:
    """Give the spread within which a shifted box still overlaps the true one well.

    Source: Law and Deng 2018, "CornerNet", arXiv:1808.01244, the case of both corners shifted
    the same way.
    """
    total = wide + high
    area = wide * high * (1 - MIN_OVERLAP) / (1 + MIN_OVERLAP)
    radius = (total - torch.sqrt((total**2 - 4 * area).clamp(min=0))) / 2
    return ((2 * radius.clamp(min=0) + 1) / 6).clamp(min=0.4)
