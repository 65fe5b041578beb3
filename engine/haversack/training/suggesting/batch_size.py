"""Which batch size trains fastest on this device without running out of memory."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psutil
import torch
from torch import nn
from torch.optim import Optimizer

from haversack.training.memory import is_out_of_memory

ENOUGH = 0.95
"""A smaller batch is preferred when it reaches this share of the best speed."""
SPARE = 0.8
"""Share of the free memory that the next batch may be expected to take."""
STEPS = 3


@dataclass(frozen=True, slots=True)
class Trial:
    """Steps of one batch size.

    Attributes:
        batch_size: Pictures in a step.
        pictures_per_second: Speed of training, loading left out; None where it did not fit.
        memory_bytes: What the steps took beyond what was taken before; None where unknown.
    """

    batch_size: int
    pictures_per_second: float | None
    memory_bytes: int | None


Step = Callable[[nn.Module, int], torch.Tensor]
"""Gives the loss of a network on so many pictures."""


MakeOptimizer = Callable[[nn.Module], Optimizer]


def try_batch_sizes(
    network: nn.Module,
    step: Step,
    make_optimizer: MakeOptimizer,
    device: torch.device,
    most: int,
    seconds: float,
) -> list[Trial]:
    """Train a copy of the network for a few steps at 1, 2, 4 ... pictures, at a rate of 0.

    Ends at ``most``, where memory runs out or is about to, or after ``seconds``.

    Args:
        network: What is trained; it stays as it is.
        step: Gives its loss.
        make_optimizer: Gives the optimizer that training uses: what it keeps takes memory.
        device: Where it is trained.
        most: The most pictures in a step.
        seconds: After so long no further size is tried.
    """
    trials: list[Trial] = []
    size, until = 1, time.monotonic() + seconds
    while size <= most and time.monotonic() < until:
        trial = _try(network, step, make_optimizer, device, size)
        if trial is not None:
            trials.append(trial)
            if trial.pictures_per_second is None or not _next_fits(trial, device):
                break
        size *= 2
    return trials


def suggest_batch_size(trials: Sequence[Trial]) -> int | None:
    """Give the smallest batch that is about as fast as the fastest; None where nothing fits."""
    speeds = {t.batch_size: t.pictures_per_second for t in trials if t.pictures_per_second}
    if not speeds:
        return None
    best = max(speeds.values())
    return min(size for size, speed in speeds.items() if speed >= ENOUGH * best)


def _try(
    network: nn.Module, step: Step, make_optimizer: MakeOptimizer, device: torch.device, size: int
) -> Trial | None:
    probe = copy.deepcopy(network).to(device).train()
    optimizer = make_optimizer(probe)
    for group in optimizer.param_groups:
        group["lr"] = 0.0
    before, times = _taken_before(device), []
    try:
        for _ in range(STEPS):
            started = time.perf_counter()
            optimizer.zero_grad()
            step(probe, size).backward()  # type: ignore[no-untyped-call] # torch leaves it untyped
            optimizer.step()
            if device.type == "cuda":
                torch.cuda.synchronize(device)
            times.append(time.perf_counter() - started)
    except ValueError as error:
        if "more than 1 value per channel" in str(error):
            return None  # batch norm over one value: this size cannot train at all
        raise
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        return Trial(size, None, None)
    return Trial(size, size / min(times), max(0, _taken(device) - before))


def _next_fits(trial: Trial, device: torch.device) -> bool:
    """Expect twice the batch to take twice the memory: a processor's own end comes unasked."""
    if trial.memory_bytes is None or device.type == "cuda":
        return True
    return 2 * trial.memory_bytes < SPARE * psutil.virtual_memory().available


def _taken_before(device: torch.device) -> int:
    if device.type != "cuda":
        return _taken(device)
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(device)  # else an earlier trial's peak hides this one's
    return int(torch.cuda.memory_allocated(device))


def _taken(device: torch.device) -> int:
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    return int(psutil.Process().memory_info().rss)
