"""``run.jsonl``: every event of a run in order, readable while it grows and after a crash."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from haversack.base.files import storage_error
from haversack.runs.errors import EventError
from haversack.runs.events import MAX_EVENT_BYTES, Event, encode_event, parse_event

LOG_NAME = "run.jsonl"


@dataclass(frozen=True, slots=True)
class LogContent:
    """The events of a log, and how many of its lines are damaged."""

    events: tuple[Event, ...]
    damaged: int = 0


class LogFollower:
    """Reads a log as it grows; a last line without its end waits for the rest."""

    def __init__(self, path: Path) -> None:
        """Begin at the start of a log, which need not be there yet."""
        self.path = path
        self.damaged = 0
        self._offset = 0

    def poll(self) -> tuple[Event, ...]:
        """Give the events that came since the last call.

        Raises:
            StorageError: The log cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                file.seek(self._offset)
                return tuple(self._events(file))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise storage_error(error, self.path, "reading") from error

    def _events(self, file: BinaryIO) -> Iterator[Event]:
        while line := file.readline(MAX_EVENT_BYTES):
            if not line.endswith(b"\n") and len(line) < MAX_EVENT_BYTES:
                return
            self._offset += len(line)
            if not line.strip():
                continue
            try:
                yield parse_event(line)
            except EventError:
                self.damaged += 1


def read_log(run_dir: Path) -> LogContent:
    """Read what a run has told so far; a torn last line is left out without a word."""
    follower = LogFollower(run_dir / LOG_NAME)
    events = follower.poll()
    return LogContent(events, follower.damaged)


def open_log(run_dir: Path) -> BinaryIO:
    """Open a run's log for appending, behind a line that a crash may have torn.

    Raises:
        StorageError: The disk is full, read-only or failing.
    """
    path = run_dir / LOG_NAME
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b", buffering=0)
        size = file.seek(0, os.SEEK_END)
        if size and os.pread(file.fileno(), 1, size - 1) != b"\n":
            file.write(b"\n")
    except OSError as error:
        raise storage_error(error, path, "writing") from error
    return file


def append_event(run_dir: Path, event: Event) -> None:
    """Append one event to a log that nobody else writes any more.

    Raises:
        StorageError: The disk is full, read-only or failing.
    """
    with open_log(run_dir) as file:
        try:
            file.write(encode_event(event))
        except OSError as error:
            raise storage_error(error, run_dir / LOG_NAME, "writing") from error
