"""Nested training state as JSON beside a flat table of tensors, and back.

Only None, booleans, numbers, strings, lists, tuples, dictionaries with string or integer keys and
tensors exist; whatever else is met is an error. Reading makes nothing else either.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from pydantic import JsonValue

from haversack.training.errors import CheckpointError

DAMAGED = "Resume from another checkpoint, or start again."


def encode(value: object, tensors: dict[str, torch.Tensor]) -> JsonValue:
    """Give ``value`` as JSON; its tensors are put into ``tensors`` by a number as name.

    Raises:
        CheckpointError: It holds something that is no plain value.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, torch.Tensor):
        name = str(len(tensors))
        tensors[name] = value.detach().cpu().clone().contiguous()
        return {"tensor": name}
    if isinstance(value, list):
        return [encode(item, tensors) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [encode(item, tensors) for item in value]}
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str | int) or isinstance(key, bool):
                raise CheckpointError(f"training state has a key of type {type(key).__name__}")
        return {"dict": [[key, encode(item, tensors)] for key, item in value.items()]}
    raise CheckpointError(f"training state holds a {type(value).__name__}, which cannot be kept")


def decode(value: JsonValue, tensors: Mapping[str, torch.Tensor]) -> object:
    """Give what ``encode`` was given.

    Raises:
        CheckpointError: It is not what ``encode`` makes.
    """
    if isinstance(value, list):
        return [decode(item, tensors) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) != 1:
        raise CheckpointError("the training state is damaged", DAMAGED)
    ((tag, content),) = value.items()
    if tag == "float" and content in ("nan", "inf", "-inf"):
        return float(str(content))
    if tag == "tensor" and isinstance(content, str) and content in tensors:
        return tensors[content]
    if tag == "tuple" and isinstance(content, list):
        return tuple(decode(item, tensors) for item in content)
    if tag == "dict" and isinstance(content, list):
        return dict(_pair(entry, tensors) for entry in content)
    raise CheckpointError(f"the training state is damaged at {tag!r}", DAMAGED)


def _pair(entry: JsonValue, tensors: Mapping[str, torch.Tensor]) -> tuple[str | int, object]:
    if isinstance(entry, list) and len(entry) == 2:
        key, value = entry
        if isinstance(key, str | int) and not isinstance(key, bool):
            return key, decode(value, tensors)
    raise CheckpointError("the training state is damaged", DAMAGED)
