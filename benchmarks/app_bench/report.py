"""Figures beside their limits, printed as a table."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; ``limit`` is what it must stay under, None where it is only told."""

    name: str
    value: float
    unit: str
    limit: float | None

    @property
    def holds(self) -> bool:
        """Whether it is within its limit."""
        return self.limit is None or self.value <= self.limit


def show(figures: Sequence[Figure]) -> int:
    """Print the table; give 1 where a figure is past its limit."""
    wide = max(len(figure.name) for figure in figures)
    for figure in figures:
        limit = f"{figure.limit:g}" if figure.limit is not None else "-"
        mark = "" if figure.holds else "  PAST ITS LIMIT"
        sys.stdout.write(
            f"{figure.name:<{wide}}  {figure.value:9.1f} {figure.unit:<3} limit {limit:>5}{mark}\n"
        )
    return int(not all(figure.holds for figure in figures))
