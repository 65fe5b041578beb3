"""From events to the state of a run: pure, the same in the app, the CLI and after a restart."""

from __future__ import annotations

import signal
from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from haversack.base.errors import EXIT_DONE, EXIT_INTERRUPTED
from haversack.runs.events import (
    Event,
    Failed,
    Finished,
    Measured,
    Noted,
    PhaseBegan,
    Produced,
    Progressed,
    Started,
    Stopped,
)
from haversack.runs.spec import RunKind, RunSpec

RunStatus = Literal["queued", "running", "finished", "failed", "stopped", "lost"]
Curve = tuple[tuple[int, float], ...]
WORKER_LOST = "WorkerLost"


class RunState(BaseModel):
    """A run as far as its events tell.

    Attributes:
        status: Where it stands; ``lost`` = the worker died without a word.
        phase: What is being done now.
        progress: The last progress of that phase.
        curves: Points (step, value) by name, steps strictly growing.
        metrics: The newest value by name.
        products: Files of the run, the newest of each path.
        notes: What a person should read, in order.
        result: What the worker gave when it finished.
        error: Why it failed or was lost.
        checkpoint: Where a stopped run can go on, relative to the run's folder.
        started_at: Seconds since 1970 of the first start; ``updated_at`` of the newest event.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")

    status: RunStatus = "queued"
    kind: str = ""
    recipe_id: str = ""
    device: str = ""
    pid: int = 0
    phase: str = ""
    progress: Progressed | None = None
    epoch: int | None = None
    step: int = 0
    curves: dict[str, Curve] = Field(default_factory=dict)
    metrics: dict[str, float] = Field(default_factory=dict)
    products: tuple[Produced, ...] = ()
    notes: tuple[Noted, ...] = ()
    result: dict[str, JsonValue] | None = None
    error: Failed | None = None
    checkpoint: str | None = None
    started_at: float | None = None
    updated_at: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come unless the run is resumed."""
        return self.status not in ("queued", "running")


def reduce(state: RunState, event: Event) -> RunState:
    """Give the state after one more event."""
    return reduce_all(state, (event,))


def reduce_all(state: RunState, events: Iterable[Event]) -> RunState:
    """Give the state after all of ``events``; the same as one by one, in linear time."""
    fields: dict[str, object] = {}
    grown: dict[str, list[tuple[int, float]]] = {}
    metrics = dict(state.metrics)
    products = {product.path: product for product in state.products}
    notes = list(state.notes)
    for event in events:
        fields["updated_at"] = event.t
        match event:
            case Measured():
                _extend(grown, state.curves, event)
                metrics.update(event.values)
                fields["step"] = event.step
                if event.epoch is not None:
                    fields["epoch"] = event.epoch
            case Produced():
                products.pop(event.path, None)
                products[event.path] = event
            case Noted():
                notes.append(event)
            case _:
                if isinstance(event, Started) and state.started_at is None:
                    fields.setdefault("started_at", event.t)
                fields |= _changes(event)
    curves = {name: tuple(points) for name, points in grown.items()}
    return state.model_copy(
        update=fields
        | {
            "curves": state.curves | curves,
            "metrics": metrics,
            "products": tuple(products.values()),
            "notes": tuple(notes),
        }
    )


def verdict(state: RunState, exit_code: int, spec: RunSpec) -> Failed | None:
    """Judge a worker that has exited; give the event it owes us, or None where all is said.

    Args:
        state: The state after the worker's last event.
        exit_code: Its exit status; negative for the signal that ended it.
        spec: What it was asked.

    Returns:
        None when the worker's word and its exit status agree.
    """
    if state.status in ("failed", "lost"):
        return None
    if state.status == "stopped" and exit_code in (EXIT_DONE, EXIT_INTERRUPTED):
        return None
    if state.status == "finished":
        if exit_code == 0:
            return None
        message = f"the worker said that it had finished, then {_died(exit_code)}"
        return Failed(error=WORKER_LOST, message=message, hint="Look into worker.log of the run.")
    where = f" in the phase {state.phase!r}" if state.phase else ""
    message = f"the worker {_died(exit_code)}{where}"
    return Failed(error=WORKER_LOST, message=message, hint=_remedy(spec, exit_code))


def lost(message: str, spec: RunSpec | None) -> Failed:
    """Give the event that a worker owes which died without a word, or was ended.

    Args:
        message: What became of it.
        spec: What it was asked; None where that cannot be read.
    """
    return Failed(error=WORKER_LOST, message=message, hint=_remedy(spec))


def _remedy(spec: RunSpec | None, exit_code: int | None = None) -> str:
    advice = (
        "Was memory short? See worker.log." if exit_code == -9 else "See worker.log of the run."
    )
    if spec is None or spec.kind is not RunKind.TRAIN:
        return f"{advice} Then run it again."
    if not spec.going_on:
        return f"{advice} It had written no checkpoint yet: start a new training."
    smaller = ", with --set data.batch_size=N for a smaller batch" if exit_code == -9 else ""
    return f"{advice} Go on from its last checkpoint{smaller}: {spec.going_on}"


def _changes(event: Event) -> dict[str, object]:
    match event:
        case Started():
            return {
                **event.model_dump(include={"kind", "recipe_id", "device", "pid"}),
                "status": "running",
                "phase": "",
                "progress": None,
                "result": None,
                "error": None,
                "checkpoint": None,
            }
        case PhaseBegan():
            return {"phase": event.phase, "progress": None}
        case Progressed():
            return {"phase": event.phase, "progress": event}
        case Finished():
            return {"status": "finished", "result": event.result}
        case Failed():
            return {"status": "lost" if event.error == WORKER_LOST else "failed", "error": event}
        case Stopped():
            stopped: dict[str, object] = {"status": "stopped", "checkpoint": event.checkpoint}
            return stopped if event.epoch is None else stopped | {"epoch": event.epoch}
    return {}


def _extend(
    grown: dict[str, list[tuple[int, float]]], curves: dict[str, Curve], event: Measured
) -> None:
    """Add points; a resumed run repeats steps, and what it measures anew replaces the old."""
    for name, value in event.values.items():
        if name not in grown:
            grown[name] = list(curves.get(name, ()))
        points = grown[name]
        while points and points[-1][0] >= event.step:
            points.pop()
        points.append((event.step, value))


def _died(exit_code: int) -> str:
    if exit_code >= 0:
        return f"exited with status {exit_code}"
    try:
        return f"was ended by {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"was ended by signal {-exit_code}"
