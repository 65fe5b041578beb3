"""One worker under a ``QProcess``: its spec goes in, its events come out as the run's state."""

from __future__ import annotations

import contextlib
import time
from collections import deque

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from haversack.base.errors import HaversackError
from haversack.runs.errors import EventError
from haversack.runs.events import Event, Noted, parse_event
from haversack.runs.reducer import RunState, reduce, reduce_all, verdict
from haversack.runs.spec import RunSpec, encode_spec
from haversack.services.worker import append_event, worker_environment

TICK_MS = 100
SLICE_S = 0.008
GRACE_MS = 20_000


class RunProcess(QObject):
    """Starts the worker, keeps the state, and says ten times a second at most that it changed.

    Lines are read in slices, one at a time between turns of the event loop, so that a burst of
    events never holds up the window.
    """

    changed = Signal()
    ended = Signal()

    def __init__(
        self,
        spec: RunSpec,
        command: list[str],
        before: RunState | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Hold a run that is not started yet."""
        super().__init__(parent)
        self.spec = spec
        self.state = before or RunState(status="queued", kind=str(spec.kind))
        self._lines: deque[bytes] = deque()
        self._torn = b""
        self._exit: int | None = None
        self._over = False
        self._slice_due = False
        self._told_at = 0.0
        self._process = QProcess(self)
        self._process.setProgram(command[0])
        self._process.setArguments(command[1:])
        environment = QProcessEnvironment()
        for name, value in worker_environment().items():
            environment.insert(name, value)
        self._process.setProcessEnvironment(environment)
        self._process.setWorkingDirectory(str(spec.run_dir))
        self._process.setStandardErrorFile(
            str(spec.run_dir / "worker.log"), QProcess.OpenModeFlag.Append
        )
        self._process.started.connect(self._hand_over)
        self._process.readyReadStandardOutput.connect(self._take)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._broken)
        self._ticker = QTimer(self, interval=TICK_MS)
        self._ticker.timeout.connect(self._go_on)

    @property
    def over(self) -> bool:
        """Whether the worker has exited and was judged; its word alone does not count."""
        return self._over

    def start(self) -> None:
        """Start the worker; returns at once."""
        self._ticker.start()
        self._process.start()

    def stop(self) -> None:
        """Ask the worker to write a checkpoint and stop."""
        self._process.write(b'{"control": "stop"}\n')

    def kill(self) -> None:
        """End the worker at once; what it had told is kept."""
        self._process.kill()

    def close(self) -> None:
        """Let the worker stop as if the app had died, and wait for it."""
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.closeWriteChannel()
            if not self._process.waitForFinished(GRACE_MS):
                self._process.kill()
                self._process.waitForFinished(GRACE_MS)
        self._ticker.stop()

    def _hand_over(self) -> None:
        self._process.write(encode_spec(self.spec))

    def _take(self) -> None:
        content = self._torn + self._process.readAllStandardOutput().data()
        *whole, self._torn = content.split(b"\n")
        self._lines.extend(line for line in whole if line)

    def _go_on(self) -> None:
        if not self._slice_due:
            self._slice_due = True
            QTimer.singleShot(0, self._read_slice)

    def _read_slice(self) -> None:
        self._slice_due = False
        began = time.perf_counter()
        events: list[Event] = []
        while self._lines and time.perf_counter() < began + SLICE_S:
            events.append(_event(self._lines.popleft()))
        if events:
            self.state = reduce_all(self.state, events)
        if events and (not self._lines or began >= self._told_at + TICK_MS / 1000):
            self._told_at = began
            self.changed.emit()
        if self._lines:
            self._go_on()
        elif self._exit is not None and not self._over:
            self._close_books(self._exit)

    def _close_books(self, exit_code: int) -> None:
        self._over = True
        self._ticker.stop()
        last_word = verdict(self.state, exit_code, self.spec)
        if last_word is not None:
            self.state = reduce(self.state, last_word)
            with contextlib.suppress(HaversackError):
                append_event(self.spec.run_dir, last_word)
        self.changed.emit()
        self.ended.emit()

    def _finished(self, exit_code: int, status: QProcess.ExitStatus) -> None:
        self._take()
        crashed = status == QProcess.ExitStatus.CrashExit
        self._exit = -exit_code if crashed else exit_code
        self._go_on()

    def _broken(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and self._exit is None:
            self._exit = 127
            self._go_on()


def _event(line: bytes) -> Event:
    try:
        return parse_event(line)
    except EventError as error:
        return Noted(level="warning", text=error.message)
