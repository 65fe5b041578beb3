"""Asking a golden volume for its front, in one plain value for a screen or a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from haversack.pantry.pantry import Pantry
from haversack.services.volumes import load_volume
from haversack.volume.objectives import Objectives, Rows, knee, objectives
from haversack.volume.objectives import front as front_rows
from haversack.volume.query import Answer, ask

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class FrontResult:
    """The answer to one query.

    Attributes:
        volume: The volume's name.
        frame: The rows that were asked, after ``where``.
        answer: The ids in order, the converted metrics, what was excluded, the warnings.
    """

    volume: str
    frame: pd.DataFrame
    answer: Answer

    def rows(self) -> pd.DataFrame:
        """Give the rows of the answer, in its order."""
        by_id = self.frame.set_index("id", drop=False)
        return by_id.loc[list(self.answer.ids)].reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class ManyResult:
    """The answer to a query with any number of metrics.

    Attributes:
        volume: The volume's name.
        frame: The rows that were asked, after ``where``.
        asked: What was measured on every metric.
        rows: Places in ``asked`` of the front.
        knee: The place in ``asked`` of the knee; None where there is none.
    """

    volume: str
    frame: pd.DataFrame
    asked: Objectives
    rows: Rows
    knee: int | None

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
    frame = opened.frame(where=where)
    asked = objectives(frame, metrics)
    rows = front_rows(asked)
    return ManyResult(opened.name, frame, asked, rows, knee(asked, rows))


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
    frame = opened.frame(where=where)
    answer = ask(frame, method=method, metric_custom=metric, sort_by=sort_by, top_n=top_n)
    return FrontResult(opened.name, frame, answer)
