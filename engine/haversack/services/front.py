"""Asking a golden volume for its front, in one plain value for a screen or a table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from haversack.pantry.pantry import Pantry
from haversack.services.volumes import load_volume
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
