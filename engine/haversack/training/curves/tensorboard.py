"""Curves for TensorBoard."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter


class TensorBoardCurves:
    """Writes scalars into an event file of the run's folder.

    Args:
        folder: The folder; a run that goes on adds a file to it.
        after: The step of the checkpoint that it goes on from; readers leave out what earlier
            files tell of later steps.
    """

    def __init__(self, folder: Path, after: int | None = None) -> None:
        """Write into a folder."""
        purged = None if after is None else after + 1
        self._writer = SummaryWriter(str(folder), purge_step=purged)

    def record(self, values: Mapping[str, float], step: int, epoch: int) -> None:
        """Write the values of one step."""
        for name, value in values.items():
            self._writer.add_scalar(name, value, step)

    def flush(self) -> None:
        """Bring what was recorded to the disk."""
        self._writer.flush()

    def close(self) -> None:
        """Flush and close."""
        self._writer.close()
