"""What the demo did: one line a step, kept as JSON, so that its two halves make one table."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.files import read_bytes, write_bytes
from haversack.services.listen import Listener, Said

Place = Literal["with a network", "without a network", "apart, network present"]
_LIMIT = 1 << 20


class Entry(BaseModel):
    """One step.

    Attributes:
        place: Where it was done.
        step: What was done.
        seconds: How long it took.
        result: What came of it: a size, a score, a verdict.
    """

    model_config = ConfigDict(frozen=True)

    place: Place
    step: str
    seconds: float
    result: str


class DemoReport(BaseModel):
    """The table of the demo and where its pictures are."""

    model_config = ConfigDict(frozen=True)

    entries: tuple[Entry, ...]
    pictures: tuple[str, ...] = ()
    proved: tuple[str, ...] = ()
    seconds: float = 0.0

    def save(self, path: Path) -> None:
        """Write the report whole."""
        write_bytes(path, dump_canonical(self.model_dump(mode="json")))

    @classmethod
    def load(cls, path: Path) -> DemoReport:
        """Read what ``save`` wrote."""
        return cls.model_validate(load_strict(read_bytes(path, _LIMIT), path.name, _LIMIT))


@dataclass
class Line:
    """The result of a step under way."""

    result: str = ""


@dataclass
class Diary:
    """Collects entries while steps are done."""

    place: Place
    on_event: Listener
    entries: list[Entry] = field(default_factory=list)

    @contextmanager
    def step(self, what: str) -> Iterator[Line]:
        """Time one step; the block sets the line's result."""
        self.on_event(Said(what))
        line, started = Line(), time.monotonic()
        yield line
        seconds = time.monotonic() - started
        self.entries.append(
            Entry(place=self.place, step=what, seconds=round(seconds, 2), result=line.result)
        )
