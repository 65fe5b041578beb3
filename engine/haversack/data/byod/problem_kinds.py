"""Problems put together by what they say, so that a thousand of one kind are one line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from haversack.data.byod.records import Problem

_NUMBER = re.compile(r"\d+(\.\d+)?")
_NAME = re.compile(r"\S*[/.]\S*|\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Kind:
    """Problems that say the same.

    Attributes:
        count: How many there are.
        first: The first one.
    """

    count: int
    first: Problem


def by_kind(problems: Iterable[Problem]) -> tuple[Kind, ...]:
    """Put problems together that differ in names and numbers alone; the most frequent first."""
    kinds: dict[str, list[Problem]] = {}
    for one in problems:
        kinds.setdefault(_NUMBER.sub("#", _NAME.sub("#", one.what)), []).append(one)
    found = [Kind(len(same), same[0]) for same in kinds.values()]
    return tuple(sorted(found, key=lambda kind: -kind.count))
