"""From a table to the two axes of a query: numbers checked, rows that were not measured counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from haversack.volume.cells import Floats, Ids, experiment_ids, numbers
from haversack.volume.columns import ACCURACY, Column
from haversack.volume.errors import MissingColumnError, NothingMeasuredError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Axes:
    """The rows that were measured on both axes, in the order of the table.

    Attributes:
        ids: Shape (n,), the experiments.
        accuracy: Shape (n,), raw; larger is better.
        custom: Shape (n,), raw, in the column's own unit and direction.
        column: What is known of the custom metric.
        excluded: Rows left out, by cause; every row is counted once.
    """

    ids: Ids
    accuracy: Floats
    custom: Floats
    column: Column
    excluded: dict[str, int]

    @property
    def gain(self) -> Floats:
        """The custom metric's raw values with the sign that makes larger better."""
        return -self.custom if self.column.direction == "lower" else self.custom

    @property
    def converted(self) -> Floats:
        """The custom metric as it is shown: ``max / value``, or as it is where higher is better."""
        if self.column.direction != "lower":
            return self.custom
        with np.errstate(over="ignore"):
            return np.max(self.custom) / self.custom


def measured_axes(df: pd.DataFrame, custom: Column) -> Axes:
    """Take the ids and both metrics out of a table and leave out what was not measured.

    Raises:
        MissingColumnError: The accuracy, the metric or the ids are not there.
        NotNumericError: A metric's column holds text or other things that are no numbers.
        IdsError: The ids are not unique whole numbers.
        NothingMeasuredError: No row is left.
    """
    if ACCURACY not in df.columns:
        raise MissingColumnError(
            f"the table has no column {ACCURACY!r}, which is always the accuracy axis",
            "Bring the table in with `haversack volume import`, or add it in Python: "
            "haversack.volume.relative.add_relative_task_metric(df).",
        )
    ids = experiment_ids(df)
    accuracy = numbers(df, ACCURACY)
    values = numbers(df, custom.name)
    kept = np.ones(len(ids), dtype=np.bool_)
    excluded: dict[str, int] = {}
    for name, column, lower in (
        (custom.name, values, custom.direction == "lower"),
        (ACCURACY, accuracy, False),
    ):
        for cause, bad in causes(column, lower):
            bad &= kept
            if count := int(np.count_nonzero(bad)):
                excluded[f"{name} {cause}"] = count
                kept &= ~bad
    if not kept.any():
        hint = f"Choose a metric other than {custom.name!r}, or rows on which it was measured."
        raise nothing_measured(len(ids), excluded, hint)
    return Axes(ids[kept], accuracy[kept], values[kept], custom, excluded)


def nothing_measured(rows: int, excluded: dict[str, int], hint: str) -> NothingMeasuredError:
    """Make the error for a table of which no row is left."""
    if rows == 0:
        return NothingMeasuredError(
            "there is no row to ask", "The table is empty, or the condition holds for none of it."
        )
    every = "the only row" if rows == 1 else f"every one of the {rows} rows"
    why = ", ".join(f"{cause}: {count}" for cause, count in excluded.items())
    return NothingMeasuredError(f"{every} is excluded ({why})", hint)


def causes(values: Floats, lower_is_better: bool) -> list[tuple[str, NDArray[np.bool_]]]:
    """Give each reason why a value counts as not measured, and the rows it holds for."""
    found = [("missing", np.isnan(values)), ("infinite", np.isinf(values))]
    if lower_is_better:
        found += [("zero", values == 0), ("negative", values < 0)]
    return found
