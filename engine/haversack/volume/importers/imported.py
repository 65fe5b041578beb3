"""What an importer gives: tables in our columns, and a report of what became of the source."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from haversack.volume.cells import floats

if TYPE_CHECKING:
    import pandas as pd


@dataclass(slots=True)
class ImportReport:
    """What was taken, what was dropped, and why.

    Attributes:
        format: The importer.
        rows_read: Rows of the source.
        rows_taken: Rows of all volumes together.
        dropped_rows: Rows left out, by cause.
        taken_columns: Our column to the source's, in words where it was computed.
        dropped_columns: Columns of the source that went nowhere.
        made_null: Cells that mean "not measured" (zeros, mostly), by our column.
        notes: What the reader should know.
    """

    format: str
    rows_read: int = 0
    rows_taken: int = 0
    dropped_rows: dict[str, int] = field(default_factory=dict)
    taken_columns: dict[str, str] = field(default_factory=dict)
    dropped_columns: tuple[str, ...] = ()
    made_null: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def drop(self, cause: str, count: int) -> None:
        """Count rows that were left out."""
        if count:
            self.dropped_rows[cause] = self.dropped_rows.get(cause, 0) + int(count)

    def null(self, column: str, count: int) -> None:
        """Count cells that were made null."""
        if count:
            self.made_null[column] = self.made_null.get(column, 0) + int(count)


@dataclass(frozen=True, slots=True)
class Imported:
    """One volume that came out of a source.

    Attributes:
        name: What it may be called.
        frame: Its rows, in the columns of a golden volume and some added ones.
        about: Fields of its card: task, measured, by, on, licence, source, metric_directions.
    """

    name: str
    frame: pd.DataFrame
    about: dict[str, Any]


def positive(values: pd.Series[Any], column: str, report: ImportReport) -> pd.Series[Any]:
    """Give numbers; what is not above 0 was not measured in these tables and becomes null.

    Raises:
        NotNumericError: A cell holds text or something else that is no number.
    """
    import pandas as pd

    found = pd.Series(floats(values, column), index=values.index)
    bad = found.notna() & ~(np.isfinite(found) & (found > 0))
    report.null(column, int(bad.sum()))
    return found.mask(bad)
