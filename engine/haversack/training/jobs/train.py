"""Training: a recipe to checkpoints and metrics."""

from __future__ import annotations

import dataclasses
import logging
import time
import warnings
from typing import Any

import torch
from lightning.pytorch import Trainer
from torch import nn

from haversack.catalog.training import BestAndLast, EarlyStop, LightningTrainer
from haversack.data.sample import Dataset
from haversack.runs.events import PhaseBegan
from haversack.training.builders.augmentations import build_augmentation
from haversack.training.builders.datasets import build_datasets
from haversack.training.builders.loggers import build_recorder
from haversack.training.builders.networks import build_network
from haversack.training.builders.optimizers import build_optimizer, build_scheduler
from haversack.training.builders.tasks import build_task
from haversack.training.checkpoint.folder import read_about
from haversack.training.checkpoint.lightning_io import SafeCheckpointIO
from haversack.training.checkpoint.state import About
from haversack.training.device import choose_device
from haversack.training.errors import CheckpointError
from haversack.training.loading.batches import make_loader
from haversack.training.loading.samples import EpochSampler, SquaredSamples
from haversack.training.loop.keeper import BEST, Keeper
from haversack.training.loop.module import TaskModule
from haversack.training.loop.reporting import Reporting
from haversack.training.loop.showing import Showing
from haversack.training.settings import Settings, settings_of, trains_at
from haversack.training.work import Work, expect

Result = dict[str, Any]
PRECISIONS = {"32": "32-true", "bf16": "bf16-mixed", "16": "16-mixed"}


def train(work: Work) -> Result:
    """Train a recipe, or go on with ``resume_from``.

    Returns:
        ``metrics`` of the best epoch, ``epochs`` done, ``checkpoint`` of the best epoch relative
        to the run's folder (None in a fast dry run), ``best_epoch``, ``last_metrics``,
        ``batch_size``, ``seconds``.

    Raises:
        StopRequested: Somebody asked to stop.
        HaversackError: The recipe, its files or the checkpoint cannot be used.
    """
    started = time.monotonic()
    work.emit(PhaseBegan(phase="load"))
    settings = settings_of(work)
    torch.manual_seed(settings.seed)
    splits = build_datasets(work)
    classes = tuple(splits["train"].classes)
    resume = read_about(work.spec.resume_from) if work.spec.resume_from is not None else None
    network = build_network(work, len(classes), settings.image_size, pretrained=resume is None)
    settings = _with_trainable_batch(work, network, settings)
    template = About(
        task=work.recipe.task,
        classes=classes,
        image_size=settings.image_size,
        recipe_id=work.recipe.id,
        epoch=0,
        batch=0,
        batch_size=settings.batch_size,
        metrics={},
    )
    if resume is not None:
        _check_resume(resume, template)
        if resume.epoch >= settings.epochs:
            work.note(f"all {settings.epochs} epochs are done already")
            return _nothing_left(work, resume)
    keeper = _fit(work, settings, network, splits, template, resume)
    history = keeper.history
    return {
        "metrics": history.best_metrics,
        "epochs": keeper.epochs_done,
        "checkpoint": None if settings.fast_dev_run else BEST,
        "best_epoch": history.best_epoch,
        "last_metrics": history.last_metrics,
        "batch_size": settings.batch_size,
        "seconds": time.monotonic() - started,
    }


def _fit(
    work: Work,
    settings: Settings,
    network: nn.Module,
    splits: Any,
    template: About,
    resume: About | None,
) -> Keeper:
    options = expect(work.root.trainer, LightningTrainer, "trainer")
    early_stop = options.early_stop
    module = TaskModule(
        network,
        build_task(work, len(template.classes), settings.image_size),
        lambda net: build_optimizer(options.optimizer, net),
        lambda optimizer, steps: build_scheduler(options.scheduler, optimizer, steps),
    )
    recorder = build_recorder(work)
    keeper = Keeper(
        work,
        recorder,
        template,
        keep=not settings.fast_dev_run,
        every=expect(work.root.checkpoint, BestAndLast, "checkpoint").every_n_epochs,
        early_stop=None if early_stop is None else expect(early_stop, EarlyStop, "early_stop"),
    )
    train_loader, val_loader = _loaders(work, settings, splits)
    if resume is not None:
        sampler = train_loader.sampler
        if isinstance(sampler, EpochSampler):
            sampler.set_epoch(resume.epoch)
            sampler.skip = resume.batch * resume.batch_size
    callbacks: list[Any] = [Reporting(work, recorder), keeper]
    if not settings.fast_dev_run:
        size, epochs = settings.image_size, settings.epochs
        callbacks.insert(1, Showing(work, splits["val"], template.classes, size, epochs))
    trainer = _trainer(work, settings, options, callbacks)
    try:
        trainer.fit(module, train_loader, val_loader, ckpt_path=work.spec.resume_from)
    finally:
        recorder.close()
    return keeper


def _loaders(work: Work, settings: Settings, splits: dict[str, Dataset]) -> Any:
    augment = build_augmentation(getattr(work.root.data, "augmentation", None))
    size, seed, workers = settings.image_size, settings.seed, settings.workers
    train_samples = SquaredSamples(splits["train"], size, augment, seed)
    val_samples = SquaredSamples(splits["val"], size, None, seed)
    return (
        make_loader(train_samples, settings.batch_size, workers, seed, training=True),
        make_loader(val_samples, settings.val_batch_size, workers, seed, training=False),
    )


def _trainer(
    work: Work, settings: Settings, options: LightningTrainer, callbacks: list[Any]
) -> Trainer:
    device = choose_device(work.spec.device)
    precision = options.precision
    if precision == "16" and device.type == "cpu":
        work.note("16-bit training needs a GPU; bf16 is used instead", warning=True)
        precision = "bf16"
    _silence_lightning()
    return Trainer(
        accelerator="gpu" if device.type == "cuda" else "cpu",
        devices=[device.index or 0] if device.type == "cuda" else 1,
        precision=PRECISIONS[precision],  # type: ignore[arg-type] # Lightning's literals
        max_epochs=settings.epochs,
        limit_train_batches=settings.limit_batches,
        limit_val_batches=settings.limit_batches,
        accumulate_grad_batches=options.accumulate,
        gradient_clip_val=options.gradient_clip or None,
        num_sanity_val_steps=0,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        use_distributed_sampler=False,
        default_root_dir=work.run_dir,
        callbacks=callbacks,
        plugins=[SafeCheckpointIO()],
    )


def _silence_lightning() -> None:
    """Drop advice that does not hold here, so that the worker's log holds what matters."""
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    for message in (
        ".*does not have many workers.*",
        ".*dataloader is not resumable.*",  # EpochSampler goes on at the very next batch
        ".*treespec, LeafSpec.*",
    ):
        warnings.filterwarnings("ignore", message=message)


def _with_trainable_batch(work: Work, network: nn.Module, settings: Settings) -> Settings:
    if settings.batch_size != 1 or trains_at(network, 1, settings.image_size):
        return settings
    work.note("a batch of 1 cannot train here (batch norm over 1x1); 2 are used", warning=True)
    return dataclasses.replace(settings, batch_size=2)


def _check_resume(found: About, wanted: About) -> None:
    hint = "Resume with the recipe that was trained, or start again."
    for name in ("task", "classes", "image_size"):
        if getattr(found, name) != getattr(wanted, name):
            raise CheckpointError(f"the checkpoint has another {name.replace('_', ' ')}", hint)
    if found.batch and found.batch_size != wanted.batch_size:
        raise CheckpointError("the checkpoint was stopped at another batch size", hint)


def _nothing_left(work: Work, resume: About) -> Result:
    best = work.run_dir / BEST
    about = read_about(best) if best.is_dir() else resume
    return {
        "metrics": about.metrics,
        "epochs": resume.epoch,
        "checkpoint": BEST if best.is_dir() else None,
        "best_epoch": about.epoch - 1,
        "last_metrics": resume.metrics,
        "batch_size": resume.batch_size,
        "seconds": 0.0,
    }
