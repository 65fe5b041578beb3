"""Where a worker's events go: appended to ``run.jsonl`` first, then sent to whoever listens."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from haversack.base.files import storage_error
from haversack.runs.errors import RunExists
from haversack.runs.events import (
    Event,
    Failed,
    Finished,
    Measured,
    Progressed,
    Stopped,
    encode_event,
)
from haversack.runs.liveness import hold
from haversack.runs.log import LOG_NAME, open_log

INTERVAL = 0.1
_Stream = tuple[object, ...]


class EventSink:
    """Takes events at any rate and passes progress and measurements on at about 10 Hz.

    Of each stream (the progress of a phase; one set of measured names in one epoch) the newest
    event waits until its turn comes, until another kind of event overtakes it, or until the
    sink is closed: the last one is never lost, and the order is kept. Thread-safe.

    Args:
        run_dir: The run's folder; made if it is not there.
        out: Where events are sent; None to only write them down.
        on_broken_pipe: Called once when nobody reads ``out`` any more.
        interval: Seconds between two events of a stream.

    Raises:
        RunExists: A living worker writes this run.
        StorageError: The folder cannot be written.
    """

    def __init__(
        self,
        run_dir: Path,
        out: BinaryIO | None,
        on_broken_pipe: Callable[[], None] = lambda: None,
        interval: float = INTERVAL,
    ) -> None:
        """Write into a run's log and, where there is one, to ``out``."""
        self.run_dir = run_dir
        self._path = run_dir / LOG_NAME
        self._out = out
        self._on_broken_pipe = on_broken_pipe
        self._interval = interval
        self._lock = threading.Lock()
        self._waiting: dict[_Stream, Event] = {}
        self._sent_at: dict[_Stream, float] = {}
        self._trouble: OSError | None = None
        self._torn = False
        self._closed = threading.Event()
        self._log = open_log(run_dir)
        if not hold(self._log):
            self._log.close()
            raise RunExists(
                f"the run {run_dir.name} has a worker already",
                f"Watch it with `haversack runs watch {run_dir.name}`.",
            )
        threading.Thread(target=self._pump, name="haversack-events", daemon=True).start()

    def send(self, event: Event) -> None:
        """Take one event.

        Raises:
            StorageError: The log cannot be written; what came before is kept.
        """
        stream = _stream_of(event)
        with self._lock:
            if stream is None:
                self._flush()
                self._pass_on(event)
            else:
                self._throttle(stream, event)
            trouble, self._trouble = self._trouble, None
        if trouble is not None:
            raise storage_error(trouble, self._path, "writing") from trouble

    def close(self) -> None:
        """Pass on what waits and make the log durable. Closing twice does nothing more."""
        self._closed.set()
        with self._lock:
            if self._log.closed:
                return
            self._flush()
            with contextlib.suppress(OSError):
                os.fsync(self._log.fileno())
            self._log.close()

    def _throttle(self, stream: _Stream, event: Event) -> None:
        now = time.monotonic()
        due = self._sent_at.get(stream, -1.0) + self._interval
        if now < due or self._waiting.keys() - {stream}:
            self._waiting.pop(stream, None)
            self._waiting[stream] = event
            if len(self._waiting) > 64:
                self._flush()
            return
        self._waiting.pop(stream, None)
        self._sent_at[stream] = now
        self._pass_on(event)

    def _pump(self) -> None:
        while not self._closed.wait(self._interval):
            with self._lock:
                if not self._log.closed:
                    self._flush()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, {}
        now = time.monotonic()
        if len(self._sent_at) > 256:
            self._sent_at.clear()
        for stream, event in waiting.items():
            self._sent_at[stream] = now
            self._pass_on(event)

    def _pass_on(self, event: Event) -> None:
        line = encode_event(event)
        try:
            if not self._log.closed:
                self._append(line)
                if isinstance(event, Finished | Failed | Stopped):
                    os.fsync(self._log.fileno())
        except OSError as error:
            self._trouble = error
        if self._out is None:
            return
        try:
            _write_all(self._out, line)
        except OSError:
            self._out = None
            self._on_broken_pipe()

    def _append(self, line: bytes) -> None:
        if self._torn:
            line = b"\n" + line
        self._torn = True
        _write_all(self._log, line)
        self._torn = False


def _write_all(file: BinaryIO, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[file.write(view) :]


def _stream_of(event: Event) -> _Stream | None:
    if isinstance(event, Progressed):
        return (Progressed, event.phase)
    if isinstance(event, Measured):
        return (Measured, event.epoch, *sorted(event.values))
    return None
