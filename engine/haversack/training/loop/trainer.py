"""Lightning's Trainer as every training here is run: quiet, and with our checkpoints."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from typing import Literal

import torch
from lightning.pytorch import Callback, Trainer

from haversack.catalog.training import LightningTrainer
from haversack.training.checkpoint.lightning_io import SafeCheckpointIO
from haversack.training.loop.plain_steps import PlainSteps
from haversack.training.loop.together import Placement, announce
from haversack.training.settings import Settings
from haversack.training.work import Work

Precision = Literal["32-true", "bf16-mixed", "16-mixed"]


def make_trainer(
    work: Work,
    settings: Settings,
    options: LightningTrainer,
    placement: Placement,
    callbacks: list[Callback],
) -> Trainer:
    """Give a Trainer for one run."""
    device = torch.device("cuda" if placement.kind == "gpu" else "cpu")
    _silence_lightning()
    announce(work.spec)
    trainer = Trainer(
        accelerator=placement.kind,
        devices=placement.devices,
        num_nodes=placement.nodes,
        strategy=placement.strategy(),
        precision=usable_precision(options.precision, device, work.note),
        benchmark=placement.kind == "gpu",  # all pictures have one size
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
    trainer.fit_loop.epoch_loop = PlainSteps(trainer, trainer.min_steps, trainer.max_steps)
    return trainer


def usable_precision(wanted: str, device: torch.device, tell: Callable[..., None]) -> Precision:
    """Give the wanted precision, or the nearest that the device has, and tell of the change."""
    if wanted == "16-mixed" and device.type == "cpu":
        tell("16-bit training needs a GPU; bf16 is used instead", warning=True)
        return "bf16-mixed"
    if wanted == "bf16-mixed" and device.type == "cuda" and not _computes_bf16():
        tell("this GPU does not compute in bf16; 16-bit floats are used instead", warning=True)
        return "16-mixed"
    kept: dict[str, Precision] = {"bf16-mixed": "bf16-mixed", "16-mixed": "16-mixed"}
    return kept.get(wanted, "32-true")


def _computes_bf16() -> bool:
    return bool(torch.cuda.is_bf16_supported(including_emulation=False))


def _silence_lightning() -> None:
    """Drop advice that does not hold here, so that the worker's log holds what matters."""
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    for message in (
        ".*does not have many workers.*",
        ".*dataloader is not resumable.*",  # EpochSampler goes on at the very next batch
        ".*treespec, LeafSpec.*",
        ".*but have no `val_dataloader`.*",  # trying learning rates needs none
    ):
        warnings.filterwarnings("ignore", message=message)


def layout(channels_last: bool) -> torch.memory_format:
    """Give how pictures and weights lie in memory; else as they come, which copies nothing."""
    return torch.channels_last if channels_last else torch.preserve_format
