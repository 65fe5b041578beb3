"""Queries that each give a mask and a class, matched with the classes of a picture.

Source: Cheng et al. 2021, "Masked-attention Mask Transformer", arXiv:2112.01527: the costs and
weights; here every judged pixel counts instead of a sample of points, so that a step draws nothing.
"""

from __future__ import annotations

import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor
from torch.nn import functional

from haversack.data.sample import NOT_JUDGED
from haversack.training.loading.batches import Batch
from haversack.training.tasks.task import Outputs

CLASS_WEIGHT, MASK_WEIGHT, DICE_WEIGHT = 2.0, 5.0, 5.0
NOTHING_WEIGHT = 0.1


class MaskHead:
    """The answers of queries, those of the last layer first."""

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Give the sum over all layers, and the three parts of the last one."""
        answers = [output.float() for output in outputs]
        edge = answers[1].shape[-1]
        targets = [
            mask_targets(mask, answers[0].shape[2] - 1, edge) for mask in batch["masks"].long()
        ]
        layers = [
            _layer_loss(classes, masks, targets)
            for classes, masks in zip(answers[::2], answers[1::2], strict=True)
        ]
        total = torch.stack([sum_of(parts) for parts in layers]).sum()
        return {"loss": total, **layers[0]}

    def scores(self, outputs: Outputs) -> Tensor:
        """Give the share of each class in each pixel, ``(n, classes, s, s)``, adding up to 1."""
        classes, masks = outputs[0].float(), outputs[1].float()
        known = classes.softmax(2)[..., :-1]
        with torch.autocast(classes.device.type, enabled=False):
            pixels = torch.einsum("nqc,nqhw->nchw", known, masks.sigmoid())
        pixels = functional.interpolate(
            pixels, scale_factor=4.0, mode="bilinear", align_corners=False
        )
        return pixels / pixels.sum(1, keepdim=True).clamp(min=1e-6)


def sum_of(parts: dict[str, Tensor]) -> Tensor:
    """Add the parts of one layer's loss."""
    return torch.stack(list(parts.values())).sum()


def mask_targets(mask: Tensor, classes: int, edge: int) -> tuple[Tensor, Tensor, Tensor]:
    """Give what queries should say about one picture.

    Args:
        mask: ``(s, s)`` int64 with 255 where nothing is judged.
        classes: Number of classes.
        edge: Edge of the masks that are wanted.

    Returns:
        The classes ``(m,)`` that the picture shows; the share of each in each cell ``(m, e * e)``;
        the share of each cell that is judged ``(e * e,)``.
    """
    judged = mask != NOT_JUDGED
    shown = torch.bincount(mask[judged]).nonzero().flatten()
    layers = torch.cat(((mask[None] == shown[:, None, None]), judged[None])).float()
    cells = functional.adaptive_avg_pool2d(layers[None], edge)[0].flatten(1)
    return shown[shown < classes], cells[:-1][shown < classes], cells[-1]


def _layer_loss(
    classes: Tensor, masks: Tensor, targets: list[tuple[Tensor, Tensor, Tensor]]
) -> dict[str, Tensor]:
    nothing = classes.shape[2] - 1
    wanted = torch.full(classes.shape[:2], nothing, device=classes.device)
    entropy, dice = masks.sum() * 0, masks.sum() * 0
    for row, (shown, truth, judged) in enumerate(targets):
        given = masks[row].flatten(1)
        query, target = _match(classes[row], given, shown, truth, judged)
        wanted[row, query] = shown[target]
        chosen, real = given[query], truth[target]
        area = judged.sum().clamp(min=1e-6)
        apart = functional.binary_cross_entropy_with_logits(
            chosen, real / judged.clamp(min=1e-6), weight=judged.expand_as(real), reduction="sum"
        )
        entropy = entropy + apart / area
        dice = dice + (1 - _dice(chosen.sigmoid() * judged, real)).sum()
    count = max(1, sum(len(shown) for shown, _, _ in targets))
    weights = torch.ones(nothing + 1, device=classes.device)
    weights[-1] = NOTHING_WEIGHT
    told = functional.cross_entropy(classes.transpose(1, 2), wanted, weights)
    return {
        "class": CLASS_WEIGHT * told,
        "mask": MASK_WEIGHT * entropy / count,
        "dice": DICE_WEIGHT * dice / count,
    }


def _dice(given: Tensor, real: Tensor) -> Tensor:
    return (2 * (given * real).sum(-1) + 1) / (given.sum(-1) + real.sum(-1) + 1)


@torch.no_grad()
def _match(
    classes: Tensor, given: Tensor, shown: Tensor, truth: Tensor, judged: Tensor
) -> tuple[Tensor, Tensor]:
    """Give the indices of the queries and of the classes that belong together at least cost."""
    area = judged.sum().clamp(min=1e-6)
    with torch.autocast(given.device.type, enabled=False):  # sums of pixels go beyond float16
        yes = functional.softplus(-given) @ truth.T
        no = functional.softplus(given) @ (judged - truth).T
        both = (given.sigmoid() * judged) @ truth.T
    sums = (given.sigmoid() * judged).sum(1)[:, None] + truth.sum(1)[None]
    cost = (
        MASK_WEIGHT * (yes + no) / area
        - DICE_WEIGHT * (2 * both + 1) / (sums + 1)
        - CLASS_WEIGHT * classes.softmax(1)[:, shown]
    )
    query, target = linear_sum_assignment(cost.nan_to_num(1e6).cpu().numpy())
    device = classes.device
    return torch.as_tensor(query, device=device), torch.as_tensor(target, device=device)
