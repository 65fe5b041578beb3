"""The numbers of a run: what the recipe says, made smaller by the run's limits."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import nn

from haversack.catalog.datasets import DataPipeline
from haversack.catalog.models import Model
from haversack.catalog.training import LightningTrainer
from haversack.training.work import Work, expect


@dataclass(frozen=True, slots=True)
class Settings:
    """Numbers of one run.

    Attributes:
        image_size: Edge of the network's square in pixels.
        batch_size: Samples in a batch.
        epochs: Epochs in all.
        limit_batches: The most batches in each loop; None for all.
        fast_dev_run: One batch of each loop, no checkpoint.
        workers: Processes that read pictures; 0 where the recipe leaves it to this machine.
        seed: Seed of everything that is random.
    """

    image_size: int
    batch_size: int
    epochs: int
    limit_batches: int | None
    fast_dev_run: bool
    workers: int
    seed: int


def settings_of(work: Work) -> Settings:
    """Give the numbers of a run.

    Raises:
        UnbuildableError: A slot that they come from is empty.
    """
    limits = work.spec.limits
    trainer = expect(work.root.trainer, LightningTrainer, "trainer")
    data = expect(work.root.data, DataPipeline, "data")
    fast = trainer.fast_dev_run or limits.fast_dev_run
    epochs = 1 if fast else min(trainer.num_epochs, limits.max_epochs or trainer.num_epochs)
    return Settings(
        image_size=limits.image_size or expect(work.root.model, Model, "model").image_size,
        batch_size=limits.batch_size or data.batch_size,
        epochs=epochs,
        limit_batches=1 if fast else limits.limit_batches,
        fast_dev_run=fast,
        workers=data.num_workers,
        seed=trainer.seed,
    )


def trains_at(network: nn.Module, batch_size: int, image_size: int) -> bool:
    """Say whether a batch of this size can train: batch norm cannot over one value a channel."""
    probe = copy.deepcopy(network).train()
    try:
        with torch.no_grad():
            probe(torch.zeros(batch_size, 3, image_size, image_size))
    except ValueError as error:
        if "more than 1 value per channel" in str(error):
            return False
        raise
    return True
