"""Lightning's steps of an epoch without the hooks that nobody has."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast

import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from lightning.pytorch.loops.fetchers import _DataFetcher, _DataLoaderIterDataFetcher
from lightning.pytorch.loops.training_epoch_loop import _TrainingEpochLoop
from lightning.pytorch.plugins.precision import MixedPrecision, Precision
from lightning.pytorch.strategies import SingleDeviceStrategy
from lightning.pytorch.utilities.exceptions import SIGTERMException
from torch import Tensor
from torch.optim import Optimizer

OF_BOTH = (
    "on_train_batch_start",
    "on_before_zero_grad",
    "on_before_backward",
    "on_after_backward",
    "on_before_optimizer_step",
)
_OF_MODULES = (
    *OF_BOTH,
    "on_train_batch_end",
    "on_before_batch_transfer",
    "transfer_batch_to_device",
    "on_after_batch_transfer",
    "backward",
    "optimizer_step",
    "optimizer_zero_grad",
    "configure_gradient_clipping",
)


class PlainSteps(_TrainingEpochLoop):
    """The same steps, counted the same way; a step of Lightning's own asks some forty times.

    For each of its hooks Lightning looks up whom to ask, notes the hook's name and opens a context
    for a profiler, which takes a processor about as long as a small network does for a batch. Here
    a step is the loop that one would write by hand, and the callbacks' ``on_train_batch_end``.
    Lightning's own steps are taken where this one would leave something out: several processes,
    losses that are scaled, a callback or module with one of the other hooks.
    """

    _is_plain = False
    _listening: tuple[Callback, ...] = ()

    def on_run_start(self, data_fetcher: _DataFetcher) -> None:
        """Look whether anybody would miss a hook in this epoch."""
        super().on_run_start(data_fetcher)
        self._listening = _those_with("on_train_batch_end", self.trainer)
        self._is_plain = is_plain(self.trainer) and not isinstance(
            data_fetcher, _DataLoaderIterDataFetcher
        )

    def advance(self, data_fetcher: _DataFetcher) -> None:
        """Train one batch.

        Raises:
            StopIteration: There are no more.
        """
        if self.restarting or not self._is_plain:
            super().advance(data_fetcher)
            return
        trainer, module = self.trainer, self.trainer.lightning_module
        batch, _, _ = next(data_fetcher)
        number = self.batch_idx + 1
        self.batch_progress.is_last_batch = data_fetcher.done
        if module.device.type != "cpu":
            batch = module.transfer_batch_to_device(batch, module.device, 0)
        self.batch_progress.increment_ready()
        self.batch_progress.increment_started()
        outputs = self._optimize(trainer, module, batch, number)
        self.batch_progress.increment_processed()
        for callback in self._listening:
            callback.on_train_batch_end(trainer, module, outputs, batch, number)
        self.batch_progress.increment_completed()

    def on_advance_end(self, data_fetcher: _DataFetcher) -> None:
        """Validate where an epoch ends."""
        trainer = self.trainer
        is_within = not (self._num_ready_batches_reached() or trainer.should_stop)
        if not (is_within and self._is_plain) or self._skip_next_val:
            super().on_advance_end(data_fetcher)
            return
        self._batches_that_stepped += not self._should_accumulate()
        if trainer.received_sigterm:
            raise SIGTERMException

    def _optimize(
        self, trainer: Trainer, module: LightningModule, batch: Any, number: int
    ) -> dict[str, Tensor]:
        optimizer, progress = trainer.optimizers[0], self.automatic_optimization.optim_progress
        accumulate = trainer.accumulate_grad_batches
        with _forward(trainer.precision_plugin):
            losses = cast("Mapping[str, Tensor]", module.training_step(batch, number))
        loss = losses["loss"] / accumulate if accumulate > 1 else losses["loss"]
        if number % accumulate == 0:
            progress.optimizer.zero_grad.increment_ready()
            progress.optimizer.zero_grad.increment_started()
            optimizer.zero_grad()
            progress.optimizer.zero_grad.increment_completed()
        torch.autograd.backward([loss])
        if not self._should_accumulate():
            progress.optimizer.step.increment_ready()
            self._step(trainer, optimizer)
            progress.optimizer.step.increment_completed()
            for config in trainer.lr_scheduler_configs:
                self.scheduler_progress.increment_ready()
                module.lr_scheduler_step(config.scheduler, None)
                self.scheduler_progress.increment_completed()
        return {**losses, "loss": loss.detach()}

    def _step(self, trainer: Trainer, optimizer: Optimizer) -> None:
        if trainer.gradient_clip_val:
            trainer.precision_plugin.clip_gradients(optimizer, trainer.gradient_clip_val)
        optimizer.step()


def is_plain(trainer: Trainer) -> bool:
    """Say whether a trainer's steps need nothing of what `PlainSteps` leaves out."""
    module, precision = trainer.lightning_module, trainer.precision_plugin
    is_scaled = isinstance(precision, MixedPrecision) and precision.scaler is not None
    is_known = type(precision) in (Precision, MixedPrecision)
    return (
        type(trainer.strategy) is SingleDeviceStrategy
        and is_known
        and not is_scaled
        and module.automatic_optimization
        and len(trainer.optimizers) == 1
        and all(
            config.interval == "step" and config.frequency == 1 and not config.reduce_on_plateau
            for config in trainer.lr_scheduler_configs
        )
        and trainer.gradient_clip_algorithm in (None, "norm")
        and trainer.val_check_batch in (trainer.num_training_batches, float("inf"))
        and not any(_those_with(name, trainer) for name in OF_BOTH)
        and not any(_has_own(module, name, LightningModule) for name in _OF_MODULES)
    )


def _forward(precision: Precision) -> AbstractContextManager[None]:
    return nullcontext() if type(precision) is Precision else precision.forward_context()


def _those_with(name: str, trainer: Trainer) -> tuple[Callback, ...]:
    callbacks: list[Callback] = trainer.callbacks  # type: ignore[attr-defined] # a connector sets it
    return tuple(one for one in callbacks if _has_own(one, name, Callback))


def _has_own(one: object, name: str, base: type) -> bool:
    """Say whether a class overrides a hook, or an object was given one (``LambdaCallback``)."""
    return name in vars(one) or getattr(type(one), name) is not getattr(base, name)
