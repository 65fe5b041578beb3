"""Batches of tensors from samples, and the loaders that make them."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
import torch
from torch.utils.data import DataLoader

from haversack.data.sample import Boxes, Mask, Sample
from haversack.training.loading.reading import can_fork
from haversack.training.loading.samples import EpochSampler, SquaredSamples


class Batch(TypedDict):
    """A batch.

    ``images`` is ``(n, 3, s, s)`` uint8. ``labels`` is ``(n,)`` int64 for classification and
    ``(n, m)`` for detection, filled up with -1; ``boxes`` is ``(n, m, 4)`` float32 in pixels of the
    square, with m = 0 for the other tasks. ``masks`` is ``(n, s, s)`` uint8 for segmentation, with
    255 where nothing is judged, and ``(n, 0, 0)`` for the other tasks.
    """

    images: torch.Tensor
    labels: torch.Tensor
    boxes: torch.Tensor
    masks: torch.Tensor


def collate(samples: list[Sample]) -> Batch:
    """Put samples of one size and one kind together."""
    images = torch.from_numpy(np.stack([sample.image for sample in samples]).transpose(0, 3, 1, 2))
    targets = [sample.target for sample in samples]
    boxes = [target for target in targets if isinstance(target, Boxes)]
    masks = [target.labels for target in targets if isinstance(target, Mask)]
    count = len(samples)
    nowhere, no_mask = torch.zeros(count, 0, 4), torch.zeros(count, 0, 0, dtype=torch.uint8)
    if masks:
        labels, stacked = torch.zeros(count, dtype=torch.int64), torch.from_numpy(np.stack(masks))
        return {"images": images, "labels": labels, "boxes": nowhere, "masks": stacked}
    if not boxes:
        labels = torch.tensor(targets, dtype=torch.int64)
        return {"images": images, "labels": labels, "boxes": nowhere, "masks": no_mask}
    most = max(len(target.labels) for target in boxes)
    labels = torch.full((len(boxes), most), -1, dtype=torch.int64)
    xyxy = torch.zeros(len(boxes), most, 4)
    for row, target in enumerate(boxes):
        count = len(target.labels)
        labels[row, :count] = torch.from_numpy(target.labels)
        xyxy[row, :count] = torch.from_numpy(target.xyxy)
    return {"images": images, "labels": labels, "boxes": xyxy, "masks": no_mask}


def as_input(images: torch.Tensor) -> torch.Tensor:
    """Turn uint8 pictures into what networks take: float32 in 0..1."""
    return images.float().div_(255)


def make_loader(
    samples: SquaredSamples,
    batch_size: int,
    readers: int,
    seed: int,
    training: bool,
    part: tuple[int, int] = (0, 1),
    pinned: bool = False,
) -> DataLoader[Batch]:
    """Give a loader over samples.

    Training shuffles and leaves out a last batch that is not full; validation does neither.
    ``readers`` processes read ahead; with 0 a batch is read when it is asked for. ``part`` is
    (rank, world) where several processes share the samples. ``pinned`` batches go to a GPU while it
    computes.
    """
    sampler = EpochSampler(len(samples), training, seed, *part)
    full = training and len(sampler) >= batch_size
    return DataLoader(
        samples,  # type: ignore[arg-type] # it yields Sample, collate makes Batch of them
        batch_size=batch_size,
        sampler=sampler,
        num_workers=readers,
        multiprocessing_context="fork" if readers and can_fork() else None,
        collate_fn=collate,
        drop_last=full,
        pin_memory=pinned,
        persistent_workers=readers > 0,
        generator=torch.Generator().manual_seed(seed),  # the global one is for the network alone
    )


def what_waits(loader: DataLoader[Batch], processes: int = 1) -> tuple[int, int, int]:
    """Give how many pictures an epoch leaves out, of how many, and how many each step takes.

    Args:
        loader: The loader of one process.
        processes: How many train together; each has as many pictures as the others.
    """
    samples, size = loader.sampler, loader.batch_size or 1
    pictures = len(samples) if isinstance(samples, EpochSampler) else 0
    left = pictures % size if loader.drop_last else 0
    return left * processes, pictures * processes, size * processes
