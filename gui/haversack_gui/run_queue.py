"""The queue of runs: one worker at a time, the rest wait; states of all that were started here.

Made before the window is shown; what talks to a worker is imported when the first one is wanted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from haversack.base.progress import Progress
from haversack_gui import words
from haversack_gui.equivalents import NOTHING, Same
from haversack_gui.jobs import Job, Jobs
from haversack_gui.words import tr

if TYPE_CHECKING:
    from haversack.runs.reducer import RunState
    from haversack.runs.spec import RunSpec
    from haversack_gui.run_process import RunProcess


class RunQueue(QObject):
    """Starts runs one after the other and shows each as a job."""

    changed = Signal(str)
    ended = Signal(str)

    def __init__(self, jobs: Jobs, command: Callable[[], list[str]]) -> None:
        """Begin with an empty queue."""
        super().__init__(jobs)
        self._jobs, self._command = jobs, command
        self._waiting: deque[tuple[RunSpec, Job]] = deque()
        self._current: RunProcess | None = None
        self._job: Job | None = None
        self.states: dict[str, RunState] = {}

    @property
    def running(self) -> str:
        """The id of the run whose worker is alive; empty for none."""
        return self._current.spec.run_id if self._current else ""

    @property
    def waiting(self) -> list[str]:
        """The ids of the runs that wait for their turn."""
        return [spec.run_id for spec, _ in self._waiting]

    def add(
        self, spec: RunSpec, title: str, same: Same = NOTHING, before: RunState | None = None
    ) -> None:
        """Put a run at the end of the queue; ``before`` is the state of one that is resumed."""
        from haversack.runs.reducer import RunState

        job = Job(title, same)
        job.stop = lambda: self.stop(spec.run_id)
        self._jobs.adopt(job)
        queued = RunState(kind=str(spec.kind)) if before is None else before
        self.states[spec.run_id] = queued.model_copy(update={"status": "queued"})
        self._waiting.append((spec, job))
        self.changed.emit(spec.run_id)
        self._next()

    def stop(self, run_id: str) -> None:
        """Stop a run: with a checkpoint where it runs, at once where it waits."""
        if self._current is not None and self.running == run_id:
            self._current.stop()
            return
        for entry in list(self._waiting):
            if entry[0].run_id == run_id:
                self._waiting.remove(entry)
                entry[1].state, entry[1].said = "stopped", tr("Taken out of the queue.")
                self.states.pop(run_id, None)
                self._jobs.end(entry[1])
                self.changed.emit(run_id)
                self.ended.emit(run_id)

    def close(self) -> None:
        """Let the worker write its checkpoint and end."""
        self._waiting.clear()
        if self._current is not None:
            self._current.close()

    def _next(self) -> None:
        if self._current is not None or not self._waiting:
            return
        from haversack_gui.run_process import RunProcess

        spec, self._job = self._waiting.popleft()
        self._job.state = "running"
        self._current = RunProcess(spec, self._command(), self.states.get(spec.run_id), self)
        self._current.changed.connect(self._told)
        self._current.ended.connect(self._over)
        self._current.start()

    def _told(self) -> None:
        if self._current is None or self._job is None:
            return
        state = self._current.state
        if not self._current.over:
            state = state.model_copy(update={"status": "running"})
        self.states[self._current.spec.run_id] = state
        if state.progress is not None:
            self._job.progress = Progress(
                state.progress.phase,
                state.progress.done,
                state.progress.total,
                state.progress.unit,
                state.progress.seconds_left,
            )
        self.changed.emit(self._current.spec.run_id)

    def _over(self) -> None:
        process, job = self._current, self._job
        self._current = self._job = None
        if process is None or job is None:
            return
        state, run_id = process.state, process.spec.run_id
        self.states[run_id] = state
        job.state = {"finished": "done", "stopped": "stopped"}.get(state.status, "failed")  # type: ignore[assignment] # the three are states of a job
        if state.error is not None:
            job.error, job.hint = words.sentence(state.error.message), state.error.hint
        elif state.status == "stopped":
            job.said = tr("Stopped with a checkpoint.") if state.checkpoint else tr("Stopped.")
        process.deleteLater()
        self._jobs.end(job)
        self.ended.emit(run_id)
        self._next()
