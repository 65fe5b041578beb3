"""What a person sees while training goes on: phases, progress with the time left, the loss."""

from __future__ import annotations

import time
from typing import Any

import torch
from lightning.pytorch import Callback, LightningModule, Trainer

from haversack.runs.events import PhaseBegan, Progressed
from haversack.training.curves.recorder import Recorder
from haversack.training.loop.module import loss_of
from haversack.training.work import Work

SECONDS_BETWEEN = 0.1


class Reporting(Callback):
    """Emits phases and progress, and records the loss of steps.

    On a CPU every step is recorded; on an accelerator about ten a second, because reading a loss
    waits for the device. A step is recorded once, when it is done: with the mean of the batches
    whose gradients it adds up.
    """

    def __init__(self, work: Work, recorder: Recorder) -> None:
        """Report to a recorder and to the run's events."""
        self._work = work
        self._recorder = recorder
        self._started = 0.0
        self._first_batch = 0
        self._told = self._recorded = 0.0
        self._of_step: list[dict[str, torch.Tensor]] = []
        self._begins_step = self._is_heard = True

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Start the clock."""
        self._started = time.monotonic()
        self._first_batch = _batches_before(trainer)

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Tell the phase."""
        self._work.emit(PhaseBegan(phase="train"))

    def on_train_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        """Tell how far it is, and record the step."""
        now = time.monotonic()
        per_epoch = int(trainer.num_training_batches)
        is_last = batch_idx + 1 == per_epoch
        if is_last or now - self._told >= SECONDS_BETWEEN:
            self._told = now
            done = trainer.current_epoch * per_epoch + batch_idx + 1
            total = per_epoch * int(trainer.max_epochs or 1)
            pace = (now - self._started) / max(1, done - self._first_batch)
            self._work.emit(
                Progressed(
                    phase="train",
                    done=done,
                    total=total,
                    unit="batches",
                    seconds_left=pace * (total - done),
                )
            )
        accumulate = trainer.accumulate_grad_batches
        if self._begins_step:
            is_due = now - self._recorded >= SECONDS_BETWEEN
            self._is_heard = is_due or pl_module.device.type == "cpu"
        self._begins_step = is_last or (batch_idx + 1) % accumulate == 0
        if not self._is_heard:
            return
        values = {f"train/{name}": value.detach() for name, value in outputs.items()}
        self._of_step.append(values | {"train/loss": loss_of(outputs, accumulate)})
        if self._begins_step:
            self._recorded = now
            values, self._of_step = _mean(self._of_step), []
            rate = {"train/learning_rate": trainer.optimizers[0].param_groups[0]["lr"]}
            self._recorder.hold(values | rate, trainer.global_step, trainer.current_epoch)

    def on_validation_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Tell the phase."""
        self._work.emit(PhaseBegan(phase="validate"))

    def on_validation_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Tell how far the validation is."""
        total = int(sum(trainer.num_val_batches))
        self._work.emit(
            Progressed(phase="validate", done=batch_idx + 1, total=total, unit="batches")
        )


def _mean(batches: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    if len(batches) == 1:
        return batches[0]
    return {name: torch.stack([one[name] for one in batches]).mean() for name in batches[0]}


def _batches_before(trainer: Trainer) -> int:
    progress = trainer.fit_loop.epoch_loop.batch_progress.current.completed
    return trainer.current_epoch * int(trainer.num_training_batches) + progress
