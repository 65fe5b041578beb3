"""Asking a golden volume for its front, in one plain value for a screen or a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from haversack.pantry.pantry import Pantry
from haversack.services.volumes import load_volume
from haversack.volume.columns import ACCURACY
from haversack.volume.metrics import missing_column
from haversack.volume.objectives import Objectives, Rows, knee, objectives
from haversack.volume.objectives import front as front_rows
from haversack.volume.query import Answer, ask
from haversack.volume.volume import Volume
from haversack.volume.where_words import word_for

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class FrontResult:
    """The answer to one query.

    Attributes:
        opened: The volume.
        asked: How many rows were asked, after ``where``.
        answer: The ids in order, the converted metrics, what was excluded, the warnings.
    """

    opened: Volume
    asked: int
    answer: Answer

    @property
    def volume(self) -> str:
        """The volume's name."""
        return self.opened.name

    def rows(self) -> pd.DataFrame:
        """Give the rows of the answer, whole and in its order."""
        return self.opened.rows_of(self.answer.ids)


@dataclass(frozen=True, slots=True)
class ManyResult:
    """The answer to a query with any number of metrics.

    Attributes:
        opened: The volume.
        total: How many rows were asked, after ``where``.
        asked: What was measured on every metric.
        rows: Places in ``asked`` of the front.
        knee: The place in ``asked`` of the knee; None where there is none.
    """

    opened: Volume
    total: int
    asked: Objectives
    rows: Rows
    knee: int | None

    @property
    def volume(self) -> str:
        """The volume's name."""
        return self.opened.name

    @property
    def ids(self) -> list[int]:
        """The front's ids, best in the first metric first."""
        found: list[int] = self.asked.ids[self.rows].tolist()
        return found


def front_of_metrics(
    volume: str | Path,
    pantry: Pantry | None = None,
    *,
    metrics: Sequence[str],
    where: str | None = None,
) -> ManyResult:
    """Query a volume for the exact front of two metrics or more; ``where`` holds the constraints.

    Raises:
        VolumeError: A damaged file, a missing column, nothing measured, an unknown word.
    """
    opened = load_volume(volume, pantry)
    metrics = [word_for(name, opened.columns) for name in metrics]
    frame = _needed(opened, metrics, where)
    asked = objectives(frame, metrics)
    rows = front_rows(asked)
    return ManyResult(opened, len(frame), asked, rows, knee(asked, rows))


def front(
    volume: str | Path,
    pantry: Pantry | None = None,
    *,
    metric: str = "od_inf_rate_ms",
    method: str = "exact",
    sort_by: str = "metric_custom_best_to_worst",
    top_n: int | None = None,
    where: str | None = None,
) -> FrontResult:
    """Query a volume by name or path.

    Raises:
        VolumeError: A damaged file, a missing column, nothing measured, an unknown word.
    """
    opened = load_volume(volume, pantry)
    metric = word_for(metric, opened.columns)
    frame = _needed(opened, [metric, ACCURACY], where)
    answer = ask(frame, method=method, metric_custom=metric, sort_by=sort_by, top_n=top_n)
    return FrontResult(opened, len(frame), answer)


def _needed(opened: Volume, metrics: Sequence[str], where: str | None) -> pd.DataFrame:
    """Read the columns that a query looks at and no others, so that a large volume fits."""
    for name in metrics:
        if name != ACCURACY and name not in opened.columns:
            raise missing_column(name, opened.columns)
    wanted = [name for name in ("id", "hardware", *metrics) if name in opened.columns]
    return opened.frame(list(dict.fromkeys(wanted)), where)
