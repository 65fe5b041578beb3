"""The one Lightning module: any network with any task."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from lightning.pytorch import LightningModule
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from haversack.training.checkpoint.lightning_io import ABOUT
from haversack.training.checkpoint.state import About
from haversack.training.loading.batches import Batch, as_input
from haversack.training.tasks.task import GivesItsLoss, Task

RNG = "haversack_rng"


class TaskModule(LightningModule):
    """Steps, validation and what a checkpoint needs beside Lightning's own state.

    Args:
        network: What is trained.
        task: Its loss and metrics.
        make_optimizer: Gives the optimizer of the network.
        make_scheduler: Gives the scheduler for an optimizer and the number of steps, or None.

    Attributes:
        about: What the next checkpoint says of itself.
        val_metrics: Metrics of the last validation, by name without ``val/``.
    """

    def __init__(
        self,
        network: nn.Module,
        task: Task,
        make_optimizer: Callable[[nn.Module], Optimizer],
        make_scheduler: Callable[[Optimizer, int], LambdaLR | None],
    ) -> None:
        super().__init__()
        self.network = network
        self.task = task
        self.about: About | None = None
        self.val_metrics: dict[str, float] = {}
        self._make_optimizer = make_optimizer
        self._make_scheduler = make_scheduler
        self._meter = task.meter()
        self._val_loss: list[Tensor] = []
        self._rng: dict[str, Tensor] = {}

    def training_step(self, batch: Batch, batch_idx: int) -> dict[str, Tensor]:
        """Give the loss and, detached, its parts."""
        images = as_input(batch["images"])
        if isinstance(self.network, GivesItsLoss):
            losses = self.network.losses(images, batch)
        else:
            losses = self.task.loss(self.network(images), batch)
        return {name: value if name == "loss" else value.detach() for name, value in losses.items()}

    def on_validation_epoch_start(self) -> None:
        """Forget the last validation."""
        self._meter = self.task.meter()
        self._val_loss = []

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Take one batch into the meter."""
        outputs = self.network(as_input(batch["images"]))
        self._val_loss.append(self.task.loss(outputs, batch)["loss"].detach())
        self._meter.update(outputs, batch)

    def on_validation_epoch_end(self) -> None:
        """Condense the validation into metrics."""
        loss = float(torch.stack(self._val_loss).mean()) if self._val_loss else float("nan")
        self.val_metrics = {"loss": loss, **self._meter.compute()}

    def configure_optimizers(self) -> Any:
        """Give the optimizer, and the scheduler that is stepped with it."""
        optimizer = self._make_optimizer(self.network)
        steps = int(self.trainer.estimated_stepping_batches)
        scheduler = self._make_scheduler(optimizer, steps)
        if scheduler is None:
            return optimizer
        return [optimizer], [{"scheduler": scheduler, "interval": "step"}]

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add what the checkpoint is of and where the random generators stand."""
        checkpoint[ABOUT] = self.about
        checkpoint[RNG] = {"cpu": torch.get_rng_state()}
        if self.device.type == "cuda":
            checkpoint[RNG]["cuda"] = torch.cuda.get_rng_state(self.device)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the generators' states until training starts."""
        self._rng = dict(checkpoint.get(RNG, {}))

    def on_train_start(self) -> None:
        """Set the random generators to where the checkpoint left them."""
        if "cpu" in self._rng:
            torch.set_rng_state(self._rng["cpu"])
        if "cuda" in self._rng and self.device.type == "cuda":
            torch.cuda.set_rng_state(self._rng["cuda"], self.device)
