"""One training, three loops: through the worker's job, by hand, and by Lightning's defaults."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from lightning.pytorch import LightningModule, Trainer
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader

from haversack.catalog.training import LightningTrainer
from haversack.runs.event_sink import EventSink
from haversack.runs.spec import Limits, RunSpec
from haversack.training.builders.datasets import build_datasets
from haversack.training.builders.optimizers import build_optimizer, build_scheduler
from haversack.training.dispatch import perform
from haversack.training.jobs import train as jobs
from haversack.training.loading.batches import Batch, make_loader
from haversack.training.loading.samples import SquaredSamples
from haversack.training.loop import parts
from haversack.training.settings import settings_of
from haversack.training.work import Work, expect
from kitchen_bench.networks import network_of
from kitchen_bench.recipes import Size
from kitchen_bench.turns import Pass


def through_the_worker(spec: RunSpec, size: Size, steps: int, begins: Pass) -> None:
    """Train as a worker does, its events written to the log and to a pipe that is read."""
    read, write = os.pipe()
    reader = threading.Thread(target=_drain, args=(read,), daemon=True)
    reader.start()
    limited = spec.model_copy(update={"limits": Limits(limit_batches=steps)})
    with (
        mock.patch.object(parts, "make_loader", partial(_telling, begins)),
        mock.patch.object(jobs, "build_network", lambda *_, **__: network_of(size, spec.run_dir)),
        os.fdopen(write, "wb", buffering=0) as pipe,
        contextlib.closing(EventSink(spec.run_dir, pipe)) as sink,
    ):
        perform(limited, sink.send, lambda: False, os.getpid())
    reader.join()


def by_hand(work: Work, size: Size, steps: int, begins: Pass) -> None:
    """Train in a plain loop of PyTorch: the same network, data, optimizer and schedule."""
    step, loader = _bare_step(work, size, steps), _loader(work, begins)
    for number, batch in enumerate(loader, start=1):
        step(batch["images"], batch["labels"])
        if number == steps:
            return


def by_lightning(work: Work, size: Size, steps: int, begins: Pass) -> None:
    """Train by Lightning's Trainer as it is when nothing is said: bar, log, checkpoint."""
    module = _Plain(work, size, steps)
    trainer = Trainer(
        accelerator="cpu",
        devices=1,
        max_epochs=1,
        limit_train_batches=steps,
        default_root_dir=work.run_dir,
    )
    trainer.fit(module, _loader(work, begins))


def _bare_step(
    work: Work, size: Size, steps: int
) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """Give one step by hand of a recipe's network."""
    network, optimizer, scheduler = _parts(work, size, steps)
    network.train()

    def step(images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        loss = _loss(network, images, labels)
        optimizer.zero_grad()
        torch.autograd.backward([loss])
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        return loss

    return step


class _Plain(LightningModule):
    def __init__(self, work: Work, size: Size, steps: int) -> None:
        super().__init__()
        self.network, self._optimizer, self._scheduler = _parts(work, size, steps)

    def training_step(self, batch: Any, _number: int) -> torch.Tensor:
        loss = _loss(self.network, batch["images"], batch["labels"])
        self.log("loss", loss, prog_bar=True)
        return loss

    def configure_optimizers(self) -> Any:
        return [self._optimizer], [{"scheduler": self._scheduler, "interval": "step"}]


def _parts(work: Work, size: Size, steps: int) -> tuple[nn.Module, Any, Any]:
    options = expect(work.root.trainer, LightningTrainer, "trainer")
    network = network_of(size, work.run_dir)
    optimizer = build_optimizer(options.optimizer, network)
    return network, optimizer, build_scheduler(options.scheduler, optimizer, steps)


def _loss(network: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return functional.cross_entropy(network(images.float().div_(255))[0], labels)


def _loader(work: Work, begins: Pass) -> DataLoader[Batch]:
    settings = settings_of(work)
    samples = SquaredSamples(build_datasets(work)["train"], settings.image_size, None, 0)
    return _telling(begins, samples, settings.batch_size, 0, settings.seed, training=True)


def _telling(
    begins: Pass, samples: SquaredSamples, size: int, _readers: int, *given: Any, **named: Any
) -> DataLoader[Batch]:
    """Give a loader that tells when samples are put together: a step begins for every loop alike.

    No process reads ahead: who gets a core for what it reads would be luck.
    Lightning's own word for it, a callback, would cost it time that a bare loop has not to spend.
    """
    loader = make_loader(samples, size, 0, *given, **named)
    put_together = loader.collate_fn

    def told(samples: list[Any]) -> Any:
        begins()
        return put_together(samples)

    loader.collate_fn = told
    return loader


def _drain(descriptor: int) -> None:
    with Path(f"/dev/fd/{descriptor}").open("rb", buffering=0) as pipe:
        while pipe.read(1 << 16):
            pass
    os.close(descriptor)
