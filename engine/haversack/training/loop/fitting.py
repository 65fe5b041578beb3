"""One fit: module, loaders, callbacks and Trainer put together."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import torch
from lightning.pytorch import Callback
from torch import nn
from torch.utils.data import DataLoader

from haversack.base.counting import counted
from haversack.catalog.training import BestAndLast, EarlyStop, LightningTrainer
from haversack.data.sample import Dataset
from haversack.runs.events import PhaseBegan
from haversack.training.builders.loggers import build_recorder
from haversack.training.builders.losses import build_training_loss
from haversack.training.builders.tasks import build_task
from haversack.training.checkpoint.state import About
from haversack.training.loading.batches import Batch, what_waits
from haversack.training.loading.samples import EpochSampler, SquaredSamples
from haversack.training.loop.averaging import MovingAverage
from haversack.training.loop.compiling import compile_or_tell
from haversack.training.loop.keeper import Keeper
from haversack.training.loop.module import TaskModule
from haversack.training.loop.parts import loader_of, module_of, train_loader
from haversack.training.loop.reporting import Reporting
from haversack.training.loop.showing import Showing
from haversack.training.loop.together import Placement, place, share_batch
from haversack.training.loop.trainer import make_trainer
from haversack.training.settings import Settings
from haversack.training.work import Work, expect

LEFT_UNTOLD = 0.1
"""Share of the pictures that an epoch may leave out without a word."""


def fit(
    work: Work,
    settings: Settings,
    network: nn.Module,
    splits: Mapping[str, Dataset],
    template: About,
    resume: About | None,
) -> Keeper:
    """Train a network; give what kept its epochs.

    Args:
        work: The work.
        settings: Its numbers.
        network: What is trained.
        splits: The datasets ``train`` and ``val``.
        template: What every checkpoint says of itself.
        resume: What the checkpoint says from which training goes on.
    """
    options = expect(work.root.trainer, LightningTrainer, "trainer")
    early_stop = options.early_stop
    task = build_task(work, len(template.classes), settings.image_size)
    placement = place(work.spec, work.rank)
    loss, kind = build_training_loss(work, splits["train"]), TaskModule
    if placement.is_shared_out:
        from haversack.training.loop.sharing_out import SharedModule, check_shareable

        check_shareable(options)
        kind = SharedModule
    module = module_of(options, network, task, loss, kind=kind)
    if options.compile:
        _compile(work, settings, network, placement)
    recorder = build_recorder(work)
    keeper = Keeper(
        work,
        recorder,
        template,
        keep=not settings.fast_dev_run,
        every=expect(work.root.checkpoint, BestAndLast, "checkpoint").every_n_epochs,
        early_stop=None if early_stop is None else expect(early_stop, EarlyStop, "early_stop"),
    )
    if placement.world > 1:
        torch.manual_seed(settings.seed + placement.rank)
    training, validation = _loaders(work, settings, splits, placement)
    if settings.limit_batches is None and work.rank == 0:
        _tell_what_waits(work, training, placement.world)
    if resume is not None:
        module.first_batch = _go_on_after(resume, training, placement.world, settings)
    # The average is updated before the keeper may write it.
    callbacks: list[Callback] = [Reporting(work, recorder), keeper]
    if options.ema_decay:
        callbacks.insert(0, MovingAverage(options.ema_decay, placement.device()))
    # What is shared out cannot be asked by one process alone.
    if not settings.fast_dev_run and work.rank == 0 and not placement.is_shared_out:
        size, epochs = settings.image_size, settings.epochs
        callbacks.insert(0, Showing(work, splits["val"], template.classes, size, epochs))
    trainer = make_trainer(work, settings, options, placement, callbacks)
    try:
        trainer.fit(module, training, validation, ckpt_path=work.spec.resume_from)
    finally:
        recorder.close()
    return keeper


def _loaders(
    work: Work, settings: Settings, splits: Mapping[str, Dataset], placement: Placement
) -> tuple[DataLoader[Batch], DataLoader[Batch]]:
    batch = share_batch(settings.batch_size, placement.world)
    shared = dataclasses.replace(settings, batch_size=batch)
    val_samples = SquaredSamples(splits["val"], settings.image_size, None, settings.seed)
    return (
        train_loader(work, shared, splits["train"], placement),
        loader_of(val_samples, shared, placement, training=False),
    )


def _go_on_after(
    resume: About, loader: DataLoader[Batch], world: int, settings: Settings
) -> int | None:
    """Leave out the pictures of an epoch that were seen before a stop within it.

    Returns:
        The batch of the epoch that comes next, where batches are of another size than before the
        stop: as many are left as the pictures that are left make, and at least one.
    """
    sampler, size = loader.sampler, loader.batch_size or 1
    if not isinstance(sampler, EpochSampler):
        return None
    sampler.set_epoch(resume.epoch)
    sampler.skip = resume.batch * share_batch(resume.batch_size, world) * world
    if resume.batch == 0 or resume.batch_size == settings.batch_size:
        return None
    own = len(sampler)  # of the pictures each process has as many
    left = max(own - sampler.skip // world, min(size, own))
    sampler.skip = (own - left) * world
    batches = min(len(loader), settings.limit_batches or len(loader))
    return min(len(loader) - max(1, left // size), batches - 1)


def _tell_what_waits(work: Work, loader: DataLoader[Batch], world: int) -> None:
    left, pictures, size = what_waits(loader, world)
    if left > LEFT_UNTOLD * pictures:
        work.note(
            f"an epoch has {counted(len(loader), 'step')} of {size} pictures, so "
            f"{left} of {pictures}, others each time, {'waits' if left == 1 else 'wait'} for "
            "the next one; a smaller data.batch_size leaves fewer out",
            warning=True,
        )


def _compile(work: Work, settings: Settings, network: nn.Module, placement: Placement) -> None:
    work.emit(PhaseBegan(phase="compile"))
    size, edge = share_batch(settings.batch_size, placement.world), settings.image_size
    example = torch.zeros(size, 3, edge, edge, device=placement.device())
    example = example.to(memory_format=torch.channels_last)  # as pictures are collated
    compile_or_tell(network, example, lambda text: work.note(text, warning=True))
