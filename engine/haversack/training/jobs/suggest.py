"""Suggesting a batch size and a learning rate for a recipe on this device."""

from __future__ import annotations

import math
import shutil
from contextlib import nullcontext
from dataclasses import asdict, replace
from typing import Any

import torch
from lightning.fabric.utilities import move_data_to_device
from lightning.pytorch.tuner.tuning import Tuner
from torch import nn
from torch.optim import Optimizer

from haversack.catalog.training import LightningTrainer
from haversack.data.sample import Dataset
from haversack.runs.events import PhaseBegan
from haversack.training.builders.datasets import build_datasets
from haversack.training.builders.losses import build_training_loss
from haversack.training.builders.networks import build_network
from haversack.training.builders.optimizers import build_optimizer
from haversack.training.builders.tasks import build_task
from haversack.training.device import choose_device
from haversack.training.errors import DivergedError
from haversack.training.loading.batches import as_input, collate
from haversack.training.loading.samples import SquaredSamples
from haversack.training.loop.parts import module_of, template_of, train_loader
from haversack.training.loop.together import place
from haversack.training.loop.trainer import layout, make_trainer, usable_precision
from haversack.training.memory import memory_told
from haversack.training.report import write_report
from haversack.training.settings import Settings, settings_of
from haversack.training.suggesting.batch_size import suggest_batch_size, try_batch_sizes
from haversack.training.tasks.task import GivesItsLoss, Loss, Task
from haversack.training.trainable_batch import with_trainable_batch
from haversack.training.work import Work, expect

BATCH_SECONDS = 60.0
MOST_PICTURES = 256
LOWEST_RATE = 1e-6
HIGHEST_RATE = 1.0
RATES = 100
DIVERGED = 4.0
"""How many times its least a loss is when Lightning ends the range test."""


def suggest(work: Work) -> dict[str, Any]:
    """Try batch sizes and learning rates; nothing of the recipe is changed.

    The learning rate is that of Lightning's range test (Smith 2017, arXiv:1506.01186): the rate
    at which the loss falls steepest while the rate grows from step to step, at the batch size that
    the recipe is trained with. ``limit_batches`` is the number of steps of that test. It goes
    through the pictures as often as it needs to; where it ends early though the loss did not
    diverge, no rate is suggested.

    Returns:
        ``suggested``: values by the path of the option; ``batch_sizes`` and ``rates``: what was
        tried, with None for a loss that is no finite number. Also written as ``report.json``.

    Raises:
        OutOfMemoryError: The recipe's own batch does not fit in memory.
        HaversackError: The recipe or its files cannot be used.
    """
    work.emit(PhaseBegan(phase="load"))
    settings = settings_of(work)
    torch.manual_seed(settings.seed)
    splits = build_datasets(work)
    classes = tuple(splits["train"].classes)
    network = build_network(work, len(classes), settings.image_size, pretrained=True)
    settings = with_trainable_batch(work, network, settings, len(splits["train"]))
    task = build_task(work, len(classes), settings.image_size)
    work.emit(PhaseBegan(phase="batch size"))
    minimised = build_training_loss(work, splits["train"]) or task.loss
    trials = _batch_sizes(work, settings, network, minimised, splits["train"])
    work.emit(PhaseBegan(phase="learning rate"))
    with memory_told(work, settings):
        points, rate = _rates(work, settings, network, task, minimised, splits)
    if rate is None:
        work.note("no learning rate is suggested: too few rates were tried to tell", warning=True)
    found = {"data.batch_size": suggest_batch_size(trials), "trainer.optimizer.learning_rate": rate}
    result = {
        "suggested": {path: value for path, value in found.items() if value is not None},
        "batch_sizes": [asdict(trial) for trial in trials],
        "rates": [
            {"learning_rate": at, "loss": loss if math.isfinite(loss) else None}
            for at, loss in points
        ],
    }
    write_report(work, result)
    return result


def _batch_sizes(
    work: Work, settings: Settings, network: nn.Module, minimised: Loss, dataset: Dataset
) -> list[Any]:
    """Try batch sizes as they are trained: optimizer, precision, layout and loss of the recipe."""
    options = expect(work.root.trainer, LightningTrainer, "trainer")
    device = choose_device(work.spec.device)
    most = min(MOST_PICTURES, len(dataset))
    samples = SquaredSamples(dataset, settings.image_size, None, settings.seed)
    pictures = [samples[(0, index)] for index in range(most)]

    in_memory = layout(options.channels_last)
    network = network.to(memory_format=in_memory)  # type: ignore[call-overload] # its stub lacks it
    half = {"bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}.get(
        usable_precision(options.precision, device, lambda *_, **__: None)
    )

    def step(probe: nn.Module, size: int) -> torch.Tensor:
        batch = move_data_to_device(collate(pictures[:size]), device)
        images = as_input(batch["images"]).to(memory_format=in_memory)
        with torch.autocast(device.type, half) if half else nullcontext():
            if isinstance(probe, GivesItsLoss):
                return probe.losses(images, batch)["loss"]
            return minimised(probe(images), batch)["loss"]

    def make_optimizer(probe: nn.Module) -> Optimizer:
        return build_optimizer(options.optimizer, probe)

    return try_batch_sizes(network, step, make_optimizer, device, most, BATCH_SECONDS)


def _rates(
    work: Work, settings: Settings, network: nn.Module, task: Task, minimised: Loss, splits: Any
) -> tuple[list[tuple[float, float]], float | None]:
    options = expect(work.root.trainer, LightningTrainer, "trainer")
    module = module_of(options, network, task, minimised, scheduled=False)
    module.about = template_of(work, settings, splits["train"].classes)
    loader = train_loader(work, settings, splits["train"])
    steps = settings.limit_batches or RATES
    # A step ends with its epoch: no more batches than an epoch has are ever put together.
    options = options.model_copy(update={"accumulate": min(options.accumulate, len(loader))})
    epochs = math.ceil(steps / (len(loader) // options.accumulate))
    settings = replace(settings, epochs=epochs, limit_batches=None)
    trainer = make_trainer(work, settings, options, place(work.spec, work.rank), [])
    try:
        finder = Tuner(trainer).lr_find(
            module,
            loader,
            min_lr=LOWEST_RATE,
            max_lr=HIGHEST_RATE,
            num_training=steps,
            update_attr=False,
        )
    except DivergedError:  # Lightning keeps nothing of what was tried until then
        work.note("the network diverged while learning rates were tried", warning=True)
        for left in work.run_dir.glob(".lr_find_*"):
            shutil.rmtree(left, ignore_errors=True)
        return [], None
    if finder is None:
        return [], None
    tried = finder.results
    points = [(float(at), float(loss)) for at, loss in zip(tried["lr"], tried["loss"], strict=True)]
    return points, finder.suggestion() if _is_whole(points, steps) else None


def _is_whole(points: list[tuple[float, float]], steps: int) -> bool:
    """Say whether a range test came to its highest rate, but for one step, or the loss diverged."""
    if not points:
        return False
    (last, loss), growth = points[-1], (HIGHEST_RATE / LOWEST_RATE) ** (1 / steps)
    if last * growth**1.5 >= HIGHEST_RATE or not math.isfinite(loss):
        return True
    return loss > DIVERGED * min(tried for _, tried in points if math.isfinite(tried))
