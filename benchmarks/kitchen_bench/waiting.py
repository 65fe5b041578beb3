"""How much of a step a training waits for its data, alone on the machine."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from lightning.pytorch import Callback, Trainer

from haversack.data.sample import Dataset
from haversack.runs.spec import Limits
from haversack.training.dispatch import perform
from haversack.training.jobs import train as jobs
from haversack.training.loading.batches import Batch
from haversack.training.loop import fitting, parts
from haversack.training.loop.module import TaskModule
from haversack.training.loop.trainer import make_trainer
from kitchen_bench import data_loading, device_training
from kitchen_bench.recipes import LITE, Size, recipe_of, spec_of

DROPPED = 5
MOST_SHARE = 0.02
DIGITS, JPEGS = "digits", "JPEGs"


@dataclass(frozen=True)
class Case:
    """What is trained: network and input, on which pictures, so many steps."""

    size: Size
    pictures: str
    steps: int


CASES = (Case(Size(LITE, 64, 16), DIGITS, 60), Case(Size(LITE, 224, 16), JPEGS, 25))


@dataclass(frozen=True)
class Wait:
    """What part of a training's steps, the first few left out, was waiting.

    Attributes:
        case: What was trained.
        ahead: Whether pictures were read as a recipe says that nobody changed, which is judged;
            else when a step asked for them, which is told beside.
        steps: Steps that were counted.
        step: Seconds from one step's end to the next one's.
        share: Of that, what was waiting.
    """

    case: Case
    ahead: bool
    steps: int
    step: float
    share: float

    @property
    def holds(self) -> bool:
        """Whether it waited as little as it has to."""
        return self.share < MOST_SHARE


class _Clock(Callback):
    """Adds up the time between a step's end and the next one's start: fetching the batch."""

    def __init__(self) -> None:
        self.waited = self.whole = 0.0
        self.steps = -DROPPED
        self._ended: float | None = None

    def telling(self, step: Callable[..., Any]) -> Callable[..., Any]:
        """Give a module's step that tells when it begins; a hook would change the loop itself."""

        def told(module: TaskModule, batch: Batch, batch_idx: int) -> Any:
            self._started = time.perf_counter()
            return step(module, batch, batch_idx)

        return told

    def on_train_batch_end(self, *_: Any, **__: Any) -> None:
        now = time.perf_counter()
        self.steps += 1
        if self._ended is not None and self.steps > 0:
            self.waited += self._started - self._ended
            self.whole += now - self._ended
        self._ended = now


def measure(case: Case, ahead: bool) -> Wait:
    """Train so many steps and give the share of them that was spent waiting."""
    clock = _Clock()

    def with_clock(*given: Any) -> Trainer:
        work, settings, options, placement, callbacks = given
        return make_trainer(work, settings, options, placement, [*callbacks, clock])

    recipe = recipe_of(case.size, augmented=True)
    with tempfile.TemporaryDirectory(prefix="haversack-bench-") as scratch, ExitStack() as patched:
        folder = Path(scratch)
        patched.enter_context(mock.patch.object(fitting, "make_trainer", with_clock))
        told = clock.telling(TaskModule.training_step)
        patched.enter_context(mock.patch.object(TaskModule, "training_step", told))
        if case.pictures == JPEGS:
            splits = _splits(case, folder)
            patched.enter_context(mock.patch.object(jobs, "build_datasets", lambda _: splits))
        if not ahead:
            patched.enter_context(mock.patch.object(parts, "reading_processes", lambda *_: 0))
        spec = spec_of(recipe, folder / "run", limits=Limits(limit_batches=case.steps))
        perform(spec, lambda _event: None, lambda: False, 0)
    step = clock.whole / clock.steps
    return Wait(case, ahead, clock.steps, step, clock.waited / clock.whole)


def _splits(case: Case, folder: Path) -> Mapping[str, Dataset]:
    """Give photographs, decoded from a shard of JPEGs; the validation is of one."""
    count = case.steps * case.size.batch
    pictures = data_loading.write_pictures(folder / "pictures", count)
    return {
        "train": data_loading.as_shard(pictures, folder),
        "val": device_training.Made(case.size.edge, 1),
    }


def report(found: list[Wait]) -> list[str]:
    """Give the table's lines."""
    titles = f"{'read':>10} {'steps':>5} {'ms a step':>9} {'waiting':>8}"
    lines = [f"{'network, edge, batch, pictures':40} {titles}"]
    for one in found:
        size = one.case.size
        name = f"{size.architecture}, {size.edge} px, {size.batch}, {one.case.pictures}"
        read, told = ("ahead", "") if one.ahead else ("when asked", "  told beside")
        told += "" if one.holds else f"  more than {MOST_SHARE:.0%}"
        figures = f"{read:>10} {one.steps:5} {1e3 * one.step:9.1f} {one.share:8.1%}"
        lines.append(f"{name:40} {figures}{told}")
    return lines
