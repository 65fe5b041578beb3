"""What every fit is put together from, whether it trains or only tries: module, data, template."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn
from torch.utils.data import DataLoader

from haversack.catalog.augmentations import NoAugmentation
from haversack.catalog.training import LightningTrainer
from haversack.data.sample import Dataset
from haversack.training.builders.augmentations import build_augmentation
from haversack.training.builders.optimizers import build_optimizer, build_scheduler
from haversack.training.checkpoint.state import About
from haversack.training.loading.batches import Batch, make_loader
from haversack.training.loading.reading import reading_processes
from haversack.training.loading.samples import SquaredSamples
from haversack.training.loop.module import TaskModule
from haversack.training.loop.together import ALONE, Placement
from haversack.training.loop.trainer import layout
from haversack.training.settings import Settings
from haversack.training.tasks.task import Loss, Task
from haversack.training.work import Work


def module_of(
    options: LightningTrainer,
    network: nn.Module,
    task: Task,
    training_loss: Loss | None,
    scheduled: bool = True,
    kind: type[TaskModule] = TaskModule,
) -> TaskModule:
    """Give the module of a network with the recipe's optimizer and, if wanted, its schedule."""
    schedule = options.scheduler if scheduled else None
    return kind(
        network,
        task,
        lambda net: build_optimizer(options.optimizer, net),
        lambda optimizer, steps: build_scheduler(schedule, optimizer, steps),
        layout(options.channels_last),
        training_loss,
    )


def train_loader(
    work: Work,
    settings: Settings,
    dataset: Dataset,
    placement: Placement = ALONE,
) -> DataLoader[Batch]:
    """Give the loader of a training split, augmented, for one of the processes that train."""
    wanted = getattr(work.root.data, "augmentation", None)
    # Nothing to vary: no random generator is made for each sample.
    augment = None if isinstance(wanted, NoAugmentation) else build_augmentation(wanted)
    samples = SquaredSamples(dataset, settings.image_size, augment, settings.seed)
    return loader_of(samples, settings, placement, training=True)


def loader_of(
    samples: SquaredSamples, settings: Settings, placement: Placement, training: bool
) -> DataLoader[Batch]:
    """Give a loader over the samples that fall to one of the processes that train together."""
    gpu, world = placement.kind == "gpu", placement.world
    return make_loader(
        samples,
        settings.batch_size,
        reading_processes(settings, len(samples) // world, gpu, placement.computing()),
        settings.seed,
        training=training,
        part=(placement.rank, world),
        pinned=gpu,
    )


def template_of(work: Work, settings: Settings, classes: Sequence[str]) -> About:
    """Give what every checkpoint of a training says of itself; epoch and metrics are filled in."""
    return About(
        task=work.recipe.task,
        classes=tuple(classes),
        image_size=settings.image_size,
        recipe_id=work.recipe.id,
        epoch=0,
        batch=0,
        batch_size=settings.batch_size,
        metrics={},
    )
