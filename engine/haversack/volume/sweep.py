"""The front of three columns by one sweep: the first column's order, a staircase of the others."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CHUNK = 4_096


def sweep_three(distinct: Floats) -> Bools:
    """Mark the front of rows that all differ.

    Whoever dominates a row comes before it, so a row is on the front unless an earlier one is at
    least as good in the second and the third column. Of the earlier rows only the staircase of
    these two columns matters (Kung, Luccio and Preparata 1975): O(n log n). Whole chunks are held
    against the staircase at once; what is left of them is taken one by one.

    Args:
        distinct: Shape (n, 3), finite, in descending lexicographic order, larger is better.
    """
    on_front = np.zeros(len(distinct), dtype=np.bool_)
    stairs = _Stairs()
    for start in range(0, len(distinct), CHUNK):
        chunk = distinct[start : start + CHUNK, 1:]
        for place in np.flatnonzero(~stairs.cover(chunk)).tolist():
            y, z = chunk[place].tolist()
            on_front[start + place] = stairs.take(y, z)
    return on_front


class _Stairs:
    """Corners of the rows so far: y ascending, z descending."""

    def __init__(self) -> None:
        self._y: list[float] = []
        self._z: list[float] = []

    def cover(self, points: Floats) -> Bools:
        """Say which points ``(n, 2)`` have a corner at least as good in both."""
        z = np.array([*self._z, -np.inf])
        found: Bools = z[np.searchsorted(self._y, points[:, 0])] >= points[:, 1]
        return found

    def take(self, y: float, z: float) -> bool:
        """Make a corner of a point that no corner covers; say whether it is one."""
        first = bisect_left(self._y, y)
        if first < len(self._y) and self._z[first] >= z:
            return False
        last = first + (first < len(self._y) and self._y[first] == y)
        while first and self._z[first - 1] <= z:
            first -= 1
        self._y[first:last], self._z[first:last] = [y], [z]
        return True
