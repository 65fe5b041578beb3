"""Which found box is which real one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.float32]


def overlaps(first: Boxes, second: Boxes) -> npt.NDArray[np.float64]:
    """Give intersection over union of ``(n, 4)`` with ``(m, 4)`` boxes as ``(n, m)``."""
    top_left = np.maximum(first[:, None, :2], second[None, :, :2])
    bottom_right = np.minimum(first[:, None, 2:], second[None, :, 2:])
    inside = np.clip(bottom_right - top_left, 0, None).prod(2)
    areas = [np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(1) for boxes in (first, second)]
    union = areas[0][:, None] + areas[1][None] - inside
    return np.asarray(inside / np.maximum(union, 1e-9), np.float64)


def match(found: Boxes, real: Boxes, least: float = 0.5) -> npt.NDArray[np.int64]:
    """Give for each found box, best first, the real one that it is; -1 for none.

    Each takes the real box that it overlaps most among those not taken yet, as COCO does.
    """
    given = np.full(len(found), -1, np.int64)
    if not len(found) or not len(real):
        return given
    shared = overlaps(found, real)
    for row in range(len(found)):
        best = int(shared[row].argmax())
        if shared[row, best] >= least:
            given[row] = best
            shared[:, best] = -1
    return given
