"""The batch that a run trains with: never one picture where batch norm cannot train on one."""

from __future__ import annotations

import dataclasses

from torch import nn

from haversack.data.errors import DataError
from haversack.training.loop.together import share_batch
from haversack.training.settings import Settings, trains_at
from haversack.training.work import Work


def with_trainable_batch(
    work: Work, network: nn.Module, settings: Settings, pictures: int
) -> Settings:
    """Give settings with which no process trains on one picture at a time where that cannot be.

    Args:
        work: The work; told where its batch is raised.
        network: What is trained.
        settings: Its numbers.
        pictures: How many there are to train on.

    Raises:
        DataError: There are too few pictures for more.
    """
    world = work.spec.processes * work.spec.nodes
    own = min(share_batch(settings.batch_size, world), pictures // world)
    if own > 1 or trains_at(network, 1, settings.image_size):
        return settings
    if pictures < 2 * world:
        raise DataError(
            f"a train split of {pictures} makes batches of 1, with which this network cannot train "
            "(batch norm over 1x1)",
            f"Bring at least {2 * world}, or raise model.image_size.",
        )
    work.note(
        f"a batch of {own} cannot train here (batch norm over 1x1); {2 * world} are used",
        warning=True,
    )
    return dataclasses.replace(settings, batch_size=2 * world)
