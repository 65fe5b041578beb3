"""A score of each class for each pixel: cross-entropy and Dice."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from haversack.data.sample import NOT_JUDGED
from haversack.training.loading.batches import Batch
from haversack.training.tasks.task import Outputs

SMOOTH = 1.0
POWER = 0.5
"""How far small classes are lifted: 0 not at all, 1 to the same sum as large ones."""


class PixelHead:
    """One tensor of logits ``(n, classes, s, s)``.

    Args:
        classes: Number of classes.
        dice_weight: Share of the Dice loss beside cross-entropy.
    """

    def __init__(self, classes: int, dice_weight: float) -> None:
        """Read logits of this many classes; Dice counts with ``dice_weight``."""
        self._classes = classes
        self._dice_weight = dice_weight

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Give the weighted sum and its two parts."""
        logits, wanted = outputs[0].float(), batch["masks"].long()
        weights = class_weights(wanted, self._classes)
        entropy = functional.cross_entropy(logits, wanted, weights, ignore_index=NOT_JUDGED)
        entropy = entropy if bool(weights.any()) else logits.sum() * 0  # nothing is judged
        parts = {"cross_entropy": entropy, "dice": dice_loss(logits, wanted)}
        total = parts["cross_entropy"] + self._dice_weight * parts["dice"]
        return {"loss": total, **parts}

    def scores(self, outputs: Outputs) -> Tensor:
        """Give the probability of each class in each pixel."""
        return outputs[0].float().softmax(1)


def class_weights(wanted: Tensor, classes: int) -> Tensor:
    """Give each class of a batch a weight that lifts the small ones: its area to the power -0.5.

    Otherwise a ground of nine pixels in ten is all that a short training learns.

    Args:
        wanted: ``(n, h, w)`` int64 with 255 where nothing is judged.
        classes: Number of classes.

    Returns:
        ``(classes,)``; 0 for a class that the batch does not show.
    """
    areas = torch.bincount(wanted[wanted != NOT_JUDGED], minlength=classes).float()
    return torch.where(areas > 0, areas.clamp(min=1).pow(-POWER), 0.0)


def dice_loss(logits: Tensor, wanted: Tensor) -> Tensor:
    """Give 1 less the soft Dice coefficient, averaged over the classes that the batch shows.

    Source: Milletari, Navab, Ahmadi 2016, "V-Net", arXiv:1606.04797.

    Args:
        logits: ``(n, classes, h, w)``.
        wanted: ``(n, h, w)`` int64 with 255 where nothing is judged.
    """
    judged = (wanted != NOT_JUDGED)[:, None]
    truth = functional.one_hot(wanted.masked_fill(~judged[:, 0], 0), logits.shape[1])
    truth = truth.permute(0, 3, 1, 2) * judged
    given = logits.softmax(1) * judged
    both = (given * truth).sum((0, 2, 3))
    size = given.sum((0, 2, 3)) + truth.sum((0, 2, 3))
    shown = truth.sum((0, 2, 3)) > 0
    apart = 1 - (2 * both + SMOOTH) / (size + SMOOTH)
    return (apart * shown).sum() / shown.sum().clamp(min=1)
