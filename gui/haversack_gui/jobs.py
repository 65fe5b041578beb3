"""Work off the GUI thread, by two verbs: a query reads, a change says what it changed."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from haversack.base.errors import Cancelled
from haversack.base.progress import CancelToken, Progress, hearing_waits
from haversack_gui import words
from haversack_gui.equivalents import NOTHING, Same

TICK_MS = 100
KEPT = 30
PATIENCE_S = 20.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change changed, so that views refresh from it.

    Attributes:
        topics: Which shelves or states are new: ``"recipes"``, ``"assets"``, ``"runs"``…
        result: What the page that asked wants to show.
        said: One line for the person: what was done.
    """

    topics: frozenset[str]
    result: Any = None
    said: str = ""


@dataclass(eq=False)
class Job:
    """One piece of work as the job centre shows it."""

    title: str
    same: Same = NOTHING
    visible: bool = True
    state: Literal["waiting", "running", "done", "failed", "stopped"] = "waiting"
    progress: Progress | None = None
    step: str = ""
    said: str = ""
    error: str = ""
    hint: str = ""
    problem: BaseException | None = None
    began: float = field(default_factory=time.time)
    stop: Callable[[], None] | None = None

    @property
    def under_way(self) -> bool:
        """Whether the work has still to end."""
        return self.state in ("waiting", "running")


class Told:
    """What a change is given: where to report to, and how to learn that it should stop."""

    def __init__(self, job: Job) -> None:
        """Report to a job."""
        self._job = job
        self.cancel = CancelToken()

    def on_event(self, event: object) -> None:
        """Keep the newest words and progress; the GUI looks at them ten times a second."""
        kind, text = getattr(event, "type", ""), getattr(event, "text", "")
        if isinstance(event, Progress):
            self._job.progress = event
        elif kind == "progressed":
            self._job.progress = Progress(
                phase=getattr(event, "phase", ""),
                done=getattr(event, "done", 0),
                total=getattr(event, "total", None),
                unit=getattr(event, "unit", ""),
                seconds_left=getattr(event, "seconds_left", None),
            )
        elif kind == "phase_began":
            self._job.progress = Progress(phase=getattr(event, "phase", ""), done=0, unit="")
        elif isinstance(text, str) and text:
            self._job.step = text


class Jobs(QObject):
    """Runs queries and changes in threads and hands their results to the GUI thread.

    Attributes:
        jobs: What the job centre shows.
        imported: Set once the libraries are imported. Until then queries take turns and changes
            wait: libraries that import themselves in circles break when two threads begin.
    """

    updated = Signal()
    changed = Signal(object)
    ended = Signal(object)
    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        """Begin without jobs."""
        super().__init__(parent)
        self.jobs: list[Job] = []
        self._readers = ThreadPoolExecutor(2, "haversack-query")
        self._writers = ThreadPoolExecutor(2, "haversack-change")
        self._newest: dict[str, int] = {}
        self._numbers = itertools.count(1)
        self._open = True
        self._pending = 0
        self.imported = threading.Event()
        self.imported.set()
        self._turns = threading.Lock()
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._ticker = QTimer(self, interval=TICK_MS)
        self._ticker.timeout.connect(self.updated)

    @property
    def idle(self) -> bool:
        """Whether no query and no change is under way."""
        return self._pending == 0

    @property
    def under_way(self) -> list[Job]:
        """The visible jobs that have still to end, oldest first."""
        return [job for job in self.jobs if job.visible and job.under_way]

    def query(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        *,
        key: str = "",
        failed: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Read something. Of queries with the same ``key`` only the newest result is shown."""
        number = next(self._numbers)
        if key:
            self._newest[key] = number

        def deliver(result: T | None, problem: BaseException | None) -> None:
            if key and self._newest.get(key) != number:
                return
            if problem is None:
                then(result)  # type: ignore[arg-type] # without a problem there is a result
            elif failed is not None:
                failed(problem)
            else:
                self._report(problem)

        self._submit(self._readers, work, deliver)

    def change(
        self,
        title: str,
        work: Callable[[Told], Changed],
        *,
        then: Callable[[Any], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
        same: Same = NOTHING,
    ) -> Job:
        """Change something; afterwards ``changed`` names what is new, and views refresh."""
        job = Job(title, same)
        told = Told(job)
        job.stop = told.cancel.cancel
        self.adopt(job)

        def started() -> Changed:
            job.state = "running"
            told.cancel.raise_if_cancelled()
            with hearing_waits(told.on_event):
                return work(told)

        def deliver(result: Changed | None, problem: BaseException | None) -> None:
            if result is not None:
                job.state, job.said = "done", result.said
                self.changed.emit(result.topics)
                if then is not None:
                    then(result.result)
            elif problem is not None:
                self._fail(job, problem)
                if failed is not None:
                    failed(problem)
            self.end(job)

        self._submit(self._writers, started, deliver)
        return job

    def adopt(self, job: Job) -> None:
        """Show a job that something else runs, such as a worker process."""
        self.jobs.append(job)
        while len(self.jobs) > KEPT and not self.jobs[0].under_way:
            self.jobs.pop(0)
        self._ticker.start()
        self.updated.emit()

    def end(self, job: Job) -> None:
        """Say that a job has ended; its state says how."""
        if not self.under_way:
            self._ticker.stop()
        self.updated.emit()
        self.ended.emit(job)

    def close(self) -> None:
        """Ask everything to stop and wait for the threads."""
        self._open = False
        self._ticker.stop()
        for job in self.jobs:
            if job.under_way and job.stop is not None:
                job.stop()
        self._readers.shutdown(wait=True, cancel_futures=True)
        self._writers.shutdown(wait=True, cancel_futures=True)

    def _submit(
        self,
        pool: ThreadPoolExecutor,
        work: Callable[[], T],
        deliver: Callable[[T | None, BaseException | None], None],
    ) -> None:
        if not self._open:
            return
        self._pending += 1

        def run() -> None:
            result, problem = None, None
            try:
                result = self._in_turn(work, reads=pool is self._readers)
            except Exception as error:  # noqa: BLE001 - whatever it was, the person is told
                problem = error
            if self._open:
                self._arrived.emit((deliver, result, problem))

        pool.submit(run)

    def _in_turn(self, work: Callable[[], T], *, reads: bool) -> T:
        if self.imported.is_set():
            return work()
        if reads:
            with self._turns:
                return work()
        self.imported.wait(PATIENCE_S)
        return work()

    @Slot(object)
    def _deliver(self, arrived: tuple[Callable[..., None], Any, BaseException | None]) -> None:
        self._pending -= 1
        if self._open:
            deliver, result, problem = arrived
            deliver(result, problem)

    def _report(self, problem: BaseException) -> None:
        job = Job("", visible=False)
        self._fail(job, problem)
        self.ended.emit(job)

    @staticmethod
    def _fail(job: Job, problem: BaseException) -> None:
        job.state = "stopped" if isinstance(problem, Cancelled) else "failed"
        job.error, job.hint = words.error(problem)
        job.problem = problem
