"""Which run is meant on the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from haversack.base.folders import is_there
from haversack.runs.spec import LAST_CHECKPOINT, RunKind
from haversack.runs.store import RunStore

RunArgument = Annotated[str, typer.Argument(help="The run's id, the beginning of it, or `last`.")]


def training(store: RunStore, run: str) -> str:
    """Give the id of the training that is meant; ``last`` is the newest usable training."""
    if run in ("last", "latest"):
        for record in reversed(store.list()):
            failed = record.state.status == "failed"
            kept = is_there(store.path(record.run_id) / LAST_CHECKPOINT)
            usable = record.spec is not None and (kept or not failed)
            if record.state.kind == RunKind.TRAIN and usable:
                return record.run_id
    return run
