"""How many processes read pictures ahead while the network computes."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
from pathlib import Path

from haversack.base.cores import usable_cores
from haversack.training.settings import Settings

FEW_BATCHES = 4
"""Reading so many takes no longer than starting a process for it."""
MOST_PROCESSES = 8
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where Linux keeps it; nothing is written here
_AHEAD = 3
"""Batches of one process that lie in shared memory: torch's two, and the one that is used."""
_LOADERS = 2
"""Training and validation, whose processes are kept side by side."""


def reading_processes(
    settings: Settings, pictures: int, gpu: bool = False, computing: int = 1
) -> int:
    """Give the number of processes that read for one loader.

    What the recipe says is done. Where it says 0 they are chosen: on the processor one for every
    four cores (of those that OMP_NUM_THREADS leaves), beside a GPU all cores but one, at least one
    of either, shared by the processes that compute. None where a reader would have no core of its
    own, where there are only a few batches, or no shared memory that their batches fit into.

    Args:
        settings: Numbers of the run; the batch size is that of the loader.
        pictures: How many the loader goes through.
        gpu: Whether a GPU computes.
        computing: Processes on this machine that compute together.
    """
    if settings.workers:
        return settings.workers
    batches = min(pictures // settings.batch_size, settings.limit_batches or pictures)
    if batches <= FEW_BATCHES or not can_fork():
        return 0
    own = usable_cores() // computing
    if gpu:
        wanted = own - 1
    else:
        own = min(own, _most_threads() or own)
        wanted = max(1, own // 4)
    return max(0, min(wanted, own - 1, MOST_PROCESSES, _fitting(settings)))


def can_fork() -> bool:
    """Say whether a process that reads can begin as a copy of this one."""
    return sys.platform == "linux" and "fork" in multiprocessing.get_all_start_methods()


def _most_threads() -> int:
    """Give how many threads are to compute, where somebody set it; else 0."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    return int(said) if said.isdecimal() else 0


def _fitting(settings: Settings) -> int:
    """Give how many processes' batches fit into half of the free shared memory."""
    try:
        free = shutil.disk_usage(_SHARED_MEMORY).free
    except OSError:
        return 0
    batch = settings.batch_size * 4 * settings.image_size**2  # three channels and a mask
    return free // 2 // (_LOADERS * _AHEAD * batch)
