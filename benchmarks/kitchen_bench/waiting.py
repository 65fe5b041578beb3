"""How much of a step a training waits for its data, alone on the machine."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from lightning.pytorch import Callback, Trainer

from haversack.runs.spec import Limits
from haversack.training.dispatch import perform
from haversack.training.loop import fitting
from haversack.training.loop.trainer import make_trainer
from kitchen_bench.recipes import Size, recipe_of, spec_of

DROPPED = 5
MOST_SHARE = 0.02


@dataclass(frozen=True)
class Wait:
    """Seconds within a training of so many steps; ``share`` is waiting over all."""

    size: Size
    workers: int
    steps: int
    share: float


class _Clock(Callback):
    """Adds up the time between a step's end and the next one's start: fetching the batch."""

    def __init__(self) -> None:
        self.waited = self.whole = 0.0
        self.steps = -DROPPED
        self._ended: float | None = None

    def on_train_batch_start(self, *_: Any, **__: Any) -> None:
        self._started = time.perf_counter()

    def on_train_batch_end(self, *_: Any, **__: Any) -> None:
        now = time.perf_counter()
        self.steps += 1
        if self._ended is not None and self.steps > 0:
            self.waited += self._started - self._ended
            self.whole += now - self._ended
        self._ended = now


def measure(size: Size, workers: int, steps: int) -> Wait:
    """Train so many steps and give the share of them that was spent waiting."""
    clock = _Clock()

    def with_clock(*given: Any) -> Trainer:
        work, settings, options, placement, callbacks = given
        return make_trainer(work, settings, options, placement, [*callbacks, clock])

    with tempfile.TemporaryDirectory(prefix="haversack-bench-") as folder:
        spec = spec_of(
            recipe_of(size, workers), Path(folder) / "run", limits=Limits(limit_batches=steps)
        )
        with mock.patch.object(fitting, "make_trainer", with_clock):
            perform(spec, lambda _event: None, lambda: False, 0)
    return Wait(size, workers, clock.steps, clock.waited / clock.whole)


def report(found: list[Wait]) -> list[str]:
    """Give the table's lines."""
    lines = [f"{'network, edge, batch':40} {'loaders':>7} {'steps':>5} {'waiting':>8}"]
    for one in found:
        name = f"{one.size.architecture}, {one.size.edge} px, {one.size.batch}"
        holds = "" if one.share < MOST_SHARE else f"  more than {MOST_SHARE:.0%}"
        lines.append(f"{name:40} {one.workers:7} {one.steps:5} {one.share:8.1%}{holds}")
    return lines
