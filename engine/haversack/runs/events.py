"""What a worker tells: one JSON object a line, tagged by ``type``, on the wire and on disk."""

from __future__ import annotations

import time
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    TypeAdapter,
    ValidationError,
)

from haversack.runs.errors import EventError

MAX_EVENT_BYTES = 16 << 20


def _printable(value: object) -> object:
    """Replace lone surrogates (file names that are not UTF-8), which JSON cannot carry."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    return value


Text = Annotated[str, BeforeValidator(_printable)]


class EventBase(BaseModel):
    """A frozen event; fields of a newer version are skipped.

    Attributes:
        t: When it happened, in seconds since 1970 by this machine's clock.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="strings")

    t: float = Field(default_factory=time.time, allow_inf_nan=False)


class Started(EventBase):
    """The worker has read its spec and begins. A resumed run has several."""

    type: Literal["started"] = "started"
    kind: Text
    recipe_id: Text = ""
    device: Text = ""
    pid: int = 0
    threads: int = 0


class PhaseBegan(EventBase):
    """A new phase: ``"load"``, ``"train"``, ``"validate"``, ``"export"``."""

    type: Literal["phase_began"] = "phase_began"
    phase: Text


class Progressed(EventBase):
    """How far a phase has come. Throttled; the last one always arrives."""

    type: Literal["progressed"] = "progressed"
    phase: Text
    done: int
    total: int | None = None
    unit: Text = "steps"
    seconds_left: float | None = None


class Measured(EventBase):
    """Values by name at a step. Throttled; the last of each set of names and epoch always arrives.

    Attributes:
        values: Value by name, such as ``{"train/loss": 0.7}``; NaN and infinities are kept.
        step: Optimizer steps so far, over the whole training.
        epoch: The epoch, counted from 0; None where there are no epochs.
    """

    type: Literal["measured"] = "measured"
    values: dict[Text, float]
    step: int = 0
    epoch: int | None = None


class Noted(EventBase):
    """Something that a person should read."""

    type: Literal["noted"] = "noted"
    level: Literal["info", "warning"] = "info"
    text: Text


class Produced(EventBase):
    """A file of the run is whole.

    Attributes:
        path: Relative to the run's folder, with forward slashes.
        role: What it is: ``"checkpoint"``, ``"onnx"``, ``"report"``, ``"picture"``.
        sha256: Digest of the file; empty for a folder.
        size: Bytes.
    """

    type: Literal["produced"] = "produced"
    path: Text
    role: Text
    sha256: Text = ""
    size: int = 0


class Finished(EventBase):
    """The work is done; it counts only together with exit status 0."""

    type: Literal["finished"] = "finished"
    result: dict[str, JsonValue] = Field(default_factory=dict)


class Failed(EventBase):
    """The work failed.

    Attributes:
        error: Name of the error's class; ``WorkerLost`` where the worker could not say it itself.
        message: One line that says what happened.
        hint: One line that says what to do.
    """

    type: Literal["failed"] = "failed"
    error: Text
    message: Text
    hint: Text = ""


class Stopped(EventBase):
    """The worker stopped as asked.

    Attributes:
        checkpoint: Where it can be resumed from, relative to the run's folder; None if nowhere.
        epoch: The epoch in which it stopped, counted from 0.
    """

    type: Literal["stopped"] = "stopped"
    checkpoint: Text | None = None
    epoch: int | None = None


Event = (
    Started | PhaseBegan | Progressed | Measured | Noted | Produced | Finished | Failed | Stopped
)
_ADAPTER: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


def encode_event(event: Event) -> bytes:
    """Give the event as one line of JSON, with the line's end."""
    return event.model_dump_json().encode("utf-8") + b"\n"


def parse_event(line: bytes) -> Event:
    """Read one line.

    Raises:
        EventError: It is torn, not JSON, or no event that this version knows.
    """
    try:
        return _ADAPTER.validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise EventError(
            f"not an event: {first['msg']}", "The line was torn or another version wrote it."
        ) from error
