"""The worker's side of the pipe: spec and control lines in, events out. Free of torch."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydantic_core import from_json

from haversack.base.files import storage_error
from haversack.runs.errors import RunError
from haversack.runs.event_sink import EventSink
from haversack.runs.events import Event
from haversack.runs.ranks import global_rank
from haversack.runs.spec import MAX_SPEC_BYTES, RunSpec, parse_spec
from haversack.runs.store import STOP_NAME

__all__ = [
    "Channel",
    "EventSink",
    "StopFlag",
    "join_channel",
    "open_channel",
    "read_spec",
    "take_over_stdout",
]

POLL_SECONDS = 0.5


class StopFlag:
    """Set once somebody wants the worker to checkpoint and stop. Thread-safe."""

    def __init__(self) -> None:
        """Begin with nobody wanting a stop."""
        self._event = threading.Event()
        self.reason = ""

    def set(self, reason: str = "asked to stop") -> None:
        """Ask for the stop; the first reason stays."""
        if not self._event.is_set():
            self.reason = reason
            self._event.set()

    def is_set(self) -> bool:
        """Say whether a stop was asked for; cheap enough for every step."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait at most so long for a stop; say whether it was asked for."""
        return self._event.wait(seconds)

    def watch(self, control: BinaryIO, run_dir: Path | None = None) -> None:
        """Set the flag by a control line, by the end of ``control``, or by a request on disk."""
        _daemon("haversack-control")(lambda: self._watch_lines(control))
        if run_dir is not None:
            self.watch_folder(run_dir)

    def watch_folder(self, run_dir: Path) -> None:
        """Set the flag by a request on disk."""
        request = run_dir / STOP_NAME
        _daemon("haversack-control")(lambda: self._watch_file(request))

    def _watch_lines(self, control: BinaryIO) -> None:
        with contextlib.suppress(OSError, ValueError):
            while line := control.readline(1 << 16):
                if _is_stop(line):
                    self.set("asked to stop")
        self.set("the program that started this worker is gone")

    def _watch_file(self, request: Path) -> None:
        while not self.wait(POLL_SECONDS):
            if request.exists():
                self.set("asked to stop")


@dataclass(frozen=True, slots=True)
class Channel:
    """What a worker holds while it works.

    Attributes:
        spec: What is asked.
        sink: Where events go; None for a helper, which has nothing to say.
        stop: Whether somebody asked to stop.
        rank: Which of the processes that train together this is.
    """

    spec: RunSpec
    sink: EventSink | None
    stop: StopFlag
    rank: int = 0

    def send(self, event: Event) -> None:
        """Pass an event on."""
        if self.sink is not None:
            self.sink.send(event)

    def close(self) -> None:
        """Close the log."""
        if self.sink is not None:
            self.sink.close()


def open_channel() -> Channel:
    """Take over the standard streams, read the spec, open the run's log and watch for a stop.

    Raises:
        FileFormatError: The first line is no spec.
        RunError: No spec came, or the run has a living worker already.
        StorageError: The run's folder cannot be written.
    """
    out = take_over_stdout()
    control = _take_over_stdin()
    spec = read_spec(control)
    stop = StopFlag()
    sink = EventSink(spec.run_dir, out, on_broken_pipe=lambda: stop.set("nobody listens any more"))
    with contextlib.suppress(OSError):  # a request that an earlier worker of this run left
        (spec.run_dir / STOP_NAME).unlink(missing_ok=True)
    stop.watch(control, spec.run_dir)
    return Channel(spec, sink, stop)


def join_channel(spec: RunSpec) -> Channel:
    """Take part in a run with other processes: no pipe, and only the first one writes the log.

    Raises:
        RunError: The run has a living worker already.
        StorageError: The run's folder cannot be written.
    """
    rank, stop = global_rank(spec), StopFlag()
    if rank > 0:
        return Channel(spec, None, stop, rank)
    sink = EventSink(spec.run_dir, None)
    with contextlib.suppress(OSError):  # a request that an earlier worker of this run left
        (spec.run_dir / STOP_NAME).unlink(missing_ok=True)
    stop.watch_folder(spec.run_dir)
    return Channel(spec, sink, stop)


def take_over_stdout() -> BinaryIO:
    """Keep the original fd 1 for events and point fd 1 at stderr, so that prints do no harm."""
    sys.stdout.flush()
    events = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return events


def read_spec(control: BinaryIO) -> RunSpec:
    """Read the first line.

    Raises:
        RunError: There is none.
        FileFormatError: It is no spec.
    """
    try:
        line = control.readline(MAX_SPEC_BYTES)
    except OSError as error:
        raise storage_error(error, Path("stdin"), "reading") from error
    if not line.strip():
        raise RunError(
            "the worker got no spec", "It is started by Haversack, with a RunSpec on its stdin."
        )
    return parse_spec(line)


def _take_over_stdin() -> BinaryIO:
    """Keep the original fd 0 for control lines and give everything else an empty stdin."""
    control = os.fdopen(os.dup(0), "rb")
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    return control


def _is_stop(line: bytes) -> bool:
    try:
        message = from_json(line)
    except ValueError:
        return False
    return isinstance(message, dict) and message.get("control") == "stop"


def _daemon(name: str) -> Callable[[Callable[[], None]], None]:
    def start(work: Callable[[], None]) -> None:
        threading.Thread(target=work, name=name, daemon=True).start()

    return start
