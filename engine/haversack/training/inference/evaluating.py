"""Metrics of a trained network over a dataset, whatever runs it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from torch.utils.data import DataLoader

from haversack.data.sample import Dataset
from haversack.runs.events import PhaseBegan, Progressed
from haversack.training.device import choose_device
from haversack.training.errors import CheckpointError
from haversack.training.inference.runner import Trained
from haversack.training.loading.batches import Batch, make_loader
from haversack.training.loading.reading import reading_processes
from haversack.training.loading.samples import SquaredSamples
from haversack.training.memory import memory_told
from haversack.training.settings import Settings
from haversack.training.stopping import StopRequested
from haversack.training.tasks.task import Outputs
from haversack.training.work import Work


def evaluate_over(
    work: Work,
    trained: Trained,
    dataset: Dataset,
    settings: Settings,
    watch: Callable[[Outputs, Batch], None] = lambda _outputs, _batch: None,
) -> tuple[dict[str, float], int]:
    """Give the metrics over a dataset and the number of pictures seen.

    Args:
        work: Where progress goes; whether to stop.
        trained: What is asked.
        dataset: What it is asked about.
        settings: Batch size and limits.
        watch: Sees the outputs and the batch as well, in order.

    Raises:
        CheckpointError: The dataset has other classes than the network was trained on.
        OutOfMemoryError: A batch does not fit in memory.
        StopRequested: Somebody asked to stop.
    """
    if tuple(dataset.classes) != trained.classes:
        raise CheckpointError(
            "the data has other classes than the network was trained on",
            "Evaluate on data with the same classes, or train again.",
        )
    loader = _loader(work, trained, dataset, settings)
    total = min(len(loader), settings.limit_batches or len(loader))
    meter, seen, started = trained.task.meter(), 0, time.monotonic()
    work.emit(PhaseBegan(phase="evaluate"))
    with memory_told(work, replace(settings, image_size=trained.image_size), "a batch"):
        for number, batch in enumerate(loader, start=1):
            if number > total:
                break
            if work.stopped():
                raise StopRequested
            outputs = trained.runner(batch["images"])
            meter.update(outputs, batch)
            watch(outputs, batch)
            seen += len(batch["images"])
            pace = (time.monotonic() - started) / number
            left = pace * (total - number)
            work.emit(
                Progressed(
                    phase="evaluate", done=number, total=total, unit="batches", seconds_left=left
                )
            )
    return meter.compute(), seen


def _loader(
    work: Work, trained: Trained, dataset: Dataset, settings: Settings
) -> DataLoader[Batch]:
    """Give a loader over a dataset in order, as the network takes it."""
    samples = SquaredSamples(dataset, trained.image_size, None, settings.seed)
    gpu = trained.runner.runtime == "torch" and choose_device(work.spec.device).type == "cuda"
    readers = reading_processes(settings, len(samples), gpu)
    return make_loader(samples, settings.batch_size, readers, settings.seed, training=False)
