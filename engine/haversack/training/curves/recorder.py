"""One place that values are given to, several that they go to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol


class Curves(Protocol):
    """Something that keeps values by name and step."""

    def record(self, values: Mapping[str, float], step: int, epoch: int) -> None:
        """Take the values of one step."""
        ...

    def flush(self) -> None:
        """Bring what was recorded to where it can be read."""
        ...

    def close(self) -> None:
        """Flush and end."""
        ...


class Recorder:
    """Gives every value to several `Curves`."""

    def __init__(self, curves: Sequence[Curves]) -> None:
        """Give to each of these curves."""
        self._curves = tuple(curves)

    def record(self, values: Mapping[str, float], step: int, epoch: int) -> None:
        """Pass the values of one step on."""
        for curves in self._curves:
            curves.record(values, step, epoch)

    def flush(self) -> None:
        """Flush all."""
        for curves in self._curves:
            curves.flush()

    def close(self) -> None:
        """Close all."""
        for curves in self._curves:
            curves.close()
