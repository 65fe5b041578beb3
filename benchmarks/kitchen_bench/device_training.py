"""Pictures a second of a training on a device: through the worker, and by hand.

A device computes while the loop goes on, so nothing is timed step by step: the clock starts and
ends where the device was waited for, after the first steps and after the last one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import torch
from lightning.pytorch import Callback, Trainer
from torch import nn
from torch.nn import functional

from haversack.catalog.training import LightningTrainer
from haversack.data.sample import Dataset, Sample
from haversack.recipe.tree import Recipe
from haversack.runs.spec import Limits
from haversack.training.builders.networks import build_network
from haversack.training.builders.optimizers import build_optimizer, build_scheduler
from haversack.training.dispatch import perform
from haversack.training.jobs import train as jobs
from haversack.training.loading.batches import make_loader
from haversack.training.loading.samples import SquaredSamples
from haversack.training.loop import fitting
from haversack.training.loop.trainer import make_trainer
from haversack.training.measuring.energy import Counter
from haversack.training.work import expect
from kitchen_bench.networks import CLASSES, network_of
from kitchen_bench.recipes import SMALLER, Size, quiet_work, recipe_of, spec_of


@dataclass(frozen=True)
class Scale:
    """How large a bench is: network and input, steps that count and before, loader processes."""

    size: Size
    steps: int
    warm_up: int
    workers: int


@dataclass(frozen=True)
class Way:
    """How a training computes."""

    precision: str = "32"
    channels_last: bool = False
    compile: bool = False

    def __str__(self) -> str:
        """Name it in a table."""
        more = [name for name in ("channels_last", "compile") if getattr(self, name)]
        return ", ".join([self.precision, *more])


WAYS = (
    Way(),
    Way("bf16-mixed"),
    Way("bf16-mixed", channels_last=True),
    Way("bf16-mixed", channels_last=True, compile=True),
)


@dataclass
class Clock:
    """Times the steps that count of one training, and what they cost.

    Attributes:
        device: Waited for before each look at the clock.
        scale: Which steps count.
        spent: The device's energy counter; None where there is none.
        idle: Watts of the idle device.
    """

    device: torch.device
    scale: Scale
    spent: Counter | None = None
    idle: float = 0.0
    pictures_per_second: float = field(default=0.0, init=False)
    joules_per_picture: float | None = field(default=None, init=False)

    def step_ended(self, steps: int) -> None:
        """Say that so many steps are done."""
        if steps == self.scale.warm_up:
            self._began, self._before = self._look()
        if steps != self.scale.warm_up + self.scale.steps:
            return
        ended, after = self._look()
        took, pictures = ended - self._began, self.scale.steps * self.scale.size.batch
        self.pictures_per_second = pictures / took
        if self.spent is not None:
            self.joules_per_picture = (after - self._before - self.idle * took) / pictures

    def _look(self) -> tuple[float, float]:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return time.perf_counter(), self.spent() if self.spent is not None else 0.0


class _Ends(Callback):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def on_train_batch_end(self, *given: Any, **_: Any) -> None:
        self._clock.step_ended(int(given[-1]) + 1)


class Made:
    """Random pictures that already have the network's size: loading costs next to nothing."""

    classes = tuple(map(str, range(CLASSES)))

    def __init__(self, edge: int, count: int) -> None:
        self._image = np.random.default_rng(0).integers(0, 256, (edge, edge, 3), np.uint8)
        self._count = count

    def __len__(self) -> int:
        """Give the number of pictures."""
        return self._count

    def __getitem__(self, index: int) -> Sample:
        """Give a picture."""
        return Sample(self._image, index % CLASSES, str(index))


def made(scale: Scale) -> Mapping[str, Dataset]:
    """Give pictures for every step of a bench."""
    batch, edge = scale.size.batch, scale.size.edge
    many = Made(edge, batch * (scale.warm_up + scale.steps))
    return {"train": many, "val": Made(edge, batch)}


def recipe_for(scale: Scale, way: Way) -> Recipe:
    """Give the recipe that trains in a way."""
    recipe = recipe_of(scale.size)
    recipe["data.num_workers"] = scale.workers
    recipe["trainer.precision"] = way.precision
    recipe["trainer.channels_last"] = way.channels_last
    recipe["trainer.compile"] = way.compile
    return recipe


def by_the_worker(way: Way, clock: Clock, data: Mapping[str, Dataset], folder: Path) -> list[str]:
    """Train as a worker does; give what it noted, such as that something could not be compiled."""
    scale, notes = clock.scale, list[str]()

    def with_clock(*given: Any) -> Trainer:
        work, settings, options, placement, callbacks = given
        return make_trainer(work, settings, options, placement, [*callbacks, _Ends(clock)])

    build: Callable[..., nn.Module] = build_network
    if scale.size.architecture in SMALLER:  # no recipe names them
        build = partial(_given, scale.size, folder)
    limits = Limits(limit_batches=scale.warm_up + scale.steps)
    spec = spec_of(recipe_for(scale, way), folder, limits=limits, device=str(clock.device))
    with (
        mock.patch.object(fitting, "make_trainer", with_clock),
        mock.patch.object(jobs, "build_datasets", lambda _: data),
        mock.patch.object(jobs, "build_network", build),
    ):
        perform(spec, lambda event: notes.append(getattr(event, "text", "")), lambda: False, 0)
    return [note for note in notes if note]


def _given(size: Size, folder: Path, *_: object, **__: object) -> nn.Module:
    return network_of(size, folder)


def by_hand(way: Way, clock: Clock, data: Mapping[str, Dataset], folder: Path) -> None:
    """Train in a plain loop of PyTorch: the same network, loader, optimizer and schedule."""
    scale, device = clock.scale, clock.device
    work = quiet_work(recipe_for(scale, way), folder)
    options = expect(work.root.trainer, LightningTrainer, "trainer")
    layout = torch.channels_last if way.channels_last else torch.preserve_format
    network = network_of(scale.size, folder).to(device).train()
    network = network.to(memory_format=layout)  # type: ignore[call-overload] # its stub lacks it
    if way.compile:
        network.compile()
    optimizer = build_optimizer(options.optimizer, network)
    scheduler = build_scheduler(options.scheduler, optimizer, scale.warm_up + scale.steps)
    half = torch.autocast(device.type, torch.bfloat16) if way.precision != "32" else nullcontext()
    for number, (images, labels) in enumerate(batches(scale, data["train"], device), start=1):
        with half:
            pictures = images.float().div_(255).to(memory_format=layout)
            loss = functional.cross_entropy(network(pictures)[0], labels)
        optimizer.zero_grad()
        torch.autograd.backward([loss])
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        clock.step_ended(number)
        if number == scale.warm_up + scale.steps:
            return


def batches(
    scale: Scale, dataset: Dataset, device: torch.device
) -> Iterable[tuple[torch.Tensor, torch.Tensor]]:
    """Give our loader's batches on the device."""
    samples, pinned = SquaredSamples(dataset, scale.size.edge, None, 0), device.type == "cuda"
    loader = make_loader(samples, scale.size.batch, scale.workers, 0, training=True, pinned=pinned)
    for batch in loader:
        yield (
            batch["images"].to(device, non_blocking=pinned),
            batch["labels"].to(device, non_blocking=pinned),
        )


def loading(clock: Clock, given: Iterable[object]) -> None:
    """Take batches and do nothing with them."""
    for number, _ in enumerate(given, start=1):
        clock.step_ended(number)


Training = Callable[[Clock], object]
