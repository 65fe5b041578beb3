"""One place that values are given to, several that they go to."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Protocol, SupportsFloat

SECONDS_HELD = 1.0


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
    """Gives every value to several `Curves`, in the order in which they came.

    Values of steps are held for a second: written one by one they would cost each step about as
    much as all else that is done for it beside the network.
    """

    def __init__(self, curves: Sequence[Curves]) -> None:
        """Give to each of these curves."""
        self._curves = tuple(curves)
        self._held: list[tuple[Mapping[str, SupportsFloat], int, int]] = []
        self._passed_on = 0.0

    def hold(self, values: Mapping[str, SupportsFloat], step: int, epoch: int) -> None:
        """Take the values of one step, which are passed on within a second of steps, or before.

        Args:
            values: By name; tensors are read when they are passed on, so nobody may change them.
            step: Optimizer steps until then.
            epoch: Counted from 0.
        """
        if not self._curves:
            return
        self._held.append((values, step, epoch))
        now = time.monotonic()
        if now - self._passed_on >= SECONDS_HELD:
            self._passed_on = now
            self._pass_on()

    def record(self, values: Mapping[str, float], step: int, epoch: int) -> None:
        """Pass values on at once, after those that are held."""
        self._pass_on()
        for curves in self._curves:
            curves.record(values, step, epoch)

    def flush(self) -> None:
        """Pass on what is held and flush all."""
        self._pass_on()
        for curves in self._curves:
            curves.flush()

    def close(self) -> None:
        """Pass on what is held and close all."""
        self._pass_on()
        for curves in self._curves:
            curves.close()

    def _pass_on(self) -> None:
        held, self._held = self._held, []
        for values, step, epoch in held:
            numbers = {name: float(value) for name, value in values.items()}
            for curves in self._curves:
                curves.record(numbers, step, epoch)
