"""How processes that train together meet; each holds the whole network."""

from __future__ import annotations

from pathlib import Path

import torch
from lightning.pytorch.strategies import DDPStrategy


class Copies(DDPStrategy):
    """Each process holds the whole network (DDP).

    Args:
        backend: Of torch's process group.
        meeting: The file by which processes of one machine find each other: torch's TCP store asks
            a name server who 127.0.0.1 is. None lets the environment say it.
    """

    def __init__(self, backend: str, meeting: Path | None) -> None:
        """Copy the network to each process; unused parameters are looked for."""
        super().__init__(
            process_group_backend=backend, broadcast_buffers=False, find_unused_parameters=True
        )
        self._backend, self._meeting = backend, meeting

    def setup_distributed(self) -> None:
        """Join the others; Lightning leaves alone what is joined already."""
        self.set_world_ranks()
        join(self._backend, self._meeting, self.global_rank, self.world_size)
        super().setup_distributed()


def join(backend: str, meeting: Path | None, rank: int, world: int) -> None:
    """Join the processes that meet by a file; without one Lightning joins them."""
    if meeting is not None and not torch.distributed.is_initialized():
        torch.distributed.init_process_group(
            backend, init_method=meeting.as_uri(), rank=rank, world_size=world
        )
