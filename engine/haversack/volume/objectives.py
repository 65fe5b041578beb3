"""A question with any number of metrics: the front, its knee, and what lies between two rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from haversack.volume.cells import Floats, Ids, experiment_ids, numbers
from haversack.volume.columns import Column
from haversack.volume.errors import QueryError, UnknownRowError
from haversack.volume.many import front_of_many
from haversack.volume.measured import causes, nothing_measured
from haversack.volume.metrics import metric, missing_column

if TYPE_CHECKING:
    import pandas as pd

Rows = NDArray[np.intp]
Verdict = Literal["better everywhere", "worse everywhere", "the same", "a trade"]


@dataclass(frozen=True, slots=True)
class Objectives:
    """The rows that were measured on every metric.

    Attributes:
        ids: Shape (n,).
        values: Shape (n, k), raw.
        columns: The k metrics.
        excluded: Rows left out, by cause; every row is counted once.
    """

    ids: Ids
    values: Floats
    columns: tuple[Column, ...]
    excluded: dict[str, int]

    @property
    def gains(self) -> Floats:
        """The raw values with the sign that makes larger better; shape (n, k)."""
        return self.values * self._signs

    @property
    def scaled(self) -> Floats:
        """Values for distances: ``-log`` of a lower-is-better metric, so that ratios count."""
        lower = self._signs < 0
        made = self.values.copy()
        made[:, lower] = -np.log(self.values[:, lower])
        return made

    @property
    def _signs(self) -> Floats:
        return np.array([-1.0 if c.direction == "lower" else 1.0 for c in self.columns])

    def place(self, recipe_id: int) -> int:
        """Give the row of an id.

        Raises:
            UnknownRowError: It is not there, or was not measured on every metric.
        """
        found = np.flatnonzero(self.ids == recipe_id)
        if len(found) == 0:
            raise UnknownRowError(
                f"no row {recipe_id} was measured on {_names(self.columns)}",
                "Choose an id of the answer.",
            )
        return int(found[0])


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric of two rows.

    Attributes:
        name: The metric.
        first: The first row's value.
        second: The second row's value.
        better: Which is better: 1, 2, or 0 where they are equal.
        words: What going from the first to the second changes, for a person.
    """

    name: str
    first: float
    second: float
    better: Literal[0, 1, 2]
    words: str


def objectives(df: pd.DataFrame, names: Sequence[str]) -> Objectives:
    """Take the ids and several metrics out of a table and leave out what was not measured.

    Raises:
        QueryError: Fewer than two metrics, one of them twice, or a column that is no metric.
        NothingMeasuredError: No row is left.
    """
    if len(names) < 2 or len(set(names)) < len(names):
        raise QueryError("a front has two metrics or more, each once", "Name other metrics.")
    for name in names:
        if name not in df.columns:
            raise missing_column(name, df.columns)
    columns = tuple(metric(name, df.attrs.get("metric_directions")) for name in names)
    ids = experiment_ids(df)
    values = np.column_stack([numbers(df, column.name) for column in columns])
    kept = np.ones(len(ids), dtype=np.bool_)
    excluded: dict[str, int] = {}
    for place, column in enumerate(columns):
        for cause, bad in causes(values[:, place], column.direction == "lower"):
            bad &= kept
            if count := int(np.count_nonzero(bad)):
                excluded[f"{column.name} {cause}"] = count
                kept &= ~bad
    if not kept.any():
        raise nothing_measured(len(ids), excluded, "Choose other metrics or rows.")
    return Objectives(ids[kept], values[kept], columns, excluded)


def front(asked: Objectives) -> Rows:
    """Give the rows of the exact front, best in the first metric first; the id settles ties."""
    rows = front_of_many(asked.gains)
    return rows[np.lexsort((asked.ids[rows], -asked.gains[rows, 0]))]


def knee(asked: Objectives, rows: Rows) -> int | None:
    """Give the row of a front where giving up a little of one metric stops gaining much of another.

    Each metric is brought to 0 (worst on the front) to 1 (best); the knee is the row farthest
    beyond the plane through the k points that are best in one metric and worst in all others (Das
    1999, "On characterizing the knee of the Pareto curve"). None where the front has fewer than
    three different rows, or no row lies beyond the plane.
    """
    scaled = asked.scaled[rows]
    low, high = scaled.min(axis=0), scaled.max(axis=0)
    if len(np.unique(scaled, axis=0)) < 3 or not (high > low).all():
        return None
    beyond = ((scaled - low) / (high - low)).sum(axis=1) - 1.0
    best = int(np.argmax(beyond))
    return int(rows[best]) if beyond[best] > 0 else None


def compare(asked: Objectives, first: int, second: int) -> tuple[Verdict, tuple[Difference, ...]]:
    """Say what going from one row to another gains and loses, metric by metric.

    Raises:
        UnknownRowError: One of the ids is not there.
    """
    one, two = asked.values[asked.place(first)], asked.values[asked.place(second)]
    found = tuple(
        _difference(column, float(a), float(b))
        for column, a, b in zip(asked.columns, one, two, strict=True)
    )
    winners = {difference.better for difference in found} - {0}
    verdict: Verdict = "a trade"
    if not winners:
        verdict = "the same"
    elif winners == {2}:
        verdict = "better everywhere"
    elif winners == {1}:
        verdict = "worse everywhere"
    return verdict, found


def _difference(column: Column, a: float, b: float) -> Difference:
    unit = f" {column.unit}" if column.unit else ""
    if a == b:
        return Difference(column.name, a, b, 0, "the same")
    better: Literal[1, 2] = 2 if (b < a) == (column.direction == "lower") else 1
    if column.direction == "lower":
        ratio, word = (a / b, "less") if b < a else (b / a, "more")
        words = f"{ratio:.3g} x {word} ({a:.4g} to {b:.4g}{unit})"
    else:
        words = f"{b - a:+.4g}{unit} ({a:.4g} to {b:.4g})"
    return Difference(column.name, a, b, better, words)


def _names(columns: Sequence[Column]) -> str:
    return ", ".join(column.name for column in columns)
