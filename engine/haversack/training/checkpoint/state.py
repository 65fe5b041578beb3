"""``state.json`` of a checkpoint: what it is of, the digests of its files, the trainer's state."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from haversack.base.errors import FileFormatError
from haversack.base.files import StorageError, read_bytes
from haversack.training.checkpoint.tree import DAMAGED
from haversack.training.errors import CheckpointError

STATE = "state.json"
MAX_STATE_BYTES = 64 << 20


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


class About(_Frozen):
    """What a checkpoint says of itself.

    Attributes:
        task: Name of the task.
        classes: Names of the classes by index.
        image_size: Edge of the square that the network takes, in pixels.
        recipe_id: Id of the recipe that was trained.
        epoch: The epoch that training goes on with, counted from 0.
        batch: The batch of that epoch that it goes on with; 0 but after a stop within an epoch.
        batch_size: Samples in a batch of training.
        metrics: Metrics of the last epoch that is done.
    """

    task: str
    classes: tuple[str, ...]
    image_size: int
    recipe_id: str
    epoch: int
    batch: int
    batch_size: int
    metrics: dict[str, float]


class CheckpointState(_Frozen):
    """The whole of ``state.json``; ``files`` are the SHA-256 digests by file name."""

    format: Literal["haversack-checkpoint/1"] = "haversack-checkpoint/1"
    about: About
    files: dict[str, str]
    trainer: JsonValue


def read_state(folder: Path) -> CheckpointState:
    """Read a folder's state.

    Raises:
        CheckpointError: It is missing, damaged, or of a format that this version does not know.
    """
    if not (folder / STATE).is_file():
        raise CheckpointError(f"there is no checkpoint in {folder}", "Train the recipe first.")
    try:
        return CheckpointState.model_validate_json(read_bytes(folder / STATE, MAX_STATE_BYTES))
    except ValidationError as error:
        raise CheckpointError(
            f"{folder / STATE} is damaged or of another version: {error.errors()[0]['msg']}",
            DAMAGED,
        ) from error
    except (FileFormatError, StorageError) as error:
        raise CheckpointError(error.message, DAMAGED) from error
