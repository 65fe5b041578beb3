"""What the training of a classifier can minimise: smoothed cross-entropy, focal loss, weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from haversack.training.loading.batches import Batch
from haversack.training.tasks.task import Outputs

Cost = Callable[[Tensor, Tensor], Tensor]
"""Gives what each picture costs ``(n,)`` from logits ``(n, classes)`` and labels ``(n,)``."""


class MeanCost:
    """The mean over a batch's pictures of ``weights[label] * cost``.

    It is divided by the number of pictures, not by the sum of their weights: so parts of a batch,
    accumulated or on several processes, add up to the whole.
    """

    def __init__(self, cost: Cost, weights: Tensor | None = None) -> None:
        """Take each class as often as ``weights`` ``(classes,)`` say, or all alike."""
        self._cost = cost
        self._weights = weights

    def __call__(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Give ``loss``."""
        logits, labels = outputs[0].float(), batch["labels"]
        costs = self._cost(logits, labels)
        if self._weights is not None:
            self._weights = self._weights.to(costs.device)
            costs = self._weights[labels] * costs
        return {"loss": costs.mean()}


def balanced_weights(labels: npt.NDArray[np.int64], classes: int) -> Tensor:
    """Give weights with which all classes that are there count alike, and pictures 1 on average.

    A class that ``n`` of ``N`` pictures show gets ``N / (shown * n)``, where ``shown`` classes are
    there at all; one that none shows gets 0. Source: King and Zeng 2001, "Logistic Regression in
    Rare Events Data"; as scikit-learn's ``class_weight="balanced"``.
    """
    counts = np.bincount(labels, minlength=classes)
    weights = counts.sum() / (np.count_nonzero(counts) * counts.clip(min=1))
    return torch.tensor(np.where(counts > 0, weights, 0.0), dtype=torch.float32)


def smoothed_cross_entropy(smoothing: float) -> Cost:
    """Give ``-sum_k q_k log p_k`` with ``q_k = (1 - smoothing) [k = label] + smoothing / classes``.

    Source: Szegedy et al. 2016, "Rethinking the Inception Architecture for Computer Vision",
    arXiv:1512.00567, section 7.
    """

    def cost(logits: Tensor, labels: Tensor) -> Tensor:
        return functional.cross_entropy(logits, labels, reduction="none", label_smoothing=smoothing)

    return cost


def focal(gamma: float) -> Cost:
    """Give ``-(1 - p)^gamma log p`` of the label's probability ``p``, here that of the softmax.

    Source: Lin et al. 2017, "Focal Loss for Dense Object Detection", arXiv:1708.02002, equation 4.
    """

    def cost(logits: Tensor, labels: Tensor) -> Tensor:
        log_p = -functional.cross_entropy(logits, labels, reduction="none")
        # Away from 0, where the slope of a power below 1 has no end.
        apart = (-torch.expm1(log_p)).clamp(min=torch.finfo(log_p.dtype).eps)
        return -(apart**gamma) * log_p

    return cost
