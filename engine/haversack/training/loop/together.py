"""Several processes that train one network: where each computes and how they find each other."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import torch
from lightning.pytorch.strategies import Strategy

from haversack.base.files import write_bytes
from haversack.runs.spec import SPEC_VARIABLE, RunSpec, encode_spec
from haversack.training.device import choose_device
from haversack.training.errors import TrainingError
from haversack.training.loop.strategies import Copies

TOGETHER = "together.json"
"""The spec for the processes that the first one starts."""
MEETING_VARIABLE = "HAVERSACK_MEETING"
"""Names the file by which processes of one machine find each other."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a training runs.

    Attributes:
        kind: ``"cpu"`` or ``"gpu"``, as Lightning calls it.
        devices: Processes on this machine, or the numbers of its GPUs.
        nodes: Machines.
        rank: Which of all the processes this is.
        world: How many there are in all.
        is_shared_out: Whether each holds a share of the network instead of the whole.
    """

    kind: str
    devices: int | list[int]
    nodes: int
    rank: int
    world: int
    is_shared_out: bool = False

    def computing(self) -> int:
        """Give how many processes of this machine compute."""
        return self.devices if isinstance(self.devices, int) else len(self.devices)

    def device(self) -> torch.device:
        """Give this process's own device."""
        if self.kind == "cpu":
            return torch.device("cpu")
        if isinstance(self.devices, list):
            return torch.device("cuda", self.devices[0])
        return torch.device("cuda", self.rank % self.devices)

    def strategy(self) -> Strategy | str:
        """Give Lightning's strategy.

        Small tensors, such as metrics, are gathered on the processor. Buffers (of batch norm) are
        averaged at each validation instead of being sent at each step.
        """
        if self.world == 1:
            return "auto"
        backend = "gloo" if self.kind == "cpu" else "cpu:gloo,cuda:nccl"
        named = os.environ.get(MEETING_VARIABLE)
        meeting = Path(named) if named else None
        if self.is_shared_out:
            from haversack.training.loop.sharing_out import Shares

            return Shares(backend, meeting, self.world)
        return Copies(backend, meeting)


ALONE = Placement("cpu", 1, 1, 0, 1)
"""One process on the processor."""


def place(spec: RunSpec, rank: int = 0) -> Placement:
    """Give where this process of a spec's training runs.

    Args:
        spec: The spec.
        rank: Which of the processes that train together this is.

    Raises:
        TrainingError: This machine does not have the devices.
    """
    world = spec.processes * spec.nodes
    device = choose_device(_kind(spec))
    if world == 1:
        devices: int | list[int] = [device.index or 0] if device.type == "cuda" else 1
        return Placement(_name(device), devices, 1, 0, 1)
    if device.type == "cuda" and torch.cuda.device_count() < spec.processes:
        raise TrainingError(
            f"this machine has {torch.cuda.device_count()} GPUs, not {spec.processes}",
            "Ask for fewer with --devices, or for processes on the processor: --devices cpux2.",
        )
    return Placement(
        _name(device), spec.processes, spec.nodes, rank, world, is_shared_out=spec.sharded
    )


def share_batch(batch_size: int, world: int) -> int:
    """Give each process's share of a batch.

    Raises:
        TrainingError: There are more processes than pictures in a batch.
    """
    if batch_size < world:
        raise TrainingError(
            f"a batch of {batch_size} cannot be shared by {world} processes",
            "Raise data.batch_size, or use fewer processes.",
        )
    return batch_size // world


def announce(spec: RunSpec) -> None:
    """Tell the processes that Lightning starts which run is theirs; keep them on this machine."""
    if spec.processes * spec.nodes == 1:
        return
    if not os.environ.get(SPEC_VARIABLE):  # none started this process: it starts the others
        file = spec.run_dir / TOGETHER
        write_bytes(file, encode_spec(spec))  # as it is now: it may go on from a checkpoint
        os.environ[SPEC_VARIABLE] = str(file)
        if spec.nodes == 1:
            _choose_meeting()
    if spec.nodes == 1 and sys.platform == "linux":
        for name in ("GLOO_SOCKET_IFNAME", "NCCL_SOCKET_IFNAME"):
            os.environ.setdefault(name, "lo")


def _choose_meeting() -> None:
    folder = tempfile.mkdtemp(prefix="haversack-")  # on this machine, and nobody else's
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ[MEETING_VARIABLE] = str(Path(folder) / "meeting")


def _kind(spec: RunSpec) -> str:
    if spec.device == "auto" and torch.cuda.device_count() < spec.processes:
        return "cpu"
    return spec.device


def _name(device: torch.device) -> str:
    return "gpu" if device.type == "cuda" else "cpu"
