"""Starts a worker, listens to it, stops it when asked, and judges how it ended."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import BinaryIO

from haversack.base.errors import HaversackError
from haversack.base.files import storage_error
from haversack.base.progress import CancelToken
from haversack.runs.environment import worker_command, worker_environment
from haversack.runs.errors import EventError
from haversack.runs.events import MAX_EVENT_BYTES, Event, parse_event
from haversack.runs.failure import RunFailed
from haversack.runs.liveness import is_held
from haversack.runs.log import LOG_NAME, append_event
from haversack.runs.reducer import RunState, lost, reduce, verdict
from haversack.runs.spec import RunSpec, encode_spec, with_absolute_paths
from haversack.runs.worker_log import WorkerLog

__all__ = ["GRACE_SECONDS", "run_worker", "worker_command", "worker_environment"]

GRACE_SECONDS = 60.0
_TICK = 0.1
_AFTER_EXIT = 2.0
_STOP_LINE = b'{"control":"stop"}\n'


def run_worker(
    spec: RunSpec,
    on_event: Callable[[Event], None] | None = None,
    cancel: CancelToken | None = None,
    prefix: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    *,
    command: Sequence[str] | None = None,
    grace: float = GRACE_SECONDS,
) -> RunState:
    """Run one spec in a worker of its own and wait for its end.

    Args:
        spec: What to do; its folder is made if it is not there.
        on_event: Called in this thread with each event as it comes.
        cancel: Once cancelled, the worker is asked to checkpoint and stop.
        prefix: Words before the worker's command, such as ``("unshare", "-rn")``.
        env: Variables that win over the worker's small offline environment.
        command: The worker's command; that of this installation by default.
        grace: Seconds between asking the worker to stop and ending it.

    Returns:
        The state: ``finished`` (its word and exit status 0) or ``stopped`` (as asked).

    Raises:
        RunFailed: It failed, crashed, was killed or did not stop; holds state and log tail.
        StorageError: The run's folder cannot be written.
    """
    spec = with_absolute_paths(spec)
    worker = _Worker(spec, [*prefix, *(command or worker_command())], worker_environment(env))
    try:
        state = _listen(worker, on_event, cancel, grace)
    finally:
        worker.end(grace)
    return _judge(worker, state)


class _Worker:
    """One child in a session of its own, with its three pipes."""

    def __init__(self, spec: RunSpec, command: list[str], environment: dict[str, str]) -> None:
        self.spec = spec
        self.overdue = False
        self.lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        try:
            spec.run_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(error, spec.run_dir, "writing") from error
        try:
            self.process = subprocess.Popen(  # noqa: S603 - our own worker
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=spec.run_dir,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            reason = error.strerror or str(error)
            state = RunState(kind=spec.kind.value)
            raise RunFailed(
                f"the worker could not be started: {command[0]}: {reason}",
                "Run `haversack doctor`, or install Haversack again.",
                state,
            ) from error
        self.log = WorkerLog(_pipe(self.process.stderr), spec.run_dir)
        threading.Thread(target=self._read, name="haversack-worker", daemon=True).start()
        self._say(encode_spec(spec))

    def ask_to_stop(self) -> None:
        """Send the control line."""
        self._say(_STOP_LINE)

    def end(self, grace: float) -> None:
        """Close its stdin, which asks it to stop; after ``grace`` seconds kill it."""
        with contextlib.suppress(OSError):
            _pipe(self.process.stdin).close()
        try:
            self.process.wait(grace)
        except subprocess.TimeoutExpired:
            self.kill(overdue=True)
        except KeyboardInterrupt:
            self.kill()
            raise
        finally:
            if self.process.poll() is None:
                self.kill()

    def kill(self, overdue: bool = False) -> None:
        """End exactly this child and what it started."""
        self.overdue = self.overdue or overdue
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()
        self.process.wait()

    def _say(self, line: bytes) -> None:
        with contextlib.suppress(OSError, ValueError):  # it died; its exit status tells
            stdin = _pipe(self.process.stdin)
            stdin.write(line)
            stdin.flush()

    def _read(self) -> None:
        stdout = _pipe(self.process.stdout)
        with contextlib.suppress(OSError, ValueError), stdout:
            while line := stdout.readline(MAX_EVENT_BYTES):
                self.lines.put(line)
        self.lines.put(None)


def _listen(
    worker: _Worker,
    on_event: Callable[[Event], None] | None,
    cancel: CancelToken | None,
    grace: float,
) -> RunState:
    state = RunState(kind=worker.spec.kind.value)
    stop_by: float | None = None
    exited_at: float | None = None
    while True:
        line = _next(worker.lines)
        if line is None:
            return state
        if line:
            with contextlib.suppress(EventError):
                event = parse_event(line)
                state = reduce(state, event)
                if on_event is not None:
                    on_event(event)
        now = time.monotonic()
        if stop_by is None and cancel is not None and cancel.is_cancelled:
            stop_by = now + grace
            worker.ask_to_stop()
        if stop_by is not None and now > stop_by:
            worker.kill(overdue=True)
        if not line and worker.process.poll() is not None:
            exited_at = exited_at or now
            if now - exited_at > _AFTER_EXIT:
                worker.kill()  # what it started still holds the pipe
                return state


def _next(lines: queue.SimpleQueue[bytes | None]) -> bytes | None:
    try:
        return lines.get(timeout=_TICK)
    except queue.Empty:
        return b""


def _judge(worker: _Worker, state: RunState) -> RunState:
    failure = verdict(state, worker.process.returncode, worker.spec)
    if failure is not None:
        if worker.overdue:
            failure = lost("the worker did not stop in time and was ended", worker.spec)
        refused = state.status == "queued" and is_held(worker.spec.run_dir / LOG_NAME)
        state = reduce(state, failure)
        if not refused:  # else it is the log of the worker that has the run
            with contextlib.suppress(HaversackError):
                append_event(worker.spec.run_dir, failure)
    if state.error is not None:
        tail = worker.log.tail()
        raise RunFailed(state.error.message, state.error.hint, state, tail)
    return state


def _pipe(stream: object) -> BinaryIO:
    assert stream is not None  # noqa: S101 - Popen was asked for all three pipes
    return stream  # type: ignore[return-value] # Popen's pipes are binary here
