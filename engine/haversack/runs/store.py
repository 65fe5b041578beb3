"""The folder of all runs: made, listed, read and followed; a damaged run is listed with a note."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from haversack.base.counting import counted
from haversack.base.errors import HaversackError, UsageError
from haversack.base.files import read_bytes, storage_error, write_bytes, write_text
from haversack.recipe.sppr import name_in
from haversack.runs.errors import RunError, RunExists, RunNotFound
from haversack.runs.events import Event
from haversack.runs.liveness import is_held
from haversack.runs.log import LOG_NAME, LogFollower, read_log
from haversack.runs.reducer import RunState, lost, reduce, reduce_all
from haversack.runs.spec import MAX_SPEC_BYTES, RunSpec, encode_spec, parse_spec

SPEC_NAME = "spec.json"
STOP_NAME = "stop.request"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run in a list.

    Attributes:
        run_id: Name of the run's folder.
        folder: The run's folder.
        spec: What it was asked; None where that is unreadable.
        state: What it told; as far as it is readable.
        note: What is wrong with the folder; empty where nothing is.
    """

    run_id: str
    folder: Path
    spec: RunSpec | None
    state: RunState
    note: str = ""

    @property
    def recipe_name(self) -> str:
        """What the recipe was called; empty where there is none or the spec is unreadable."""
        return "" if self.spec is None else name_in(self.spec.sppr)


class RunStore:
    """Runs in one folder, each in a folder of its own by the name of its id."""

    def __init__(self, folder: Path) -> None:
        """Look for runs in a folder."""
        self.folder = Path(folder)

    def path(self, run_id: str) -> Path:
        """Give the folder in which a run of that id lies or would lie."""
        return self.folder / run_id

    def create(self, spec: RunSpec) -> Path:
        """Make the run's folder with its spec; a spec that resumes replaces the one there.

        Raises:
            RunExists: There is a run of that id and the spec does not resume.
            UsageError: The spec names a folder elsewhere.
            StorageError: The disk is full, read-only or failing.
        """
        path = self.path(spec.run_id)
        if spec.run_dir.absolute() != path.absolute():
            raise UsageError(
                f"the run {spec.run_id} names the folder {spec.run_dir}, not {path}",
                "Make the spec with run_dir = RunStore.path(run_id).",
            )
        if (path / SPEC_NAME).exists() and spec.resume_from is None:
            raise RunExists(
                f"there is a run {spec.run_id} already", "Choose another id, or resume it."
            )
        write_bytes(path / SPEC_NAME, encode_spec(spec))
        return path

    def rewrite(self, spec: RunSpec) -> None:
        """Put another spec in the place of a run's own, for a run that goes on changed.

        Raises:
            StorageError: The disk is full, read-only or failing; the old spec stays.
        """
        write_bytes(self.path(spec.run_id) / SPEC_NAME, encode_spec(spec))

    def list(self) -> Sequence[RunRecord]:
        """Give every run, newest last (ids begin with the time); never raises for one of them."""
        try:
            folders = sorted(path for path in self.folder.iterdir() if path.is_dir())
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise storage_error(error, self.folder, "reading") from error
        return tuple(read_run(folder) for folder in folders if not folder.name.startswith("."))

    def find(self, run_id: str) -> Path:
        """Give the folder of the run whose id is or begins with ``run_id``.

        Raises:
            RunNotFound: None or several are meant.
        """
        names = self._names()
        exact = (run_id,) if run_id in names else ()
        meant = exact or tuple(name for name in names if name.startswith(run_id))
        if run_id in ("latest", "last") and not meant:
            meant = names[-1:]
        if len(meant) == 1:
            return self.path(meant[0])
        if meant:
            raise RunNotFound(
                f"{run_id!r} could be any of {len(meant)} runs: {', '.join(meant[:5])}",
                "Give more of the id.",
            )
        known = ", ".join(names[-5:]) or "none yet"
        raise RunNotFound(f"there is no run {run_id!r}", f"The newest runs: {known}.")

    def load(self, run_id: str) -> tuple[RunSpec, RunState]:
        """Give what a run was asked and what it told; ``run_id`` may be a prefix.

        Raises:
            RunNotFound: None or several are meant.
            RunError: Its spec is unreadable.
        """
        record = read_run(self.find(run_id))
        if record.spec is None:
            raise RunError(f"the run {record.run_id} is damaged: {record.note}", "Start a new run.")
        return record.spec, record.state

    def request_stop(self, run_id: str) -> Path:
        """Ask the worker of a run that someone else started to stop at its next safe point.

        Raises:
            RunNotFound: None or several are meant.
            UsageError: It is not running.
        """
        folder = self.find(run_id)
        if not is_held(folder / LOG_NAME):
            raise UsageError(f"the run {folder.name} is not running", "See `haversack runs list`.")
        write_text(folder / STOP_NAME, "stop\n")
        return folder

    def is_living(self, run_id: str) -> bool:
        """Say whether a worker is at work on the run."""
        return is_held(self.path(run_id) / LOG_NAME)

    def refuse_living(self, run_id: str) -> None:
        """Raise ``RunExists`` where a worker is at work on the run."""
        if self.is_living(run_id):
            raise RunExists(
                f"the run {run_id} is still running",
                f"Watch it with `haversack runs watch {run_id}`, or stop it first.",
            )

    def follow(
        self, run_id: str, wait: Callable[[float], object] = time.sleep
    ) -> Iterator[tuple[Event, RunState]]:
        """Give each event with the state after it, until the run is over; ``wait`` is a pause."""
        follower, state = LogFollower(self.find(run_id) / LOG_NAME), RunState()
        while True:
            alive = is_held(follower.path)
            for event in follower.poll():
                state = reduce(state, event)
                yield event, state
            if not alive:
                return
            wait(0.2)

    def _names(self) -> tuple[str, ...]:
        try:
            found = [p.name for p in self.folder.iterdir() if p.is_dir() and p.name[0] != "."]
        except OSError:
            return ()
        return tuple(sorted(found))


def read_run(folder: Path) -> RunRecord:
    """Read one run's folder, whatever its condition."""
    notes: list[str] = []
    spec: RunSpec | None = None
    try:
        spec = parse_spec(read_bytes(folder / SPEC_NAME, MAX_SPEC_BYTES))
        spec = spec.model_copy(update={"run_dir": folder})
    except HaversackError as error:
        notes.append(error.message)
    state = RunState(kind=spec.kind.value if spec is not None else "")
    try:
        content = read_log(folder)
        state = reduce_all(state, content.events)
        if content.damaged:
            notes.append(f"left out of {LOG_NAME}: {counted(content.damaged, 'damaged line')}")
    except HaversackError as error:
        notes.append(error.message)
    if state.status == "running" and not is_held(folder / LOG_NAME):
        word = lost("the worker ended without a word", spec)
        state = reduce(state, word.model_copy(update={"t": state.updated_at or 0.0}))
    return RunRecord(folder.name, folder, spec, state, "; ".join(notes))
