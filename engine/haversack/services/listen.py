"""What a caller hears while a use-case works: progress of services, events of workers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from haversack.base.progress import Progress
from haversack.runs.events import Event


@dataclass(frozen=True, slots=True)
class Said:
    """One line for a person, between two phases."""

    text: str


Heard = Progress | Event | Said
Listener = Callable[[Heard], None]


def ignore(heard: Heard) -> None:
    """Hear and do nothing."""
