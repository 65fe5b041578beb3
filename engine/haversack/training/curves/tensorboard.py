"""Curves for TensorBoard."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter


class TensorBoardCurves:
    """Writes scalars into an event file of the run's folder."""

    def __init__(self, folder: Path) -> None:
        """Write into a folder."""
        self._writer = SummaryWriter(str(folder))

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
