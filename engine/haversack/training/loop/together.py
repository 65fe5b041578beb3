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
from lightning.pytorch.strategies import DDPStrategy, Strategy

from haversack.base.files import write_bytes
from haversack.runs.spec import SPEC_VARIABLE, RunSpec, encode_spec
from haversack.training.device import choose_device
from haversack.training.errors import TrainingError

TOGETHER = "together.json"
"""The spec for the processes that the first one starts."""
MEETING_VARIABLE = "HAVERSACK_MEETING"
"""Names the file by which processes of one machine find each other."""


class _MeetingByFile(DDPStrategy):
    """Processes that meet by a file: torch's TCP store asks a name server who 127.0.0.1 is."""

    def __init__(self, meeting: Path, backend: str) -> None:
        super().__init__(
            process_group_backend=backend, broadcast_buffers=False, find_unused_parameters=True
        )
        self._meeting, self._backend = meeting, backend

    def setup_distributed(self) -> None:
        """Join the others; Lightning leaves alone what is joined already."""
        self.set_world_ranks()
        if not torch.distributed.is_initialized():
            torch.distributed.init_process_group(
                self._backend,
                init_method=self._meeting.as_uri(),
                rank=self.global_rank,
                world_size=self.world_size,
            )
        super().setup_distributed()


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a training runs.

    Attributes:
        kind: ``"cpu"`` or ``"gpu"``, as Lightning calls it.
        devices: Processes on this machine, or the numbers of its GPUs.
        nodes: Machines.
        rank: Which of all the processes this is.
        world: How many there are in all.
    """

    kind: str
    devices: int | list[int]
    nodes: int
    rank: int
    world: int

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
        meeting = os.environ.get(MEETING_VARIABLE)
        if meeting:
            return _MeetingByFile(Path(meeting), backend)
        return DDPStrategy(
            process_group_backend=backend, broadcast_buffers=False, find_unused_parameters=True
        )


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
    return Placement(_name(device), spec.processes, spec.nodes, rank, world)


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
