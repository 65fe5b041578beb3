"""Which devices this machine has, as far as can be told without torch."""

from __future__ import annotations

import os
import re
from pathlib import Path

from haversack.base.errors import UsageError
from haversack.services.machine import Machine, this_machine

_CUDA = re.compile(r"cuda(?::(?P<index>\d+))?")
_NODES = ("nvidia0", "nvidiactl", "nvhost-gpu", "nvgpu", "dxg", "kfd")
"""Devices of Linux behind which torch may find a GPU that ``nvidia-smi`` does not tell."""


def require_device(name: str, processes: int = 1) -> None:
    """Refuse a device that this machine certainly lacks, before anything is made for it.

    What only torch can tell, such as a driver that is too old, the worker tells later.

    Args:
        name: ``auto``, ``cpu``, ``cuda`` or ``cuda:1``.
        processes: How many work together, each on a GPU of its own.

    Raises:
        UsageError: There is no such GPU here, or there are not as many.
    """
    wanted = _CUDA.fullmatch(name)
    count = gpu_count(this_machine()) if wanted is not None else None
    if wanted is None or count is None:
        return
    needed = int(wanted["index"]) + 1 if wanted["index"] else processes
    if needed > count:
        found = f"no {name}" if processes == 1 else f"{count} GPUs, not {processes}"
        raise UsageError(
            f"this machine has {found}",
            "Choose auto or cpu; `haversack doctor` shows what this machine has.",
        )


def gpu_count(machine: Machine, nodes: Path = Path("/dev")) -> int | None:
    """Give how many GPUs there are; None where only torch could tell.

    Args:
        machine: What the driver told.
        nodes: Where the system keeps its devices.
    """
    if machine.gpus:
        return len(machine.gpus)
    if machine.driver_trouble or any(os.path.lexists(nodes / node) for node in _NODES):
        return None
    return 0
