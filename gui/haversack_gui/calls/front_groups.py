"""The rows of an answer by groups, such as those of each data set, to be told apart in the plot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from haversack_gui.calls.front import Drawn, Loaded

MOST_GROUPS = 5
MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Groups:
    """The measured rows of an answer by the values of a column.

    Attributes:
        names: The values.
        codes: Which of them each place has, shape (n,); -1 for none.
    """

    names: tuple[str, ...]
    codes: NDArray[np.int64]


def can_colour(loaded: Loaded, column: str) -> bool:
    """Say whether the rows of a volume can be told apart by a column: few of them, few values."""
    few = 2 <= len(loaded.values.get(column, ())) <= MOST_GROUPS
    return few and len(loaded.frame) <= MOST_ROWS


def groups_of(drawn: Drawn, column: str) -> Groups | None:
    """Give the groups of an answer; None where it has none by that column."""
    import pandas as pd

    if not column or not can_colour(drawn.loaded, column):
        return None
    values = drawn.loaded.values[column]
    codes = pd.Index(values).get_indexer(pd.Index(drawn.values(column)))
    return Groups(tuple(map(str, values)), codes.astype("int64"))
