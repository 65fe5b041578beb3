"""Front numbers: 1 for the front, 2 for the front once that is taken away, and so on."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import ArrayLike, NDArray

from haversack.volume.many import front_of_many

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


def front_numbers(values: ArrayLike) -> Rows:
    """Number each row by the front it is on (non-dominated sorting, Goldberg 1989).

    Two columns take O(n log n): in the order of the first column each row goes to the first front
    whose best second value is below its own. More columns are peeled front by front.

    Args:
        values: Shape (n, k), larger is better.

    Returns:
        Shape (n,), from 1; 0 for rows that were not measured (NaN or infinite).
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] < 1:
        raise ValueError(f"a table of shape (n, k) with k at least 1, not {table.shape}")
    measured = np.flatnonzero(np.isfinite(table).all(axis=1))
    numbers = np.zeros(len(table), dtype=np.intp)
    part = table[measured]
    numbers[measured] = _of_two(part) if table.shape[1] == 2 else _peeled(part)
    return numbers


def _of_two(table: Floats) -> Rows:
    order = np.lexsort((-table[:, 1], -table[:, 0]))
    ordered = table[order]
    copies = np.zeros(len(ordered), dtype=np.bool_)
    copies[1:] = (ordered[1:] == ordered[:-1]).all(axis=1)
    numbers = np.empty(len(ordered), dtype=np.intp)
    best: list[float] = []  # the negated best second value of each front, ascending
    number = 0
    seconds, is_copy = ordered[:, 1].tolist(), copies.tolist()
    for place, value in enumerate(seconds):
        if not is_copy[place]:
            number = bisect_right(best, -value)
            best[number : number + 1] = [-value]
        numbers[place] = number + 1
    made = np.empty_like(numbers)
    made[order] = numbers
    return made


def _peeled(table: Floats) -> Rows:
    numbers = np.zeros(len(table), dtype=np.intp)
    left = np.arange(len(table))
    number = 0
    while len(left):
        number += 1
        front = front_of_many(table[left])
        numbers[left[front]] = number
        left = np.delete(left, front)
    return numbers
