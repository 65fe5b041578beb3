"""The one Lightning module: any network with any task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from lightning.pytorch import LightningModule
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from haversack.training.checkpoint.lightning_io import ABOUT
from haversack.training.checkpoint.state import About
from haversack.training.gathering import gather
from haversack.training.loading.batches import Batch, as_input
from haversack.training.tasks.task import GivesItsLoss, Loss, Outputs, Task

RANKS = "haversack_ranks"
WEIGHTS = ("state_dict", "current_model_state")
"""The weights of a checkpoint, and those beside them where an average is kept."""
STEPS = "haversack_steps_per_epoch"


def loss_of(outputs: Mapping[str, Tensor], accumulate: int) -> Tensor:
    """Give a step's loss, detached: Lightning hands on its share of what is accumulated."""
    loss = outputs["loss"].detach()
    return loss * accumulate if accumulate > 1 else loss


class TaskModule(LightningModule):
    """Steps, validation and what a checkpoint needs beside Lightning's own state.

    Args:
        network: What is trained.
        task: Its loss and metrics.
        make_optimizer: Gives the optimizer of the network.
        make_scheduler: Gives the scheduler for an optimizer and the number of steps, or None.
        memory_format: How pictures and weights lie in memory.
        training_loss: What training minimises, where not the task's loss; validation tells that.

    Attributes:
        about: What the next checkpoint says of itself.
        first_batch: The batch that an epoch goes on with, where not as the checkpoint says.
        val_metrics: Metrics of the last validation, by name without ``val/``.
    """

    def __init__(
        self,
        network: nn.Module,
        task: Task,
        make_optimizer: Callable[[nn.Module], Optimizer],
        make_scheduler: Callable[[Optimizer, int], LambdaLR | None],
        memory_format: torch.memory_format = torch.preserve_format,
        training_loss: Loss | None = None,
    ) -> None:
        """Train a network for a task."""
        super().__init__()
        self.network = network.to(memory_format=memory_format)  # type: ignore[call-overload] # its stub lacks it
        self.task = task
        self.about: About | None = None
        self.first_batch: int | None = None
        self.val_metrics: dict[str, float] = {}
        self._make_optimizer = make_optimizer
        self._make_scheduler = make_scheduler
        self._memory_format = memory_format
        self._losses = losses_of(network)
        self._training_loss = training_loss or task.loss
        self._meter = task.meter()
        self._val_loss: list[Tensor] = []
        self._val_seen = 0
        self._rng: dict[str, Tensor] = {}

    def training_step(self, batch: Batch, batch_idx: int) -> dict[str, Tensor]:
        """Give the loss and, detached, its parts."""
        if self._losses is not None:
            losses = self._losses(self._pictures(batch), batch)
        else:
            losses = self._training_loss(self._ask(batch), batch)
        return {name: value if name == "loss" else value.detach() for name, value in losses.items()}

    def on_validation_epoch_start(self) -> None:
        """Forget the last validation; share the buffers where several processes train."""
        if self.trainer.world_size > 1:
            for buffer in self.network.buffers():
                if buffer.is_floating_point():
                    buffer.copy_(self.trainer.strategy.reduce(buffer.clone(), reduce_op="mean"))
        self._meter = self.task.meter()
        self._val_loss, self._val_seen = [], 0

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Take one batch into the meter."""
        outputs, count = self._ask(batch), len(batch["images"])
        self._val_loss.append(self.task.loss(outputs, batch)["loss"].detach().float() * count)
        self._val_seen += count  # the last batch may be smaller and weighs as much less
        self._meter.update(outputs, batch)

    def on_validation_epoch_end(self) -> None:
        """Condense the validation into metrics."""
        losses = self._val_loss or [torch.zeros((), device=self.device)]
        total = torch.stack([torch.stack(losses).sum(), torch.full_like(losses[0], self._val_seen)])
        total = self.trainer.strategy.reduce(total, reduce_op="sum")
        loss = float(total[0] / total[1])
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
        """Add what the checkpoint is of and what each process has of its own."""
        checkpoint[ABOUT] = self.about
        checkpoint[RANKS] = gather(self._own_state(checkpoint))
        checkpoint[STEPS] = self._steps_per_epoch()

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the generators' states until training starts; bring the schedule to its place.

        With another batch size an epoch has another number of steps; the learning rate goes on
        from where it stood in the epochs, not in the steps.
        """
        self._take_own_state(checkpoint)
        now = self._steps_per_epoch()
        before = checkpoint.get(STEPS, now)
        if self.first_batch is not None:
            _go_on_with(self.first_batch, checkpoint)
        for scheduler in checkpoint.get("lr_schedulers", ()) if before != now else ():
            scheduler["last_epoch"] = round(scheduler["last_epoch"] * now / before)

    def on_train_start(self) -> None:
        """Set the random generators to where the checkpoint left them."""
        if "cpu" in self._rng:
            torch.set_rng_state(self._rng["cpu"])
        if "cuda" in self._rng and self.device.type == "cuda":
            torch.cuda.set_rng_state(self._rng["cuda"], self.device)

    def _own_state(self, checkpoint: Mapping[str, Any]) -> dict[str, Any]:
        """Give where the random generators stand and, where several train, the own buffers."""
        rng = {"cpu": torch.get_rng_state()}
        if self.device.type == "cuda":
            rng["cuda"] = torch.cuda.get_rng_state(self.device)
        if self.trainer.world_size == 1:
            return {"rng": rng}
        names = [name for name, _ in self.named_buffers()]
        return {
            "rng": rng,
            "buffers": {
                key: {
                    name: checkpoint[key][name].cpu() for name in names if name in checkpoint[key]
                }
                for key in WEIGHTS
                if key in checkpoint
            },
        }

    def _take_own_state(self, checkpoint: dict[str, Any]) -> None:
        """Take what ``_own_state`` gave; among another number of processes, the first one's."""
        ranks, rank = checkpoint.get(RANKS, []), self.trainer.global_rank
        if len(ranks) == self.trainer.world_size:
            self._rng = ranks[rank]["rng"]
            for key, buffers in ranks[rank].get("buffers", {}).items():
                checkpoint[key].update(buffers)
        elif ranks and rank == 0:
            self._rng = ranks[0]["rng"]

    def _steps_per_epoch(self) -> float:
        return float(self.trainer.estimated_stepping_batches) / (self.trainer.max_epochs or 1)

    def _ask(self, batch: Batch) -> Outputs:
        outputs: Outputs = self.network(self._pictures(batch))
        return outputs

    def _pictures(self, batch: Batch) -> Tensor:
        return as_input(batch["images"]).to(memory_format=self._memory_format)


def losses_of(network: nn.Module) -> Callable[[Tensor, Batch], dict[str, Tensor]] | None:
    """Give what a network answers with its own loss, where it has one."""
    return network.losses if isinstance(network, GivesItsLoss) else None


def _go_on_with(batch: int, checkpoint: dict[str, Any]) -> None:
    """Let Lightning count a checkpoint's epoch, stopped at the end of a batch, from another one."""
    progress = checkpoint["loops"]["fit_loop"]["epoch_loop.batch_progress"]["current"]
    progress.update(ready=batch, started=batch, processed=batch, completed=batch - 1)
