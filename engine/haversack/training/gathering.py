"""Plain values of every process that trains along, for each of them."""

from __future__ import annotations

import itertools
from typing import Any, TypeVar

from torch import distributed

Value = TypeVar("Value")


def gather(value: Value) -> list[Value]:
    """Give every process's value in the order of their ranks; all of them have to ask.

    What is gathered is on the processor. A process that trains alone gets its own value.
    """
    if not (distributed.is_available() and distributed.is_initialized()):
        return [value]
    found: list[Any] = [None] * distributed.get_world_size()
    distributed.all_gather_object(found, value)
    return found


def gather_in_turn(values: list[Value]) -> list[Value]:
    """Give the values of all processes, the first of each, then the second, and so on.

    So they come as one process would have them, for places are shared in turn; some processes may
    have one fewer than others.
    """
    gone: Any = object()
    turns = itertools.zip_longest(*gather(values), fillvalue=gone)
    return [value for turn in turns for value in turn if value is not gone]
