"""What happens at the end of an epoch: record, keep the best and the last, stop early."""

from __future__ import annotations

import contextlib
import math
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch import Callback, LightningModule, Trainer

from haversack.base.counting import counted
from haversack.catalog.training import EarlyStop
from haversack.training.checkpoint.folder import copy_checkpoint, read_about
from haversack.training.checkpoint.state import About
from haversack.training.curves.recorder import Recorder
from haversack.training.errors import CheckpointError
from haversack.training.gathering import gather
from haversack.training.loop.epochs import History, score_of
from haversack.training.loop.module import TaskModule, loss_of
from haversack.training.stopping import StopRequested
from haversack.training.work import Work

BEST, LAST = "checkpoints/best", "checkpoints/last"
MOST_LOSSES = 256
"""Losses that wait to be added up."""
ASKED_EVERY = 16
"""Batches between two questions whether to stop, where several processes have to agree."""


class Keeper(Callback):
    """Keeps checkpoints, and the history of epochs across a resume.

    Args:
        work: The work.
        recorder: Where values go.
        template: What every checkpoint says of itself; epoch, batch and metrics are filled in.
        keep: Whether checkpoints are kept at all.
        every: Every so many epochs is kept; the last one, and one that is the best, always.
        early_stop: When to stop early.
    """

    def __init__(
        self,
        work: Work,
        recorder: Recorder,
        template: About,
        keep: bool,
        every: int,
        early_stop: EarlyStop | None,
    ) -> None:
        """Keep what ``keep`` asks for, every so many epochs, and stop early where asked."""
        self.history = History()
        self.epochs_done = 0
        self._work = work
        self._recorder = recorder
        self._template = template
        self._keep = keep
        self._every = every
        self._early_stop = early_stop
        self._losses: list[torch.Tensor] = []  # not read at once: they are on the device
        self._loss_sum = 0.0
        self._loss_count = 0
        self._is_told = False

    def state_dict(self) -> dict[str, Any]:
        """Give what a resumed run has to know."""
        self._add_up()
        return {
            "history": self.history.to_state(),
            "epochs_done": self.epochs_done,
            "losses": gather((self._loss_sum, self._loss_count)),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take what ``state_dict`` gave."""
        self.history.from_state(state_dict["history"])
        self.epochs_done = state_dict["epochs_done"]
        losses = state_dict.get("losses", [(0.0, 0)])  # sum and count of each process
        self._loss_sum, self._loss_count = losses[min(self._work.rank, len(losses) - 1)]

    def on_train_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        """Add the loss to the epoch's mean; stop here if somebody asked to."""
        self._losses.append(loss_of(outputs, trainer.accumulate_grad_batches))
        if len(self._losses) == MOST_LOSSES:
            self._add_up()
        done, total = batch_idx + 1, int(trainer.num_training_batches)
        is_whole = done % trainer.accumulate_grad_batches == 0
        if done < total and is_whole and self._is_stopped(trainer, done):
            epoch = trainer.current_epoch
            self._stop(trainer, _as_task(pl_module), epoch, batch=done)

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Record the epoch, keep it if it is due, stop if that is due."""
        module, epoch = _as_task(pl_module), trainer.current_epoch
        metrics = module.val_metrics
        values = {f"val/{name}": value for name, value in metrics.items()}
        self._add_up()
        if self._loss_count:
            mean = torch.tensor(
                self._loss_sum / self._loss_count, dtype=torch.float64, device=module.device
            )
            values["train/loss_mean"] = float(trainer.strategy.reduce(mean, reduce_op="mean"))
            self._tell_divergence(values["train/loss_mean"], epoch)
        self._loss_sum, self._loss_count = 0.0, 0
        self._recorder.record(values, trainer.global_step, epoch)
        self._recorder.flush()
        self.epochs_done = epoch + 1
        min_delta = self._early_stop.min_delta if self._early_stop is not None else 0.0
        score = score_of(metrics, module.task.primary)
        is_best = self.history.take(epoch, score, metrics, min_delta)
        is_over = self.history.is_over(self._early_stop)
        is_last = is_over or self.epochs_done == trainer.max_epochs
        stopped = self._is_stopped(trainer) and not is_last
        if stopped:
            self._save(trainer, module, self.epochs_done, 0, is_best)
            raise StopRequested(LAST if self._keep else None, epoch)
        if is_best or is_last or self.epochs_done % self._every == 0:
            self._save(trainer, module, self.epochs_done, 0, is_best)
        if is_over and self.epochs_done != trainer.max_epochs:
            epochs = counted(self.history.waited, "epoch")
            self._work.note(f"stopped early: nothing improved for {epochs}")
            trainer.should_stop = True

    def _tell_divergence(self, loss: float, epoch: int) -> None:
        if math.isfinite(loss) or self._is_told or self._work.rank > 0:
            return
        self._is_told = True
        self._work.note(
            f"the loss of epoch {epoch + 1} is no finite number: training has diverged; lower "
            "trainer.optimizer.learning_rate or set trainer.gradient_clip, and train anew",
            warning=True,
        )

    def _add_up(self) -> None:
        """Add one after the other: a stop in between leaves the sum the same to the last bit."""
        if self._losses:
            for loss in torch.stack(self._losses).tolist():
                self._loss_sum += loss
            self._loss_count += len(self._losses)
            self._losses = []

    def _stop(self, trainer: Trainer, module: TaskModule, epoch: int, batch: int) -> None:
        self._recorder.flush()
        self._save(trainer, module, epoch, batch, is_best=False)
        raise StopRequested(LAST if self._keep else None, epoch)

    def _save(
        self, trainer: Trainer, module: TaskModule, epoch: int, batch: int, is_best: bool
    ) -> None:
        if not self._keep:
            return
        module.about = self._template.model_copy(
            update={"epoch": epoch, "batch": batch, "metrics": dict(self.history.last_metrics)}
        )
        last, best = self._path(LAST), self._path(BEST)
        trainer.save_checkpoint(last)
        if not trainer.is_global_zero:
            return
        self._work.produced(last, "checkpoint")
        if is_best or (batch == 0 and not best.exists()):
            copy_checkpoint(last, best)  # a kill before this is mended by keep_best
            self._work.produced(best, "checkpoint")

    def _is_stopped(self, trainer: Trainer, batch: int = 0) -> bool:
        """Say whether to stop; several processes agree on it, and ask each other now and then."""
        if trainer.world_size == 1:
            return self._work.stopped()
        if batch % ASKED_EVERY:
            return False
        stopped: bool = trainer.strategy.reduce_boolean_decision(self._work.stopped(), all=False)
        return stopped

    def _path(self, relative: str) -> Path:
        return self._work.run_dir / relative


def keep_best(work: Work, resume: About, primary: str) -> None:
    """Make ``best`` what the scores say: a kill may have come before ``last`` was copied to it.

    Args:
        work: The work, which goes on from a checkpoint.
        resume: What that checkpoint says of itself.
        primary: Name of the metric that decides.
    """
    last, best = work.spec.resume_from, work.run_dir / BEST
    if work.rank > 0 or last is None or resume.batch > 0:  # a stop within one is after the copy
        return
    if last.parent.resolve() != best.parent.resolve():
        return
    with contextlib.suppress(CheckpointError):  # there is none, or none that can be read
        if score_of(resume.metrics, primary) <= score_of(read_about(best).metrics, primary):
            return
    copy_checkpoint(last, best)
    work.produced(best, "checkpoint")


def _as_task(module: LightningModule) -> TaskModule:
    if not isinstance(module, TaskModule):
        raise TypeError("the keeper is made for TaskModule")
    return module
