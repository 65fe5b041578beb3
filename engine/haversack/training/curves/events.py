"""Curves as events."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from haversack.runs.events import Event, Measured


class EventCurves:
    """Sends each set of values as one event; whoever takes them throttles."""

    def __init__(self, emit: Callable[[Event], None]) -> None:
        """Send through ``emit``."""
        self._emit = emit

    def record(self, values: Mapping[str, float], step: int, epoch: int) -> None:
        """Send the values of one step."""
        self._emit(Measured(values=dict(values), step=step, epoch=epoch))

    def flush(self) -> None:
        """Do nothing: events are on their way."""

    def close(self) -> None:
        """Do nothing: the channel is the worker's."""
