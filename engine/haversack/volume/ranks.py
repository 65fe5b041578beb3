"""Every row's place: the number of its front, and how many rows dominate it, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from haversack.volume.cells import experiment_ids
from haversack.volume.dominators import dominator_counts, dominator_counts_of_many
from haversack.volume.objectives import Objectives, objectives
from haversack.volume.peeling import front_numbers

if TYPE_CHECKING:
    import pandas as pd

Rows = NDArray[np.intp]
FRONT = "front"
DOMINATED_BY = "dominated_by"


def add_ranks(df: pd.DataFrame, metrics: Sequence[str]) -> pd.DataFrame:
    """Add the columns ``front`` and ``dominated_by`` to a copy of a table.

    ``front`` is 1 for the exact front, 2 for the front once that is taken away, and so on;
    ``dominated_by`` counts the rows that are at least as good in every metric and better in one.
    Both are null for rows that were not measured in every metric.

    Args:
        df: A table with ids.
        metrics: Two columns or more.

    Raises:
        QueryError: As for ``objectives``.
    """
    import pandas as pd

    asked = objectives(df, metrics)
    places = np.flatnonzero(np.isin(experiment_ids(df), asked.ids))
    added = df.copy()
    for name, values in zip((FRONT, DOMINATED_BY), ranks(asked), strict=True):
        column = pd.array([None] * len(df), dtype="Int64")
        column[places] = values
        added[name] = column
    return added


def ranks(asked: Objectives) -> tuple[Rows, Rows]:
    """Give the front number and the dominator count of each row of some objectives.

    Two metrics take O(n log n); more take O(n^2) for the counts and a front at a time for the
    numbers.
    """
    gains = asked.gains
    if gains.shape[1] == 2:
        return front_numbers(gains), dominator_counts(gains[:, 0], gains[:, 1])
    return front_numbers(gains), dominator_counts_of_many(gains)
