"""How far a training had come at its checkpoint, without reading the tensors."""

from __future__ import annotations

from pathlib import Path

from pydantic import JsonValue

from haversack.base.folders import restore_if_writable
from haversack.training.checkpoint.state import read_state
from haversack.training.checkpoint.tree import DAMAGED
from haversack.training.errors import CheckpointError


def read_step(folder: Path) -> int:
    """Give the optimizer steps that were done until then.

    Raises:
        CheckpointError: It is missing or damaged.
    """
    return _number(folder, "global_step")


def read_waited(folder: Path) -> int:
    """Give the epochs in which nothing had improved that counts for an early stop.

    Raises:
        CheckpointError: It is missing or damaged.
    """
    return _number(folder, "callbacks", "Keeper", "history", "waited")


def _number(folder: Path, *keys: str) -> int:
    restore_if_writable(folder)
    found: JsonValue = read_state(folder).trainer
    for key in keys:
        found = _entries(found).get(key)
    if isinstance(found, bool) or not isinstance(found, int):
        raise CheckpointError(f"{folder} is damaged: it has no {keys[-1]}", DAMAGED)
    return found


def _entries(value: JsonValue) -> dict[str, JsonValue]:
    """Give a table as `tree.encode` writes it; an empty one where it is none."""
    pairs = value.get("dict") if isinstance(value, dict) else None
    if not isinstance(pairs, list):
        return {}
    return {str(pair[0]): pair[1] for pair in pairs if isinstance(pair, list) and len(pair) == 2}
