"""Which rows of a golden volume can be cooked in a pantry as it is, and what the others lack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from haversack.base.errors import HaversackError
from haversack.pantry.pantry import Pantry
from haversack.recipe.sppr import from_sppr
from haversack.services.readiness import describe_missing, readiness

MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class RowsHere:
    """What became of some rows.

    Attributes:
        ready: Ids of those whose files are all in the pantry.
        lacking: For each file that is not, in words with its size, licence and source, the rows
            that need it.
    """

    ready: tuple[int, ...]
    lacking: dict[str, tuple[int, ...]]


def rows_here(spprs: Mapping[int, object], pantry: Pantry) -> RowsHere:
    """Tell which rows work in a pantry without a network; looks at presence, not at digests.

    Args:
        spprs: The recipes of the rows by their ids; those that are no recipe of installed
            ingredients are told by neither list, and no more than ``MOST_ROWS`` are looked at.
        pantry: Where their files may lie.
    """
    ready: list[int] = []
    lacking: dict[str, tuple[int, ...]] = {}
    for row, text in list(spprs.items())[:MOST_ROWS]:
        if not isinstance(text, str) or not text:
            continue
        try:
            recipe = from_sppr(text, pantry.registry)
        except HaversackError:
            continue
        if readiness(recipe, pantry).state == "ready":
            ready.append(row)
        for file in describe_missing(recipe, pantry):
            lacking[file] = (*lacking.get(file, ()), row)
    return RowsHere(tuple(ready), lacking)
